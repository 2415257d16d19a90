extension TOMLReader {
  /// A boolean, number, date or time: what stands up to the next separator.
  mutating func readScalar() throws(TOMLError) -> TOMLValue {
    let start = position
    var end = position
    while end < bytes.count, !TOMLReader.separators.contains(bytes[end]) { end += 1 }
    // A space may stand between a date and its time.
    if end - start == 10, bytes[start + 4] == UInt8(ascii: "-"), end + 1 < bytes.count, bytes[end] == 0x20,
      bytes[end + 1].isDigit
    {
      end += 1
      while end < bytes.count, !TOMLReader.separators.contains(bytes[end]) { end += 1 }
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard let value = TOMLReader.scalar(text) else {
      throw failure(
        text.isEmpty ? "expected a value" : "expected a value, got \(text.debugDescription); text needs quotes")
    }
    position = end
    return value
  }

  private static let separators = Set(Array(" \t\r\n,]}#".utf8))

  private static func scalar(_ text: String) -> TOMLValue? {
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    if let number = integer(text) { return .integer(number) }
    if let number = float(text) { return .float(number) }
    return isDateTime(text) ? .dateTime(text) : nil
  }

  /// Digits without the underscores that may stand between two of them.
  private static func digits(_ text: Substring, _ isAllowed: (Character) -> Bool) -> String? {
    guard text.first != "_", text.last != "_", !text.contains("__"), !text.isEmpty else { return nil }
    let plain = text.filter { $0 != "_" }
    return plain.allSatisfy { $0.isASCII && isAllowed($0) } ? String(plain) : nil
  }

  private static func integer(_ text: String) -> Int? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      guard let plain = digits(text.dropFirst(2), { $0.isHexDigit }) else { return nil }
      return Int(plain, radix: radix)
    }
    guard let (sign, plain) = signed(text[...]), plain == "0" || !plain.hasPrefix("0") else { return nil }
    return Int(sign + plain)
  }

  private static func signed(_ text: Substring) -> (sign: String, digits: String)? {
    let sign = text.first == "-" ? "-" : ""
    let rest = text.first == "-" || text.first == "+" ? text.dropFirst() : text
    return digits(rest) { $0.isNumber }.map { (sign, $0) }
  }

  private static func float(_ text: String) -> Double? {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard (1...2).contains(parts.count) else { return nil }
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(mantissa.count), mantissa.count + parts.count > 2,
      let (sign, whole) = signed(mantissa[0]), whole == "0" || !whole.hasPrefix("0")
    else { return nil }
    var plain = sign + whole
    if mantissa.count == 2 {
      guard let fraction = digits(mantissa[1], { $0.isNumber }) else { return nil }
      plain += "." + fraction
    }
    if parts.count == 2 {
      guard let (sign, exponent) = signed(parts[1]) else { return nil }
      plain += "e" + sign + exponent
    }
    return Double(plain)
  }

  /// RFC 3339 with the parts TOML lets be left out: offset, date or time.
  private static func isDateTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let hasDate = bytes.count >= 10 && bytes[4] == UInt8(ascii: "-")
    var time = bytes[...]
    if hasDate {
      guard isDate(bytes[..<10]) else { return false }
      if bytes.count == 10 { return true }
      guard [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(bytes[10]) else { return false }
      time = bytes[11...]
    }
    guard isTime(time.prefix(8)) else { return false }
    time = time.dropFirst(8)
    if time.first == UInt8(ascii: ".") {
      let fraction = time.dropFirst().prefix { $0.isDigit }
      guard !fraction.isEmpty else { return false }
      time = time.dropFirst(fraction.count + 1)
    }
    guard let offset = time.first else { return true }
    guard hasDate else { return false }
    if time.count == 1 { return offset == UInt8(ascii: "Z") || offset == UInt8(ascii: "z") }
    guard time.count == 6, offset == UInt8(ascii: "+") || offset == UInt8(ascii: "-") else { return false }
    return isTime(Array(time.dropFirst()) + Array(":00".utf8))
  }

  private static func numbers(_ bytes: some Collection<UInt8>, separator: UInt8, widths: [Int]) -> [Int]? {
    let fields = bytes.split(separator: separator, omittingEmptySubsequences: false)
    guard fields.map(\.count) == widths, fields.joined().allSatisfy(\.isDigit) else { return nil }
    return fields.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
  }

  private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let parts = numbers(bytes, separator: UInt8(ascii: "-"), widths: [4, 2, 2]) else { return false }
    let (year, month, day) = (parts[0], parts[1], parts[2])
    guard (1...12).contains(month) else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return (1...days).contains(day)
  }

  private static func isTime(_ bytes: some Collection<UInt8>) -> Bool {
    guard let parts = numbers(bytes, separator: UInt8(ascii: ":"), widths: [2, 2, 2]) else { return false }
    // 60 is a leap second.
    return parts[0] < 24 && parts[1] < 60 && parts[2] <= 60
  }
}
