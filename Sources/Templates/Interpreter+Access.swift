extension Interpreter {
  // MARK: Attributes and items

  /// `value.name`: an attribute or method, else the item of that name, else undefined.
  func attribute(_ name: Text, of value: Value) throws(TemplateError) -> Value {
    let spelling = name.string
    if MethodNames.has(spelling, value) { return .callable(CallableObject(.method(receiver: value, name: spelling))) }
    if case .undefined(let undefined) = value { throw undefined.error }
    if spelling.hasPrefix("__"), !isOwnKey(name, of: value) {
      return .undefined(
        Undefined(hint: "access to attribute '\(spelling)' of '\(value.typeName)' object is unsafe."))
    }
    if let found = ownAttribute(name, spelling, of: value) { return found }
    return .undefined(Undefined(name: spelling, owner: value.objectDescription))
  }

  private func isOwnKey(_ name: Text, of value: Value) -> Bool {
    if case .dictionary(let dictionary) = value { return dictionary.value(for: name) != nil }
    return false
  }

  private func ownAttribute(_ name: Text, _ spelling: String, of value: Value) -> Value? {
    switch value {
    case .dictionary(let dictionary): return dictionary.value(for: name)
    case .namespace(let namespace): return namespace.attributes.value(for: name)
    case .loop(let loop): return loop.attribute(spelling)
    case .callable(let callable): return attribute(spelling, of: callable)
    case .range(let range):
      switch spelling {
      case "start": return .integer(range.start)
      case "stop": return .integer(range.stop)
      case "step": return .integer(range.step)
      default: return nil
      }
    case .integer, .bool, .bigInteger, .float:
      switch spelling {
      case "real", "numerator": return value
      case "imag": return .integer(0)
      default: return nil
      }
    case .tuple(let tuple) where tuple.elements.count == 2:
      // The pairs of groupby are named tuples.
      return spelling == "grouper" ? tuple.elements[0] : spelling == "list" ? tuple.elements[1] : nil
    default: return nil
    }
  }

  private func attribute(_ name: String, of callable: CallableObject) -> Value? {
    switch callable.kind {
    case .macro(let definition, _):
      switch name {
      case "name": return .string(definition.name)
      case "arguments":
        return .tuple(ListObject(definition.parameters.map { .string($0.spelling) }))
      case "catch_kwargs": return .bool(definition.usesKwargs)
      case "catch_varargs": return .bool(definition.usesVarargs)
      case "caller": return .bool(definition.usesCaller)
      default: return nil
      }
    case .cycler(let cycler) where name == "current":
      return cycler.items.isEmpty ? nil : cycler.items[cycler.position]
    default: return nil
    }
  }

  /// `value[key]`.
  func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw undefined.error }
    switch value {
    case .dictionary(let dictionary):
      // Looking up something unhashable finds nothing.
      if let found = try? dictionary.value(for: key) { return found }
    case .list(let list), .tuple(let list):
      if let index = key.index { return element(index, of: list.elements) ?? missing(key, value) }
    case .range(let range):
      if let index = key.index {
        let place = index < 0 ? index + range.count : index
        return place >= 0 && place < range.count ? .integer(range.element(place)) : missing(key, value)
      }
    case .text(let text):
      if let index = key.index { return try character(index, of: text) ?? missing(key, value) }
    default: break
    }
    if case .text(let name) = key {
      let found = try attribute(name, of: value)
      if !found.isUndefined { return found }
    }
    return missing(key, value)
  }

  private func missing(_ key: Value, _ value: Value) -> Value {
    if case .text(let name) = key { return .undefined(Undefined(name: name.string, owner: value.objectDescription)) }
    let shown = (try? repr(key).string) ?? key.typeName
    return .undefined(Undefined(hint: "\(value.objectDescription) has no element \(shown)"))
  }

  private func element(_ index: Int, of elements: [Value]) -> Value? {
    let place = index < 0 ? index &+ elements.count : index
    return elements.indices.contains(place) ? elements[place] : nil
  }

  private func character(_ index: Int, of text: Text) throws(TemplateError) -> Value? {
    try charge(bytes: text.count)
    let count = text.scalarCount
    let place = index < 0 ? index &+ count : index
    guard place >= 0, place < count else { return nil }
    let start = count == text.count ? place : text.offset(ofScalar: place)
    return .text(text[start..<start + text.scalar(at: start).1])
  }

  // MARK: Slices

  func evaluateSlice(_ base: Expression, _ parts: [Expression?], _ scope: Scope) throws(TemplateError) -> Value {
    let owner = try evaluate(base, scope)
    var bounds: [Int?] = []
    for part in parts {
      guard let part else {
        bounds.append(nil)
        continue
      }
      let value = try evaluate(part, scope)
      if case .none = value {
        bounds.append(nil)
      } else if let index = value.index {
        bounds.append(index)
      } else if case .undefined(let undefined) = value {
        throw undefined.error
      } else {
        throw .runtime("slice indices must be integers or None or have an __index__ method")
      }
    }
    return try slice(owner, start: bounds[0], stop: bounds[1], step: bounds[2] ?? 1)
  }

  private func slice(_ value: Value, start: Int?, stop: Int?, step: Int) throws(TemplateError) -> Value {
    if step == 0 { throw .runtime("slice step cannot be zero") }
    switch value {
    case .undefined(let undefined): throw undefined.error
    case .list(let list):
      let indices = Interpreter.sliceIndices(list.elements.count, start, stop, step)
      return try self.list(indices.all.map { list.elements[$0] }, isTrusted: list.isTrusted)
    case .tuple(let list):
      let indices = Interpreter.sliceIndices(list.elements.count, start, stop, step)
      return try tuple(indices.all.map { list.elements[$0] }, isTrusted: list.isTrusted)
    case .range(let range):
      let indices = Interpreter.sliceIndices(range.count, start, stop, step)
      if indices.count == 0 { return .range(RangeValue(start: 0, stop: 0, step: 1)) }
      let first = indices.first
      if indices.count == 1 {
        let only = range.element(first)
        return .range(RangeValue(start: only, stop: only &+ 1, step: 1))
      }
      let stride = range.step &* indices.stride
      return .range(
        RangeValue(
          start: range.element(first), stop: range.element(first) &+ stride &* indices.count, step: stride))
    case .text(let text): return try slice(text, start, stop, step)
    default:
      // What cannot be sliced is looked up with the slice as a key, which finds nothing.
      return .undefined(Undefined(hint: "\(value.objectDescription) has no element slice(...)"))
    }
  }

  private func slice(_ text: Text, _ start: Int?, _ stop: Int?, _ step: Int) throws(TemplateError) -> Value {
    try charge(bytes: text.count)
    let count = text.scalarCount
    if step == 1 {
      let indices = Interpreter.sliceIndices(count, start, stop, 1)
      if indices.count == 0 { return .text(Text.empty.asMarkup(text.isMarkup)) }
      let first = indices.first
      let end = first + indices.count
      if count == text.count { return try value(text[first..<end]) }
      return try value(text[text.offset(ofScalar: first)..<text.offset(ofScalar: end)])
    }
    var offsets: [Range<Int>] = []
    offsets.reserveCapacity(count)
    text.forEachScalar { _, range in offsets.append(range) }
    try allocate(count * 16)
    var builder = TextBuilder()
    for index in Interpreter.sliceIndices(count, start, stop, step).all { builder.append(text, offsets[index]) }
    return try value(builder.text.asMarkup(text.isMarkup))
  }

  /// The indices that a slice takes of a sequence: `count` of them, `stride` apart.
  struct SliceIndices {
    let first: Int
    let count: Int
    let stride: Int
    var all: [Int] { (0..<count).map { first + $0 * stride } }
  }

  static func sliceIndices(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> SliceIndices {
    let clamp = { (index: Int) -> Int in
      let place = index < 0 ? index &+ count : index
      return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
    }
    // A stride longer than the sequence takes its first element only, whatever its length.
    let stride = step > 0 ? min(step, count + 1) : max(step, -(count + 1))
    let first = start.map(clamp) ?? (step > 0 ? 0 : count - 1)
    let end = stop.map(clamp) ?? (step > 0 ? count : -1)
    let distance = step > 0 ? end - first : first - end
    let size = abs(stride)
    return SliceIndices(first: first, count: distance > 0 ? (distance + size - 1) / size : 0, stride: stride)
  }

  // MARK: Iteration

  /// The elements that a loop over a value sees.
  func elements(of value: Value, operation: String? = nil) throws(TemplateError) -> [Value] {
    switch value {
    case .list(let list), .tuple(let list): return list.elements
    case .dictionary(let dictionary): return dictionary.keys
    case .view(let view):
      try allocate(view.dictionary.count * 120)
      let elements = view.elements
      return elements
    case .iterator(let iterator): return iterator.rest()
    case .undefined: return []
    case .range(let range):
      try allocate(range.count * 24)
      return (0..<range.count).map { .integer(range.element($0)) }
    case .text(let text):
      try allocate(text.count * 64)
      var elements: [Value] = []
      text.forEachScalar { _, range in elements.append(.text(text[range])) }
      return elements
    default: throw .runtime(operation ?? "'\(value.typeName)' object is not iterable")
    }
  }

  /// The length of a value that has one.
  func length(of value: Value) throws(TemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .list(let list), .tuple(let list): return list.elements.count
    case .dictionary(let dictionary): return dictionary.count
    case .view(let view): return view.dictionary.count
    case .range(let range): return range.count
    case .loop(let loop): return loop.count
    case .text(let text):
      try charge(bytes: text.count)
      return text.scalarCount
    default: throw .runtime("object of type '\(value.typeName)' has no len()")
    }
  }

  func isTrue(_ value: Value) -> Bool {
    switch value {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .bigInteger: true
    case .float(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let list), .tuple(let list): !list.elements.isEmpty
    case .dictionary(let dictionary): dictionary.count > 0
    case .view(let view): view.dictionary.count > 0
    case .range(let range): range.count > 0
    case .loop, .iterator, .namespace, .callable: true
    }
  }
}
