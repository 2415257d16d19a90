extension Text {
  /// Python's `repr` of a string; what an escape stands for keeps its origin.
  var quoted: Text {
    let hasSingle = bytes.contains(UInt8(ascii: "'"))
    let quote: Unicode.Scalar = hasSingle && !bytes.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var builder = TextBuilder()
    let edge = isWhollyTrusted
    builder.append(quote, trusted: edge)
    forEachScalar { scalar, range in
      builder.append(Text.escape(scalar, quote: quote), trusted: trust(at: range.lowerBound))
    }
    builder.append(quote, trusted: edge)
    return builder.text
  }

  private static func escape(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote, "\\": return "\\" + String(scalar)
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default: break
    }
    if PythonUnicode.isPrintable(scalar) { return String(scalar) }
    let digits = String(scalar.value, radix: 16)
    let (prefix, width) = scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
    return prefix + String(repeating: "0", count: width - digits.count) + digits
  }
}

extension Interpreter {
  /// Python's `str`.
  func text(of value: Value) throws(TemplateError) -> Text {
    switch value {
    case .text(let text): return text
    case .undefined: return .empty
    default: return try repr(value)
    }
  }

  /// Python's `repr`.
  func repr(_ value: Value) throws(TemplateError) -> Text {
    var builder = TextBuilder()
    try writeRepr(value, to: &builder, trusted: try isWhollyTrusted(value), depth: 0)
    try allocate(builder.count)
    return builder.text
  }

  /// Whether all of a value was made by the template: only then are brackets and commas trusted.
  func isWhollyTrusted(_ value: Value, depth: Int = 0) throws(TemplateError) -> Bool {
    try charge()
    if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to print") }
    switch value {
    case .text(let text): return text.isWhollyTrusted
    case .list(let list), .tuple(let list):
      if !list.isTrusted { return false }
      for element in list.elements where !(try isWhollyTrusted(element, depth: depth + 1)) { return false }
      return true
    case .dictionary(let dictionary):
      if !dictionary.isTrusted { return false }
      for key in dictionary.keys where !(try isWhollyTrusted(key, depth: depth + 1)) { return false }
      for element in dictionary.values where !(try isWhollyTrusted(element, depth: depth + 1)) { return false }
      return true
    case .view(let view): return try isWhollyTrusted(.dictionary(view.dictionary), depth: depth + 1)
    case .namespace(let namespace): return try isWhollyTrusted(.dictionary(namespace.attributes), depth: depth + 1)
    default: return true
    }
  }

  func writeRepr(_ value: Value, to builder: inout TextBuilder, trusted: Bool, depth: Int) throws(TemplateError) {
    try charge()
    try checkLength(builder.count)
    if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to print") }
    switch value {
    case .text(let text):
      try allocate(text.count)
      if text.isMarkup { builder.append("Markup(", trusted: trusted) }
      builder.append(text.quoted)
      if text.isMarkup { builder.append(")", trusted: trusted) }
    case .list(let list): try writeList(list, ("[", "]"), to: &builder, trusted, depth)
    case .tuple(let list):
      try writeList(list, ("(", list.elements.count == 1 ? ",)" : ")"), to: &builder, trusted, depth)
    case .dictionary(let dictionary): try writeDictionary(dictionary, to: &builder, trusted, depth)
    case .view(let view):
      builder.append(view.typeName + "(", trusted: trusted)
      try writeRepr(try list(view.elements), to: &builder, trusted: trusted, depth: depth + 1)
      builder.append(")", trusted: trusted)
    case .namespace(let namespace):
      builder.append("<Namespace ", trusted: trusted)
      try writeDictionary(namespace.attributes, to: &builder, trusted, depth)
      builder.append(">", trusted: trusted)
    default: builder.append(simpleRepr(value), trusted: trusted)
    }
  }

  private func simpleRepr(_ value: Value) -> String {
    switch value {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .integer(let value): String(value)
    case .bigInteger(let value): value.description
    case .float(let value): PythonFloat.repr(value)
    case .undefined: "Undefined"
    case .range(let range):
      range.step == 1
        ? "range(\(range.start), \(range.stop))" : "range(\(range.start), \(range.stop), \(range.step))"
    case .loop(let loop): "<LoopContext \(loop.position + 1)/\(loop.count)>"
    case .iterator(let iterator): "<\(iterator.typeName) object>"
    case .callable(let callable): simpleRepr(callable)
    default: "<\(value.typeName) object>"
    }
  }

  private func simpleRepr(_ callable: CallableObject) -> String {
    switch callable.kind {
    case .global(let function) where function.isType: "<class '\(function.rawValue)'>"
    case .global(let function): "<function \(function.rawValue)>"
    case .macro(let definition, _): "<Macro '\(definition.name)'>"
    case .method(let receiver, let name): "<built-in method \(name) of \(receiver.typeName) object>"
    default: "<\(callable.typeName) object>"
    }
  }

  private func writeList(
    _ list: ListObject, _ brackets: (String, String), to builder: inout TextBuilder, _ trusted: Bool, _ depth: Int
  ) throws(TemplateError) {
    builder.append(brackets.0, trusted: trusted)
    for (index, element) in list.elements.enumerated() {
      if index > 0 { builder.append(", ", trusted: trusted) }
      try writeRepr(element, to: &builder, trusted: trusted, depth: depth + 1)
    }
    builder.append(brackets.1, trusted: trusted)
  }

  private func writeDictionary(
    _ dictionary: DictionaryObject, to builder: inout TextBuilder, _ trusted: Bool, _ depth: Int
  ) throws(TemplateError) {
    builder.append("{", trusted: trusted)
    for (index, (key, value)) in zip(dictionary.keys, dictionary.values).enumerated() {
      if index > 0 { builder.append(", ", trusted: trusted) }
      try writeRepr(key, to: &builder, trusted: trusted, depth: depth + 1)
      builder.append(": ", trusted: trusted)
      try writeRepr(value, to: &builder, trusted: trusted, depth: depth + 1)
    }
    builder.append("}", trusted: trusted)
  }

  /// Python's `pprint.pformat`: what fits 80 columns on one line, else an element a line; dictionaries by key.
  func prettyPrinted(_ value: Value) throws(TemplateError) -> Text {
    var builder = TextBuilder()
    try writePretty(value, to: &builder, trusted: try isWhollyTrusted(value), indent: 0, allowance: 0, depth: 0)
    return builder.text
  }

  private func withSortedKeys(_ value: Value, depth: Int) throws(TemplateError) -> Value {
    if depth > TemplateLimits.valueDepth { throw .runtime("value is nested too deeply to print") }
    switch value {
    case .dictionary(let dictionary):
      let result = DictionaryObject(isTrusted: dictionary.isTrusted)
      let keys = (try? sorted(dictionary.keys, reverse: false) { $0 }) ?? dictionary.keys
      for key in keys {
        try set(key, try withSortedKeys(try dictionary.value(for: key) ?? .none, depth: depth + 1), in: result)
      }
      return .dictionary(result)
    case .list(let list), .tuple(let list):
      var elements: [Value] = []
      for element in list.elements { elements.append(try withSortedKeys(element, depth: depth + 1)) }
      if case .list = value { return try self.list(elements, isTrusted: list.isTrusted) }
      return try tuple(elements, isTrusted: list.isTrusted)
    default: return value
    }
  }

  private func writePretty(
    _ value: Value, to builder: inout TextBuilder, trusted: Bool, indent: Int, allowance: Int, depth: Int
  ) throws(TemplateError) {
    let flat = try repr(try withSortedKeys(value, depth: depth))
    if flat.scalarCount <= 80 - indent - allowance { return builder.append(flat) }
    let breakLine = ",\n" + String(repeating: " ", count: indent + 1)
    switch value {
    case .list(let list) where !list.elements.isEmpty, .tuple(let list) where !list.elements.isEmpty:
      let isTuple = if case .tuple = value { true } else { false }
      builder.append(isTuple ? "(" : "[", trusted: trusted)
      for (index, element) in list.elements.enumerated() {
        if index > 0 { builder.append(breakLine, trusted: trusted) }
        let isLast = index == list.elements.count - 1
        try writePretty(
          element, to: &builder, trusted: trusted, indent: indent + 1, allowance: isLast ? allowance + 1 : 1,
          depth: depth + 1)
      }
      builder.append(isTuple ? (list.elements.count == 1 ? ",)" : ")") : "]", trusted: trusted)
    case .dictionary(let dictionary) where dictionary.count > 0:
      builder.append("{", trusted: trusted)
      let keys = (try? sorted(dictionary.keys, reverse: false) { $0 }) ?? dictionary.keys
      for (index, key) in keys.enumerated() {
        if index > 0 { builder.append(breakLine, trusted: trusted) }
        let shown = try repr(key)
        builder.append(shown)
        builder.append(": ", trusted: trusted)
        try writePretty(
          try dictionary.value(for: key) ?? .none, to: &builder, trusted: trusted,
          indent: indent + shown.scalarCount + 3, allowance: index == keys.count - 1 ? allowance + 1 : 1,
          depth: depth + 1)
      }
      builder.append("}", trusted: trusted)
    default: builder.append(flat)
    }
  }
}
