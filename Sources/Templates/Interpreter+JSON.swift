/// How `tojson` writes.
struct JSONStyle {
  var escapesNonASCII = false
  /// What one level is indented by; nil keeps everything on one line.
  var indent: Text?
  var itemSeparator = Text(", ")
  var keySeparator = Text(": ")
  var sortsKeys = false
}

extension Interpreter {
  /// The `tojson` of transformers, which is Python's `json.dumps`.
  func json(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
    var style = JSONStyle()
    if let flag = given[0] { style.escapesNonASCII = isTrue(flag) }
    switch given[1] {
    case nil, .some(.none): break
    case .some(.text(let text)): style.indent = text
    case .some(let width):
      guard let width = width.index else { throw .runtime("indent must be an integer or a string") }
      try checkRepetition(bytes: 1, count: width)
      style.indent = Text(String(repeating: " ", count: max(0, width)))
    }
    if style.indent != nil { style.itemSeparator = Text(",") }
    if let separators = given[2], !isNone(separators) {
      let pair = try elements(of: separators)
      guard pair.count == 2, case .text(let item) = pair[0], case .text(let key) = pair[1] else {
        throw .runtime("separators must be a pair of strings")
      }
      style.itemSeparator = item
      style.keySeparator = key
    }
    if let flag = given[3] { style.sortsKeys = isTrue(flag) }
    var builder = TextBuilder()
    try writeJSON(value, style, to: &builder, trusted: try isWhollyTrusted(value), depth: 0)
    return try self.value(builder.text)
  }

  func isNone(_ value: Value) -> Bool { if case .none = value { true } else { false } }

  private func writeJSON(
    _ value: Value, _ style: JSONStyle, to builder: inout TextBuilder, trusted: Bool, depth: Int
  ) throws(TemplateError) {
    try charge()
    try checkLength(builder.count)
    if depth > TemplateLimits.valueDepth { throw .runtime("Circular reference detected or value nested too deeply") }
    switch value {
    case .none: builder.append("null", trusted: trusted)
    case .bool(let flag): builder.append(flag ? "true" : "false", trusted: trusted)
    case .integer(let number): builder.append(String(number), trusted: trusted)
    case .bigInteger(let number): builder.append(number.description, trusted: trusted)
    case .float(let number): builder.append(Interpreter.jsonNumber(number), trusted: trusted)
    case .text(let text): try writeJSONString(text, style, to: &builder, trusted: trusted)
    case .list(let list), .tuple(let list):
      if list.elements.isEmpty { return builder.append("[]", trusted: trusted) }
      builder.append("[", trusted: trusted)
      for (index, element) in list.elements.enumerated() {
        if index > 0 { appendSeparator(style.itemSeparator, to: &builder, trusted) }
        try breakLine(style, depth + 1, &builder, trusted)
        try writeJSON(element, style, to: &builder, trusted: trusted, depth: depth + 1)
      }
      try breakLine(style, depth, &builder, trusted)
      builder.append("]", trusted: trusted)
    case .dictionary(let dictionary): try writeJSONObject(dictionary, style, to: &builder, trusted, depth)
    default: throw .runtime("Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private static func jsonNumber(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return PythonFloat.repr(number)
  }

  /// Separators keep no origin of their own inside untrusted data.
  private func appendSeparator(_ separator: Text, to builder: inout TextBuilder, _ trusted: Bool) {
    if trusted { builder.append(separator) } else { builder.append(separator.string, trusted: false) }
  }

  private func breakLine(_ style: JSONStyle, _ depth: Int, _ builder: inout TextBuilder, _ trusted: Bool)
    throws(TemplateError)
  {
    guard let indent = style.indent else { return }
    builder.append("\n", trusted: trusted)
    try checkRepetition(bytes: indent.count, count: depth)
    try checkLength(builder.count + indent.count * depth)
    for _ in 0..<depth { appendSeparator(indent, to: &builder, trusted) }
  }

  private func writeJSONObject(
    _ dictionary: DictionaryObject, _ style: JSONStyle, to builder: inout TextBuilder, _ trusted: Bool, _ depth: Int
  ) throws(TemplateError) {
    if dictionary.count == 0 { return builder.append("{}", trusted: trusted) }
    var keys = dictionary.keys
    if style.sortsKeys { keys = try sorted(keys, reverse: false) { $0 } }
    builder.append("{", trusted: trusted)
    for (index, key) in keys.enumerated() {
      if index > 0 { appendSeparator(style.itemSeparator, to: &builder, trusted) }
      try breakLine(style, depth + 1, &builder, trusted)
      try writeJSONString(try jsonKey(key), style, to: &builder, trusted: trusted)
      appendSeparator(style.keySeparator, to: &builder, trusted)
      try writeJSON(
        try dictionary.value(for: key) ?? .none, style, to: &builder, trusted: trusted, depth: depth + 1)
    }
    try breakLine(style, depth, &builder, trusted)
    builder.append("}", trusted: trusted)
  }

  private func jsonKey(_ key: Value) throws(TemplateError) -> Text {
    switch key {
    case .text(let text): return text
    case .none: return Text("null")
    case .bool(let flag): return Text(flag ? "true" : "false")
    case .integer(let number): return Text(String(number))
    case .bigInteger(let number): return Text(number.description)
    case .float(let number): return Text(Interpreter.jsonNumber(number))
    default: throw .runtime("keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private func writeJSONString(_ text: Text, _ style: JSONStyle, to builder: inout TextBuilder, trusted: Bool)
    throws(TemplateError)
  {
    try charge(bytes: text.count)
    builder.append("\"", trusted: trusted)
    // Runs of bytes that stand for themselves are copied whole.
    var start = 0
    var position = 0
    while position < text.count {
      let byte = text.bytes[position]
      if byte >= 0x20, byte != 0x22, byte != 0x5C, byte < 0x80 || !style.escapesNonASCII, byte != 0x7F {
        position += 1
        continue
      }
      builder.append(text, start..<position)
      let (scalar, length) = text.scalar(at: position)
      builder.append(Interpreter.jsonEscape(scalar), trusted: text.trust(at: position))
      position += length
      start = position
    }
    builder.append(text, start..<position)
    builder.append("\"", trusted: trusted)
    try checkLength(builder.count)
  }

  private static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\u{8}": "\\b"
    case "\u{C}": "\\f"
    case "\u{7F}": "\u{7F}"
    default:
      Array(String(scalar).utf16).map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }
}
