extension TOMLReader {
  func isTriple(_ quote: UInt8) -> Bool {
    bytes[position...].starts(with: [quote, quote, quote])
  }

  /// `"..."` with escapes, on one line.
  mutating func readBasicString() throws(TOMLError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try readEscape()
      default:
        try checkText(byte)
        text.append(byte)
        position += 1
      }
    }
    throw failure("the string has no end")
  }

  /// `'...'` as it stands, on one line.
  mutating func readLiteralString() throws(TOMLError) -> String {
    position += 1
    let start = position
    while let byte = next {
      if byte == UInt8(ascii: "'") {
        position += 1
        return String(decoding: bytes[start..<position - 1], as: UTF8.self)
      }
      try checkText(byte)
      position += 1
    }
    throw failure("the string has no end")
  }

  /// `"""..."""` over lines, with escapes; a backslash at the end of a line drops the white space that follows.
  mutating func readLongBasicString() throws(TOMLError) -> String {
    try readLong(quote: 0x22) { reader, text throws(TOMLError) in
      guard reader.next == UInt8(ascii: "\\") else { return false }
      guard reader.isLineContinuation else {
        text += try reader.readEscape()
        return true
      }
      reader.position += 1
      repeat { reader.skipSpaces() } while reader.takeNewline()
      return true
    }
  }

  /// `'''...'''` over lines, as it stands.
  mutating func readLongLiteralString() throws(TOMLError) -> String {
    try readLong(quote: 0x27) { _, _ throws(TOMLError) in false }
  }

  /// - Parameter special: reads what is no plain text, if that is next.
  private mutating func readLong(
    quote: UInt8, special: (inout TOMLReader, inout [UInt8]) throws(TOMLError) -> Bool
  ) throws(TOMLError) -> String {
    position += 3
    // A line end right behind the quotes does not count.
    _ = takeNewline()
    var text: [UInt8] = []
    while let byte = next {
      if isTriple(quote) {
        position += 3
        // Up to two quotes may stand before the closing three.
        for _ in 0..<2 where consume(quote) { text.append(quote) }
        return String(decoding: text, as: UTF8.self)
      }
      if try special(&self, &text) { continue }
      if takeNewline() {
        text.append(0x0A)
        continue
      }
      try checkText(byte)
      text.append(byte)
      position += 1
    }
    throw failure("the string has no end")
  }

  private var isLineContinuation: Bool {
    let rest = bytes[(position + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
    return rest.first == 0x0A || rest.starts(with: [0x0D, 0x0A])
  }

  private func checkText(_ byte: UInt8) throws(TOMLError) {
    if byte == 0x0A || byte == 0x0D { throw failure("the string has no end on its line") }
    if byte < 0x20 && byte != 0x09 || byte == 0x7F { throw failure("a control character in a string; write \\u00XX") }
  }

  private mutating func readEscape() throws(TOMLError) -> [UInt8] {
    position += 1
    guard let byte = next else { throw failure("the string has no end") }
    let simple: [UInt8: UInt8] = [
      0x62: 0x08, 0x74: 0x09, 0x6E: 0x0A, 0x66: 0x0C, 0x72: 0x0D, 0x22: 0x22, 0x5C: 0x5C,
    ]
    if let meant = simple[byte] {
      position += 1
      return [meant]
    }
    guard byte == UInt8(ascii: "u") || byte == UInt8(ascii: "U") else {
      throw failure("an unknown escape; known are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX")
    }
    position += 1
    let count = byte == UInt8(ascii: "u") ? 4 : 8
    let digits = String(decoding: bytes[position...].prefix(count), as: UTF8.self)
    guard digits.utf8.count == count, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
      let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw failure("expected \(count) hexadecimal digits of a Unicode scalar value") }
    position += count
    return Array(String(Character(scalar)).utf8)
  }
}
