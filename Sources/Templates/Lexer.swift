/// Cuts a template into tokens as Jinja2's lexer does with `trim_blocks` and `lstrip_blocks`.
struct Lexer {
  private enum Tag { case comment, block, variable, raw }

  let source: [UInt8]
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// Whether the text at `position` starts a line of the source.
  private var isLineStart = true

  /// Line breaks become `\n` and the last one is dropped.
  init(source: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.utf8.count)
    var afterReturn = false
    for byte in source.utf8 {
      if byte == UInt8(ascii: "\n"), afterReturn {
        afterReturn = false
        continue
      }
      afterReturn = byte == UInt8(ascii: "\r")
      bytes.append(afterReturn ? UInt8(ascii: "\n") : byte)
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    self.source = bytes
  }

  func failure(_ message: String) -> TemplateError {
    TemplateError(kind: .compile, message: message, line: line)
  }

  mutating func tokenize() throws(TemplateError) -> [Token] {
    while position < source.count {
      guard let (start, tag) = nextTag() else {
        appendData(position..<source.count)
        position = source.count
        break
      }
      try lexTag(tag, at: start)
    }
    tokens.append(Token(kind: .end, text: "", line: line))
    return tokens
  }

  /// The next opening delimiter.
  private func nextTag() -> (Int, Tag)? {
    var index = position
    while index + 1 < source.count {
      if source[index] == UInt8(ascii: "{") {
        switch source[index + 1] {
        case UInt8(ascii: "{"): return (index, .variable)
        case UInt8(ascii: "#"): return (index, .comment)
        case UInt8(ascii: "%"): return (index, rawTagEnd(at: index) == nil ? .block : .raw)
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  /// The end of `{% raw %}` at an offset, if that is what stands there.
  private func rawTagEnd(at start: Int) -> Int? {
    var index = start + 2
    if index < source.count, source[index] == UInt8(ascii: "-") || source[index] == UInt8(ascii: "+") { index += 1 }
    index = skippingSpace(from: index)
    guard matches("raw", at: index) else { return nil }
    index = skippingSpace(from: index + 3)
    if matches("-%}", at: index) { return skippingSpace(from: index + 3) }
    return matches("%}", at: index) ? index + 2 : nil
  }

  func matches(_ text: StaticString, at index: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard index + length <= source.count else { return false }
    return (0..<length).allSatisfy { source[index + $0] == text.utf8Start[$0] }
  }

  /// The first offset at or behind `start` that holds no white space (of Unicode).
  func skippingSpace(from start: Int) -> Int {
    var index = start
    while index < source.count {
      let (scalar, length) = scalar(at: index)
      if !PythonUnicode.isSpace(scalar) { break }
      index += length
    }
    return index
  }

  func scalar(at index: Int) -> (Unicode.Scalar, Int) {
    let first = source[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    let text = String(decoding: source[index..<min(index + length, source.count)], as: UTF8.self)
    return (text.unicodeScalars.first ?? "\u{FFFD}", length)
  }

  private mutating func advance(to end: Int) {
    for index in position..<end where source[index] == UInt8(ascii: "\n") { line += 1 }
    if end > 0 { isLineStart = source[end - 1] == UInt8(ascii: "\n") }
    position = end
  }

  private mutating func appendData(_ range: Range<Int>) {
    if range.isEmpty { return }
    tokens.append(Token(kind: .data, text: String(decoding: source[range], as: UTF8.self), line: line))
  }

  /// Emits the text before a tag, stripped as the tag's sign asks.
  private mutating func emitText(to end: Int, sign: UInt8?, stripsLine: Bool) {
    var stop = end
    if sign == UInt8(ascii: "-") {
      let text = Text(bytes: Array(source[position..<end]), isTrusted: true)
      stop = position + text.stripped(start: false).count
    } else if sign == nil, stripsLine {
      let lineStart = source[position..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
      if lineStart != nil || isLineStart {
        let first = lineStart ?? position
        if first < end, skippingSpace(from: first) >= end { stop = first }
      }
    }
    appendData(position..<stop)
    advance(to: end)
  }

  private func sign(at index: Int) -> UInt8? {
    guard index < source.count else { return nil }
    return source[index] == UInt8(ascii: "-") || source[index] == UInt8(ascii: "+") ? source[index] : nil
  }

  private mutating func lexTag(_ tag: Tag, at start: Int) throws(TemplateError) {
    let sign = sign(at: start + 2)
    emitText(to: start, sign: sign, stripsLine: tag != .variable)
    let inside = start + 2 + (sign == nil ? 0 : 1)
    switch tag {
    case .comment:
      advance(to: inside)
      try skipComment()
    case .raw:
      advance(to: rawTagEnd(at: start) ?? inside)
      try lexRaw()
    case .block:
      tokens.append(Token(kind: .blockBegin, text: "{%", line: line))
      advance(to: inside)
      try lexInside(end: .blockEnd)
    case .variable:
      tokens.append(Token(kind: .variableBegin, text: "{{", line: line))
      advance(to: inside)
      try lexInside(end: .variableEnd)
    }
  }

  /// The offset behind `-%}`, `+%}` or `%}` (or the like of a comment), with the white space that goes with it.
  private func tagEnd(_ mark: UInt8, at index: Int) -> Int? {
    guard index < source.count else { return nil }
    let sign = sign(at: index)
    let close = index + (sign == nil ? 0 : 1)
    guard close + 1 < source.count, source[close] == mark, source[close + 1] == UInt8(ascii: "}") else { return nil }
    if sign == UInt8(ascii: "-") { return skippingSpace(from: close + 2) }
    let trims = sign == nil && close + 2 < source.count && source[close + 2] == UInt8(ascii: "\n")
    return close + 2 + (trims ? 1 : 0)
  }

  private mutating func skipComment() throws(TemplateError) {
    for index in position..<source.count {
      if let end = tagEnd(UInt8(ascii: "#"), at: index) { return advance(to: end) }
    }
    throw failure("Missing end of comment tag")
  }

  private mutating func lexRaw() throws(TemplateError) {
    for index in position..<max(position, source.count - 1) where matches("{%", at: index) {
      let sign = sign(at: index + 2)
      let word = skippingSpace(from: index + 2 + (sign == nil ? 0 : 1))
      guard matches("endraw", at: word),
        let end = tagEnd(UInt8(ascii: "%"), at: skippingSpace(from: word + 6))
      else { continue }
      emitText(to: index, sign: sign, stripsLine: true)
      return advance(to: end)
    }
    throw failure("Missing end of raw directive")
  }

  /// The tokens between the delimiters of a block or variable tag.
  private mutating func lexInside(end: Token.Kind) throws(TemplateError) {
    var open: [UInt8] = []
    while position < source.count {
      if open.isEmpty {
        if end == .blockEnd, let close = tagEnd(UInt8(ascii: "%"), at: position) {
          tokens.append(Token(kind: .blockEnd, text: "%}", line: line))
          return advance(to: close)
        }
        if end == .variableEnd, matches("-}}", at: position) || matches("}}", at: position) {
          tokens.append(Token(kind: .variableEnd, text: "}}", line: line))
          let strips = source[position] == UInt8(ascii: "-")
          return advance(to: strips ? skippingSpace(from: position + 3) : position + 2)
        }
      }
      let space = skippingSpace(from: position)
      if space > position {
        advance(to: space)
        continue
      }
      try lexToken(&open)
    }
  }

  private mutating func lexToken(_ open: inout [UInt8]) throws(TemplateError) {
    let byte = source[position]
    if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { return try lexNumber() }
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return try lexString(quote: byte) }
    if let end = nameEnd() {
      tokens.append(Token(kind: .name, text: String(decoding: source[position..<end], as: UTF8.self), line: line))
      return advance(to: end)
    }
    for symbol in ["//", "**", "==", "!=", ">=", "<="] where source[position...].starts(with: symbol.utf8) {
      tokens.append(Token(kind: .symbol, text: symbol, line: line))
      return advance(to: position + 2)
    }
    let text = String(Unicode.Scalar(byte))
    guard byte < 0x80, "+-/*%~[](){}><=.:|,;".contains(text) else {
      throw failure("unexpected char \(Text(String(scalar(at: position).0)).quoted.string) at \(position)")
    }
    switch byte {
    case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
    case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
    case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard let expected = open.popLast() else { throw failure("unexpected '\(text)'") }
      if expected != byte { throw failure("unexpected '\(text)', expected '\(Unicode.Scalar(expected))'") }
    default: break
    }
    tokens.append(Token(kind: .symbol, text: text, line: line))
    advance(to: position + 1)
  }

  /// The end of an identifier at the current place.
  private func nameEnd() -> Int? {
    var index = position
    while index < source.count {
      let (scalar, length) = scalar(at: index)
      let belongs =
        index == position
        ? scalar == "_" || scalar.properties.isXIDStart : scalar == "_" || scalar.properties.isXIDContinue
      if !belongs { break }
      index += length
    }
    return index > position ? index : nil
  }

  mutating func append(_ kind: Token.Kind, _ text: String, end: Int) {
    tokens.append(Token(kind: kind, text: text, line: line))
    advance(to: end)
  }
}
