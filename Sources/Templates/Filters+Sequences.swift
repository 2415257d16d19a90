extension Interpreter {
  func apply(sequenceFilter name: String, _ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch name {
    case "first":
      try arguments.requireNone(name)
      if case .iterator(let iterator) = subject, let first = iterator.next() { return first }
      return try elements(of: subject).first
        ?? .undefined(Undefined(hint: "No first item, sequence was empty."))
    case "last":
      try arguments.requireNone(name)
      if case .iterator(let iterator) = subject, iterator.typeName == "generator" {
        throw .runtime("'generator' object is not reversible")
      }
      return try elements(of: subject).last ?? .undefined(Undefined(hint: "No last item, sequence was empty."))
    case _ where Filters.lazyNames.contains(name) && !isTrue(subject):
      // These look at nothing else where there is nothing, `none` included.
      return try iterator([])
    case "join": return try join(subject, arguments)
    case "map": return try map(subject, arguments)
    case "select", "reject", "selectattr", "rejectattr":
      return try select(
        subject, arguments, keeps: name.hasPrefix("select"), byAttribute: name.hasSuffix("attr"), name: name)
    case "sort", "unique", "min", "max", "dictsort", "groupby": return try order(name, subject, arguments)
    case "sum":
      let given = try arguments.bound(name, ["attribute", "start"])
      var total = given[1] ?? .integer(0)
      if case .text = total { throw .runtime("sum() can't sum strings [use ''.join(seq) instead]") }
      let getter = try attributePath(given[0])
      for element in try elements(of: subject) {
        total = try apply(.add, total, try follow(getter, element, standard: nil))
      }
      return total
    case "batch", "slice": return try cut(name, subject, arguments)
    default: return try reverse(subject, arguments)
    }
  }

  private func reverse(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    try arguments.requireNone("reverse")
    if case .text(let text) = subject {
      var builder = TextBuilder()
      var position = text.count
      while position > 0 {
        let length = text.scalar(before: position).1
        builder.append(text, position - length..<position)
        position -= length
      }
      return try value(builder.text.asMarkup(text.isMarkup))
    }
    let typeName: String
    switch subject {
    case .list: typeName = "list_reverseiterator"
    case .dictionary: typeName = "dict_reversekeyiterator"
    case .iterator: return try list(try elements(of: subject).reversed())
    default: typeName = "reversed"
    }
    if case .undefined = subject { return try list([]) }
    return try iterator(
      try elements(of: subject, operation: "argument must be iterable").reversed(), typeName: typeName)
  }

  // MARK: Attributes of elements

  /// The steps of an attribute argument such as `"function.name"` or `0`; nil for none.
  private func attributePath(_ argument: Value?) throws(TemplateError) -> [Value]? {
    switch argument {
    case nil, .some(.none): return nil
    case .some(.text(let text)):
      return text.split(separator: Text("."), limit: -1).map { part in
        part.allScalars(PythonUnicode.isDigit) ? .integer(Int(part.string) ?? Int.max) : .text(part)
      }
    case .some(let value): return [value]
    }
  }

  private func follow(_ path: [Value]?, _ element: Value, standard: Value?) throws(TemplateError) -> Value {
    guard let path else { return element }
    var value = element
    for step in path {
      value = try item(step, of: value)
      if let standard, value.isUndefined { value = standard }
    }
    return value
  }

  /// Texts in lower case, other values as they are: what sorting without regard to case compares.
  private func ignoringCase(_ value: Value) throws(TemplateError) -> Value {
    guard case .text(let text) = value else { return value }
    try charge(bytes: text.count * 16)
    return .text(text.lowercased())
  }

  private func join(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("join", ["d", "attribute"])
    let separator = try text(of: given[0] ?? .string("")).plain
    let path = try attributePath(given[1])
    var parts: [Text] = []
    for element in try elements(of: subject) {
      parts.append(try text(of: try follow(path, element, standard: nil)).plain)
    }
    return .text(try joined(parts, separator))
  }

  private func map(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    var mapped: [Value] = []
    if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
      let given = try arguments.bound("map", ["attribute", "default"])
      let path = try attributePath(given[0])
      let standard = given[1].flatMap { isNone($0) ? nil : $0 }
      for element in try elements(of: subject) {
        mapped.append(try follow(path, element, standard: standard))
      }
      return try iterator(mapped)
    }
    let elements = try elements(of: subject)
    guard let first = arguments.positional.first else { throw .runtime("map requires a filter argument") }
    let filter = try requiredText(first, "map").string
    let rest = Arguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
    for element in elements { mapped.append(try apply(filter: filter, to: element, rest)) }
    return try iterator(mapped)
  }

  private func select(_ subject: Value, _ arguments: Arguments, keeps: Bool, byAttribute: Bool, name: String)
    throws(TemplateError) -> Value
  {
    var positional = arguments.positional[...]
    var path: [Value]?
    if byAttribute {
      guard let attribute = positional.popFirst() else { throw .runtime("Missing parameter for attribute name") }
      path = try attributePath(attribute)
    }
    var test: String?
    if let first = positional.popFirst() { test = try requiredText(first, name).string }
    let rest = Arguments(positional: Array(positional), named: arguments.named)
    var kept: [Value] = []
    for element in try elements(of: subject) {
      let value = try follow(path, element, standard: nil)
      let passes: Bool
      if let test { passes = try self.passes(test: test, value, rest) } else { passes = isTrue(value) }
      if passes == keeps { kept.append(element) }
    }
    return try iterator(kept)
  }

  // MARK: Order

  private func order(_ name: String, _ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch name {
    case "sort":
      let given = try arguments.bound(name, ["reverse", "case_sensitive", "attribute"])
      return try sort(subject, reverse: given[0].map(isTrue) ?? false, given[1], given[2])
    case "dictsort": return try sortDictionary(subject, arguments)
    case "groupby": return try group(subject, arguments)
    case "unique":
      let given = try arguments.bound(name, ["case_sensitive", "attribute"])
      let path = try attributePath(given[1])
      let isCaseSensitive = given[0].map(isTrue) ?? false
      var seen: Set<DictionaryKey> = []
      var kept: [Value] = []
      for element in try elements(of: subject) {
        let value = try follow(path, element, standard: nil)
        let key = try DictionaryKey(isCaseSensitive ? value : try ignoringCase(value))
        if seen.insert(key).inserted { kept.append(element) }
      }
      return try iterator(kept)
    default:
      let given = try arguments.bound(name, ["case_sensitive", "attribute"])
      let path = try attributePath(given[1])
      let isCaseSensitive = given[0].map(isTrue) ?? false
      var best: (key: Value, value: Value)?
      for element in try elements(of: subject) {
        var key = try follow(path, element, standard: nil)
        if !isCaseSensitive { key = try ignoringCase(key) }
        guard let current = best else {
          best = (key, element)
          continue
        }
        if try compare(key, name == "min" ? .less : .greater, current.key) { best = (key, element) }
      }
      return best?.value ?? .undefined(Undefined(hint: "No aggregated item, sequence was empty."))
    }
  }

  private func sort(_ subject: Value, reverse: Bool, _ caseSensitive: Value?, _ attribute: Value?)
    throws(TemplateError) -> Value
  {
    let isCaseSensitive = caseSensitive.map(isTrue) ?? false
    // Several attributes can be given, with commas between them.
    var paths: [[Value]] = []
    if case .some(.text(let text)) = attribute {
      for part in text.split(separator: Text(","), limit: -1) {
        paths.append(try attributePath(.text(part)) ?? [])
      }
    } else if let path = try attributePath(attribute) {
      paths = [path]
    }
    let elements = try elements(of: subject)
    let sorted = try sorted(elements, reverse: reverse) { (element) throws(TemplateError) in
      // Keys are lists, as in Jinja2: equal elements compare equal even where their kind has no order.
      if paths.isEmpty { return try self.list([isCaseSensitive ? element : try self.ignoringCase(element)]) }
      var keys: [Value] = []
      for path in paths {
        let key = try self.follow(path, element, standard: nil)
        keys.append(isCaseSensitive ? key : try self.ignoringCase(key))
      }
      return try self.list(keys)
    }
    return try list(sorted)
  }

  private func sortDictionary(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("dictsort", ["case_sensitive", "by", "reverse"])
    let by = try given[1].map { (value) throws(TemplateError) in try requiredText(value, "dictsort").string } ?? "key"
    if by != "key", by != "value" { throw .runtime("You can only sort by either \"key\" or \"value\"") }
    guard case .dictionary(let dictionary) = subject else {
      if case .undefined(let undefined) = subject { throw undefined.error }
      throw .runtime("'\(subject.typeName)' object has no attribute 'items'")
    }
    let isCaseSensitive = given[0].map(isTrue) ?? false
    try allocate(dictionary.count * 120)
    let sorted = try sorted(dictionary.pairs, reverse: given[2].map(isTrue) ?? false) {
      (pair) throws(TemplateError) in
      guard case .tuple(let tuple) = pair else { return pair }
      let key = tuple.elements[by == "key" ? 0 : 1]
      return isCaseSensitive ? key : try self.ignoringCase(key)
    }
    return try list(sorted, isTrusted: dictionary.isTrusted)
  }

  private func group(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("groupby", ["attribute", "default", "case_sensitive"], required: 1)
    let path = try attributePath(given[0])
    let standard = given[1].flatMap { isNone($0) ? nil : $0 }
    let isCaseSensitive = given[2].map(isTrue) ?? false
    let key = { (element: Value) throws(TemplateError) -> Value in
      let value = try self.follow(path, element, standard: standard)
      return isCaseSensitive ? value : try self.ignoringCase(value)
    }
    var groups: [(key: Value, members: [Value])] = []
    for element in try sorted(try elements(of: subject), reverse: false, key: key) {
      let value = try key(element)
      if let last = groups.last, try equals(last.key, value) {
        groups[groups.count - 1].members.append(element)
      } else {
        groups.append((value, [element]))
      }
    }
    var result: [Value] = []
    for group in groups {
      let shown = try follow(path, group.members[0], standard: standard)
      result.append(try tuple([shown, try list(group.members)]))
    }
    return try list(result)
  }

  private func cut(_ name: String, _ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound(name, [name == "batch" ? "linecount" : "slices", "fill_with"], required: 1)
    let count = try integer(given[0] ?? .none)
    let fill = given[1].flatMap { isNone($0) ? nil : $0 }
    let elements = try elements(of: subject)
    var parts: [Value] = []
    if name == "batch" {
      if count < 1 {
        return try iterator(elements.isEmpty ? [] : [try list([])] + [try list(elements)])
      }
      var start = 0
      while start < elements.count {
        var part = Array(elements[start..<min(start + min(count, elements.count), elements.count)])
        if let fill, part.count < count {
          try checkRepetition(bytes: 40, count: count - part.count)
          try allocate(40 * (count - part.count))
          part += Array(repeating: fill, count: count - part.count)
        }
        parts.append(try list(part))
        start += min(count, elements.count)
      }
      return try iterator(parts)
    }
    if count == 0 { throw .runtime("integer division or modulo by zero") }
    if count > limits.rangeLength { throw .runtime("slice into more than \(limits.rangeLength) parts") }
    let (size, extra) = (elements.count / max(1, count), elements.count % max(1, count))
    var start = 0
    for index in 0..<max(0, count) {
      let end = start + size + (index < extra ? 1 : 0)
      var part = Array(elements[start..<end])
      if let fill, index >= extra { part.append(fill) }
      parts.append(try list(part))
      start = end
    }
    return try iterator(parts)
  }
}
