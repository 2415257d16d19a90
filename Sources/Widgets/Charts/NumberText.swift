#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers as charts write them: short, with the digits that matter, and the same way along an axis.
enum NumberText {
  private static let prefixes: [(exponent: Int, text: String)] = [(12, "T"), (9, "G"), (6, "M"), (3, "k")]

  /// A number with so many decimals; zero never has a sign.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let digits = min(max(0, decimals), 15)
    let scaled = (abs(value) * power(of: digits)).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(Int(scaled))" }
    let text = "\(Int(scaled))"
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// A number by itself with so many significant digits: `2.346`, `1.235M`, `3.123e-4`, `NaN`.
  static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "inf" : "-inf" }
    guard value != 0 else { return "0" }
    var exponent = exponent(of: value)
    // Rounding may carry into a further digit: 9.9996 is 10.00.
    if (abs(value) / power(of: exponent - digits + 1)).rounded() >= power(of: digits) { exponent += 1 }
    if exponent < -3 || exponent >= 15 {
      return trimmed(fixed(value / power(of: exponent), decimals: digits - 1)) + "e\(exponent)"
    }
    guard exponent >= 4, let prefix = prefixes.first(where: { $0.exponent <= exponent }) else {
      return trimmed(fixed(value, decimals: digits - 1 - exponent))
    }
    let decimals = digits - 1 - (exponent - prefix.exponent)
    return trimmed(fixed(value / power(of: prefix.exponent), decimals: decimals)) + prefix.text
  }

  /// The labels of evenly spaced values, all with one prefix and as many decimals as the step needs.
  static func labels(of values: [Double], step: Double) -> [String] {
    let magnitude = values.reduce(0) { max($0, abs($1)) }
    guard magnitude > 0 else { return values.map { _ in "0" } }
    let exponent = exponent(of: magnitude)
    let finest = NumberText.exponent(of: step * 1.000001)
    let unit: (exponent: Int, text: String)
    if exponent >= 15 || finest < -3 && exponent < -2 {
      unit = (exponent, "e\(exponent)")
    } else if exponent >= 4 {
      unit = prefixes.first { $0.exponent <= exponent } ?? (0, "")
    } else {
      unit = (0, "")
    }
    // Far from zero a fine step needs more digits behind a prefix than the plain number has.
    let decimals = max(0, unit.exponent - finest)
    let chosen = decimals > 4 && exponent < 15 && exponent > -5 ? (exponent: 0, text: "") : unit
    return values.map { value in
      if value == 0 { return "0" }
      let shown = fixed(value / power(of: chosen.exponent), decimals: max(0, chosen.exponent - finest))
      return chosen.exponent == 0 ? shown : trimmed(shown) + chosen.text
    }
  }

  /// The labels of values that lie factors apart: plain near 1, with prefixes above, with exponents where either would
  /// have to count zeros.
  static func logarithmicLabels(of values: [Double]) -> [String] {
    let needsExponents = values.contains { $0 >= 1e15 || $0 < 1e-3 }
    return values.map { value in
      guard needsExponents else { return significant(value, digits: 3) }
      let exponent = exponent(of: value * 1.000001)
      return trimmed(fixed(value / power(of: exponent), decimals: 2)) + "e\(exponent)"
    }
  }

  /// Seconds as `45s`, `1m30s`, `2h`, `1d12h`.
  static func duration(_ seconds: Double) -> String {
    guard abs(seconds) < 1e12 else { return significant(seconds) + "s" }
    guard seconds == seconds.rounded() else { return significant(seconds) + "s" }
    var rest = Int(abs(seconds))
    guard rest > 0 else { return "0s" }
    var text = seconds < 0 ? "-" : ""
    for (length, unit) in [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")] where rest >= length {
      text += "\(rest / length)\(unit)"
      rest %= length
    }
    return text
  }

  /// 10 to a power, exact as far as a double is.
  static func power(of exponent: Int) -> Double {
    exponent >= 0 ? pow(10, Double(exponent)) : 1 / pow(10, Double(-exponent))
  }

  /// The exponent of the first digit; 0 for zero.
  static func exponent(of value: Double) -> Int {
    let magnitude = abs(value)
    guard magnitude > 0, magnitude.isFinite else { return 0 }
    let guess = Int(log10(magnitude).rounded(.down))
    // The logarithm of an exact power may fall short of it.
    return power(of: guess + 1) <= magnitude ? guess + 1 : guess
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var end = text.endIndex
    while text[text.index(before: end)] == "0" { end = text.index(before: end) }
    if text[text.index(before: end)] == "." { end = text.index(before: end) }
    return String(text[..<end])
  }
}
