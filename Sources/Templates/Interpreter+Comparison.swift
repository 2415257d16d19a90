extension Interpreter {
  func compare(_ left: Value, _ operation: ComparisonOperator, _ right: Value) throws(TemplateError) -> Bool {
    switch operation {
    case .equal: try equals(left, right)
    case .notEqual: !(try equals(left, right))
    case .isIn: try contains(right, left)
    case .isNotIn: !(try contains(right, left))
    case .less: try order(left, right, "<") { $0 < 0 }
    case .lessOrEqual: try order(left, right, "<=") { $0 <= 0 }
    case .greater: try order(left, right, ">") { $0 > 0 }
    case .greaterOrEqual: try order(left, right, ">=") { $0 >= 0 }
    }
  }

  private func order(_ left: Value, _ right: Value, _ operation: String, _ accepts: (Int) -> Bool)
    throws(TemplateError) -> Bool
  {
    // A comparison with NaN holds for no operator.
    guard let order = try order(left, right, operation, depth: 0) else { return false }
    return accepts(order)
  }

  /// -1, 0 or 1; nil where neither is less.
  func order(_ left: Value, _ right: Value, _ operation: String, depth: Int) throws(TemplateError) -> Int? {
    try charge()
    if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to compare") }
    if let first = Number(left), let second = Number(right) { return order(first, second) }
    switch (left, right) {
    case (.text(let first), .text(let second)):
      try charge(bytes: min(first.count, second.count))
      // UTF-8 keeps the order of code points.
      if first.bytes == second.bytes { return 0 }
      return first.bytes.lexicographicallyPrecedes(second.bytes) ? -1 : 1
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
      for (one, other) in zip(first.elements, second.elements) where !(try equals(one, other, depth: depth + 1)) {
        return try order(one, other, operation, depth: depth + 1)
      }
      let difference = first.elements.count - second.elements.count
      return difference < 0 ? -1 : difference > 0 ? 1 : 0
    case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
    default:
      throw .runtime(
        "'\(operation)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
    }
  }

  private func order(_ left: Number, _ right: Number) -> Int? {
    if let first = left.big, let second = right.big {
      if case .integer(let one) = left, case .integer(let other) = right {
        return one < other ? -1 : one > other ? 1 : 0
      }
      return first < second ? -1 : first > second ? 1 : 0
    }
    let (first, second) = (left.double, right.double)
    if first.isNaN || second.isNaN { return nil }
    return first < second ? -1 : first > second ? 1 : 0
  }

  func equals(_ left: Value, _ right: Value, depth: Int = 0) throws(TemplateError) -> Bool {
    try charge()
    if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to compare") }
    if let first = Number(left), let second = Number(right) { return order(first, second) == 0 }
    switch (left, right) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.text(let first), .text(let second)):
      try charge(bytes: min(first.count, second.count))
      return first.bytes == second.bytes
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
      if first === second { return true }
      if first.elements.count != second.elements.count { return false }
      for (one, other) in zip(first.elements, second.elements) where !(try equals(one, other, depth: depth + 1)) {
        return false
      }
      return true
    case (.dictionary(let first), .dictionary(let second)):
      if first === second { return true }
      if first.count != second.count { return false }
      for (key, value) in zip(first.keys, first.values) {
        guard let other = try second.value(for: key), try equals(value, other, depth: depth + 1) else { return false }
      }
      return true
    case (.range(let first), .range(let second)):
      if first.count != second.count { return false }
      return first.count == 0 || (first.start == second.start && (first.count == 1 || first.step == second.step))
    case (.view(let first), .view(let second)):
      // Views of keys and items compare as sets.
      if first.content != second.content || first.content == .values { return first === second }
      if first.dictionary.count != second.dictionary.count { return false }
      for element in first.elements where !(try contains(right, element)) { return false }
      return true
    default: return isSame(left, right)
    }
  }

  /// Python's `is`.
  func isSame(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let first), .bool(let second)): first == second
    case (.integer(let first), .integer(let second)): first == second
    case (.float(let first), .float(let second)): first == second
    case (.text(let first), .text(let second)): first.bytes == second.bytes && first.isMarkup == second.isMarkup
    case (.undefined(let first), .undefined(let second)): first === second
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)): first === second
    case (.dictionary(let first), .dictionary(let second)): first === second
    case (.view(let first), .view(let second)): first === second
    case (.iterator(let first), .iterator(let second)): first === second
    case (.namespace(let first), .namespace(let second)): first === second
    case (.loop(let first), .loop(let second)): first === second
    case (.callable(let first), .callable(let second)): isSame(first, second)
    default: false
    }
  }

  private func isSame(_ left: CallableObject, _ right: CallableObject) -> Bool {
    if case .global(let first) = left.kind, case .global(let second) = right.kind { return first == second }
    return left === right
  }

  /// `element in container`.
  func contains(_ container: Value, _ element: Value) throws(TemplateError) -> Bool {
    switch container {
    case .text(let text):
      guard case .text(let part) = element else {
        if case .undefined(let undefined) = element { throw undefined.error }
        throw .runtime("'in <string>' requires string as left operand, not \(element.typeName)")
      }
      try charge(bytes: text.count)
      return text.find(part) != nil
    case .dictionary(let dictionary): return try dictionary.value(for: element) != nil
    case .view(let view) where view.content == .keys: return try view.dictionary.value(for: element) != nil
    case .range(let range):
      if let index = element.index { return range.contains(index) }
      if case .float(let number) = element, let index = Int(exactly: number) { return range.contains(index) }
      return false
    case .list, .tuple, .view, .undefined:
      for candidate in try elements(of: container) where try equals(candidate, element) { return true }
      return false
    case .iterator(let iterator):
      while let candidate = iterator.next() { if try equals(candidate, element) { return true } }
      return false
    default: throw .runtime("argument of type '\(container.typeName)' is not iterable")
    }
  }

  /// Sorts as Python does: stable, with keys of any comparable kind.
  func sorted(_ values: [Value], reverse: Bool, key: (Value) throws(TemplateError) -> Value) throws(TemplateError)
    -> [Value]
  {
    try allocate(values.count * 120)
    var items: [(key: Value, value: Value)] = []
    for value in values { items.append((try key(value), value)) }
    var width = 1
    while width < items.count {
      var merged: [(key: Value, value: Value)] = []
      merged.reserveCapacity(items.count)
      var start = 0
      while start < items.count {
        let middle = min(start + width, items.count)
        let end = min(start + 2 * width, items.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          // The right one goes first only if it must: equal ones keep their order, in reverse too.
          let (first, second) = reverse ? (items[left].key, items[right].key) : (items[right].key, items[left].key)
          if try order(first, second, "<", depth: 0) == -1 {
            merged.append(items[right])
            right += 1
          } else {
            merged.append(items[left])
            left += 1
          }
        }
        merged += items[left..<middle]
        merged += items[right..<end]
        start = end
      }
      items = merged
      width *= 2
    }
    return items.map(\.value)
  }
}
