extension JSONParser {
  mutating func digits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    return position - start
  }

  package mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    let isNegative = consume(UInt8(ascii: "-"))
    let leading = position
    let whole = digits()
    if whole == 0 || (whole > 1 && bytes[leading] == UInt8(ascii: "0")) { throw failure("malformed number", at: start) }
    var isWhole = true
    var fraction = 0
    if consume(UInt8(ascii: ".")) {
      isWhole = false
      fraction = digits()
      if fraction == 0 { throw failure("malformed number", at: start) }
    }
    let hasExponent = position < bytes.count && bytes[position] | 0x20 == UInt8(ascii: "e")
    if hasExponent {
      isWhole = false
      position += 1
      if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
      if digits() == 0 { throw failure("malformed number", at: start) }
    }
    // Up to 15 digits are an exact double, and so is the power of ten: their quotient is rounded once, as it should be
    // (Clinger 1990). Nearly all numbers of our files are such, and need no text.
    if !hasExponent, whole + fraction <= 15 {
      var mantissa = 0
      for byte in bytes[leading..<position] where byte != UInt8(ascii: ".") {
        mantissa = mantissa * 10 + Int(byte - UInt8(ascii: "0"))
      }
      if isWhole { return .integer(isNegative ? -mantissa : mantissa) }
      let value = Double(mantissa) / powersOfTen[fraction]
      return .double(isNegative ? -value : value)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure("malformed number", at: start) }
    return .double(value)
  }

  /// Reads a quoted string; runs without escapes are decoded in one piece.
  package mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var collected: [UInt8]?
    var run = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let tail = bytes[run..<position]
        position += 1
        let text: String?
        if var whole = collected {
          whole.append(contentsOf: tail)
          text = String(validating: whole, as: UTF8.self)
        } else {
          text = String(validating: tail, as: UTF8.self)
        }
        guard let text else { throw failure("a string is not UTF-8", at: start) }
        return text
      }
      if byte < 0x20 { throw failure("control character in a string") }
      if byte == UInt8(ascii: "\\") {
        var whole = collected ?? []
        whole.append(contentsOf: bytes[run..<position])
        try parseEscape(into: &whole)
        collected = whole
        run = position
      } else {
        position += 1
      }
    }
    throw failure("a string has no end", at: start)
  }

  mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    let start = position
    guard position + 1 < bytes.count else { throw failure("a string has no end") }
    let kind = bytes[position + 1]
    position += 2
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      let first = try parseHexadecimal()
      var value = first
      if (0xD800..<0xDC00).contains(first) {
        guard consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) else {
          throw failure("half of a surrogate pair", at: start)
        }
        let second = try parseHexadecimal()
        guard (0xDC00..<0xE000).contains(second) else { throw failure("half of a surrogate pair", at: start) }
        value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair", at: start) }
      text.append(contentsOf: Array(String(scalar).utf8))
    default: throw failure("unknown escape in a string", at: start)
    }
  }

  mutating func parseHexadecimal() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw failure("malformed \\u escape") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
        throw failure("malformed \\u escape")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// 1 to 1e15, each exact.
private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
