extension Lexer {
  /// The end of a run of digits with single underscores between them.
  private func digitsEnd(from start: Int, isDigit: (UInt8) -> Bool) -> Int {
    var index = start
    while index < source.count {
      if isDigit(source[index]) {
        index += 1
      } else if source[index] == UInt8(ascii: "_"), index > start, index + 1 < source.count, isDigit(source[index + 1])
      {
        index += 1
      } else {
        break
      }
    }
    return index
  }

  private func number(_ range: Range<Int>) -> String {
    String(decoding: source[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }

  mutating func lexNumber() throws(TemplateError) {
    let isDecimal: (UInt8) -> Bool = { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    let start = position
    let whole = digitsEnd(from: start, isDigit: isDecimal)
    var end = whole
    if tokens.last.map({ $0.kind == .symbol && $0.text == "." }) != true {
      if end + 1 < source.count, source[end] == UInt8(ascii: "."), isDecimal(source[end + 1]) {
        end = digitsEnd(from: end + 1, isDigit: isDecimal)
      }
      if end < source.count, source[end] | 0x20 == UInt8(ascii: "e") {
        var exponent = end + 1
        if exponent < source.count, source[exponent] == UInt8(ascii: "+") || source[exponent] == UInt8(ascii: "-") {
          exponent += 1
        }
        if exponent < source.count, isDecimal(source[exponent]) {
          end = digitsEnd(from: exponent, isDigit: isDecimal)
        }
      }
    }
    if end > whole { return append(.float, number(start..<end), end: end) }
    try lexInteger(decimalEnd: whole)
  }

  private mutating func lexInteger(decimalEnd: Int) throws(TemplateError) {
    let start = position
    if source[start] == UInt8(ascii: "0"), start + 1 < source.count {
      let radix: Int? =
        switch source[start + 1] | 0x20 {
        case UInt8(ascii: "x"): 16
        case UInt8(ascii: "o"): 8
        case UInt8(ascii: "b"): 2
        default: nil
        }
      if let radix {
        let first = start + 2 + (start + 2 < source.count && source[start + 2] == UInt8(ascii: "_") ? 1 : 0)
        let end = digitsEnd(from: first) { Character(Unicode.Scalar($0)).hexDigitValue.map { $0 < radix } ?? false }
        if end > first {
          guard let value = Int(number(first..<end), radix: radix) else {
            throw failure("integer literal is too large: more than 64 bits")
          }
          return append(.integer, String(value), end: end)
        }
      }
      // Decimal numbers do not start with zero: 012 is 0 followed by 12.
      let end = digitsEnd(from: start) { $0 == UInt8(ascii: "0") }
      return append(.integer, "0", end: end)
    }
    if decimalEnd - start > BigInteger.maximumDigits {
      throw failure("integer literal is too large: more than \(BigInteger.maximumDigits) digits")
    }
    append(.integer, number(start..<decimalEnd), end: decimalEnd)
  }

  mutating func lexString(quote: UInt8) throws(TemplateError) {
    var index = position + 1
    while index < source.count, source[index] != quote {
      index += source[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard index < source.count else {
      throw failure("unexpected char \(quote == UInt8(ascii: "'") ? "\"'\"" : "'\"'") at \(position)")
    }
    let value = try unescaped(position + 1..<index)
    append(.string, value, end: index + 1)
  }

  /// The value of a string literal: Python's escapes; unknown ones stay as they are.
  private func unescaped(_ range: Range<Int>) throws(TemplateError) -> String {
    guard source[range].contains(UInt8(ascii: "\\")) else { return String(decoding: source[range], as: UTF8.self) }
    var bytes: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = source[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
        bytes.append(byte)
        continue
      }
      let kind = source[index]
      index += 1
      switch kind {
      case UInt8(ascii: "\n"): break
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "a"): bytes.append(0x07)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "v"): bytes.append(0x0B)
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(kind)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = UInt32(kind - 0x30)
        var digits = 1
        while digits < 3, index < range.upperBound, (0x30...0x37).contains(source[index]) {
          value = value * 8 + UInt32(source[index] - 0x30)
          index += 1
          digits += 1
        }
        bytes += Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
      case UInt8(ascii: "x"): bytes += try escapedScalar(digits: 2, at: &index, end: range.upperBound)
      case UInt8(ascii: "u"): bytes += try escapedScalar(digits: 4, at: &index, end: range.upperBound)
      case UInt8(ascii: "U"): bytes += try escapedScalar(digits: 8, at: &index, end: range.upperBound)
      case UInt8(ascii: "N"): throw failure("named characters (\\N{...}) are not supported in string literals")
      default: bytes += [UInt8(ascii: "\\"), kind]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func escapedScalar(digits: Int, at index: inout Int, end: Int) throws(TemplateError) -> [UInt8] {
    guard index + digits <= end,
      let value = UInt32(String(decoding: source[index..<index + digits], as: UTF8.self), radix: 16)
    else { throw failure("malformed escape in a string literal") }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("escape in a string literal names no Unicode scalar")
    }
    index += digits
    return Array(String(scalar).utf8)
  }
}
