#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats as Python prints and reads them.
enum PythonFloat {
  /// The shortest text that reads back as the same number.
  static func repr(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    let (digits, exponent) = shortestDigits(abs(value))
    let sign = value < 0 ? "-" : ""
    // `exponent` is that of the first digit.
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + String(digits.dropFirst()) : ""
      let size = String(abs(exponent))
      return sign + String(digits.prefix(1)) + fraction + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "")
        + size
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
    if digits.count <= exponent + 1 {
      return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count) + ".0"
    }
    return sign + String(digits.prefix(exponent + 1)) + "." + String(digits.dropFirst(exponent + 1))
  }

  /// The significant digits of a positive number and the power of ten of the first.
  private static func shortestDigits(_ value: Double) -> (String, Int) {
    let parts = value.description.split(separator: "e", maxSplits: 1)
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let all = String(whole) + (mantissa.count > 1 ? String(mantissa[1]) : "")
    exponent += whole.count - 1
    let leading = all.prefix { $0 == "0" }.count
    exponent -= leading
    var digits = String(all.dropFirst(leading))
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, exponent)
  }

  /// C's formatting: `kind` is one of f, F, e, E, g and G.
  static func format(_ value: Double, kind: Character, precision: Int, alternate: Bool = false) -> String {
    if !value.isFinite {
      let text = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
      return kind.isUppercase ? text.uppercased() : text
    }
    let pattern = "%" + (alternate ? "#" : "") + ".*" + String(kind)
    return withVaList([Int32(clamping: precision), value]) { arguments in
      var buffer = [CChar](repeating: 0, count: 400 + max(0, precision))
      vsnprintf(&buffer, buffer.count, pattern, arguments)
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// What Python's `float()` makes of a text.
  static func parse(_ text: String) -> Double? {
    let digits = ungrouped(text)
    guard let digits else { return nil }
    let lower = digits.lowercased()
    let unsigned = lower.hasPrefix("-") || lower.hasPrefix("+") ? String(lower.dropFirst()) : lower
    if ["inf", "infinity"].contains(unsigned) { return lower.hasPrefix("-") ? -.infinity : .infinity }
    if unsigned == "nan" { return .nan }
    let isDecimal = unsigned.utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "+")
        || $0 == UInt8(ascii: "-")
    }
    guard isDecimal, let first = unsigned.utf8.first, first != UInt8(ascii: "e") else { return nil }
    if let value = Double(digits) { return value }
    // Python reads "1." and ".5".
    let completed = digits.replacingFirst(".e", with: ".0e")
    return Double(completed.hasSuffix(".") ? completed + "0" : completed)
  }

  /// A numeral without the white space around it and the single underscores between its digits.
  static func ungrouped(_ text: String) -> String? {
    let trimmed = Text(text).stripped().string
    guard trimmed.utf8.contains(UInt8(ascii: "_")) else { return trimmed }
    let bytes = Array(trimmed.utf8)
    let isDigit = { (index: Int) in bytes.indices.contains(index) && bytes[index] >= 0x30 && bytes[index] <= 0x39 }
    for index in bytes.indices where bytes[index] == UInt8(ascii: "_") {
      if !isDigit(index - 1) || !isDigit(index + 1) { return nil }
    }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }
}

extension String {
  fileprivate func replacingFirst(_ old: String, with new: String) -> String {
    Text(self).replacing(Text(old), with: Text(new), limit: 1).string
  }
}

extension PythonFloat {
  static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }
}
