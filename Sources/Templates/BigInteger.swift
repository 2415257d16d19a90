/// A whole number beyond 64 bits, as Python has them, up to a fixed number of digits.
struct BigInteger: Sendable, Comparable {
  /// Longest number in decimal digits; Python refuses to print longer ones too.
  static let maximumDigits = 4300
  private static let base: UInt64 = 1_000_000_000

  private(set) var isNegative: Bool
  /// Nine decimal digits each, the lowest first, without leading zeros; zero has none.
  private var limbs: [UInt32]

  private init(isNegative: Bool, limbs: [UInt32]) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.limbs = limbs
    self.isNegative = isNegative && !limbs.isEmpty
  }

  init(_ value: Int) {
    var magnitude = UInt64(value.magnitude)
    var limbs: [UInt32] = []
    while magnitude > 0 {
      limbs.append(UInt32(magnitude % BigInteger.base))
      magnitude /= BigInteger.base
    }
    self.init(isNegative: value < 0, limbs: limbs)
  }

  /// Reads decimal digits with an optional sign in front.
  init(digits: String) {
    let isNegative = digits.hasPrefix("-")
    let figures = Array(digits.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") })
    var limbs: [UInt32] = []
    var end = figures.count
    while end > 0 {
      let start = max(0, end - 9)
      limbs.append(figures[start..<end].reduce(0) { $0 * 10 + UInt32($1 &- 0x30) })
      end = start
    }
    self.init(isNegative: isNegative, limbs: limbs)
  }

  /// The whole part of a finite number.
  init(truncating value: Double) {
    if value == 0 {
      self.init(0)
      return
    }
    var significand = BigInteger(Int(value.significand * 0x1p52))
    var exponent = Int(value.exponent) - 52
    while exponent > 0 {
      let step = min(exponent, 29)
      significand = significand.multiplied(by: UInt32(1 << step))
      exponent -= step
    }
    while exponent < 0, !significand.limbs.isEmpty {
      let step = min(-exponent, 29)
      significand = significand.divided(by: UInt32(1 << step)).quotient
      exponent += step
    }
    self.init(isNegative: value < 0, limbs: significand.limbs)
  }

  /// The value, if it fits 64 bits.
  var integer: Int? { limbs.count <= 3 ? Int(description) : nil }
  var double: Double { Double(description) ?? .infinity }
  var isZero: Bool { limbs.isEmpty }
  var isOdd: Bool { (limbs.first ?? 0) % 2 == 1 }
  /// Whether the number has more digits than are allowed.
  var isTooLarge: Bool { limbs.count * 9 > BigInteger.maximumDigits + 9 }
  /// A measure of the work that an operation on the number takes.
  var size: Int { limbs.count }

  var description: String {
    guard let top = limbs.last else { return "0" }
    var text = (isNegative ? "-" : "") + String(top)
    for limb in limbs.dropLast().reversed() {
      let digits = String(limb)
      text += String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }
    return text
  }

  static prefix func - (value: BigInteger) -> BigInteger {
    BigInteger(isNegative: !value.isNegative, limbs: value.limbs)
  }

  private static func compareMagnitudes(_ left: [UInt32], _ right: [UInt32]) -> Int {
    if left.count != right.count { return left.count < right.count ? -1 : 1 }
    for index in left.indices.reversed() where left[index] != right[index] {
      return left[index] < right[index] ? -1 : 1
    }
    return 0
  }

  static func < (left: BigInteger, right: BigInteger) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let order = compareMagnitudes(left.limbs, right.limbs)
    return left.isNegative ? order > 0 : order < 0
  }

  private static func addMagnitudes(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.count, right.count) {
      let sum = carry + UInt64(index < left.count ? left[index] : 0) + UInt64(index < right.count ? right[index] : 0)
      result.append(UInt32(sum % base))
      carry = sum / base
    }
    if carry > 0 { result.append(UInt32(carry)) }
    return result
  }

  /// The difference of magnitudes of which the left is no smaller.
  private static func subtractMagnitudes(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
    var result = left
    var borrow: Int64 = 0
    for index in left.indices {
      var digit = Int64(left[index]) - borrow - Int64(index < right.count ? right[index] : 0)
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += Int64(base) }
      result[index] = UInt32(digit)
    }
    return result
  }

  static func + (left: BigInteger, right: BigInteger) -> BigInteger {
    if left.isNegative == right.isNegative {
      return BigInteger(isNegative: left.isNegative, limbs: addMagnitudes(left.limbs, right.limbs))
    }
    if compareMagnitudes(left.limbs, right.limbs) >= 0 {
      return BigInteger(isNegative: left.isNegative, limbs: subtractMagnitudes(left.limbs, right.limbs))
    }
    return BigInteger(isNegative: right.isNegative, limbs: subtractMagnitudes(right.limbs, left.limbs))
  }

  static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + -right }

  static func * (left: BigInteger, right: BigInteger) -> BigInteger {
    var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (index, limb) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        let sum = UInt64(result[index + offset]) + UInt64(limb) * UInt64(other) + carry
        result[index + offset] = UInt32(sum % base)
        carry = sum / base
      }
      if carry > 0 { result[index + right.limbs.count] += UInt32(carry) }
    }
    return BigInteger(isNegative: left.isNegative != right.isNegative, limbs: result)
  }

  private func multiplied(by factor: UInt32) -> BigInteger { self * BigInteger(Int(factor)) }

  private func divided(by divisor: UInt32) -> (quotient: BigInteger, remainder: UInt32) {
    var quotient = limbs
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let value = remainder * BigInteger.base + UInt64(limbs[index])
      quotient[index] = UInt32(value / UInt64(divisor))
      remainder = value % UInt64(divisor)
    }
    return (BigInteger(isNegative: isNegative, limbs: quotient), UInt32(remainder))
  }

  /// Quotient towards negative infinity and the remainder with the divisor's sign, as Python divides.
  func floorDivided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
    let unsigned = BigInteger(isNegative: false, limbs: divisor.limbs)
    var quotient = [UInt32](repeating: 0, count: limbs.count)
    var rest = BigInteger(0)
    for index in limbs.indices.reversed() {
      rest = BigInteger(isNegative: false, limbs: [limbs[index]] + rest.limbs)
      // The digit of base 10^9 is found by halving: the largest one whose product fits.
      var lower: UInt32 = 0
      var upper = UInt32(BigInteger.base - 1)
      while lower < upper {
        let middle = lower + (upper - lower + 1) / 2
        if unsigned.multiplied(by: middle) <= rest { lower = middle } else { upper = middle - 1 }
      }
      quotient[index] = lower
      rest = rest - unsigned.multiplied(by: lower)
    }
    var result = BigInteger(isNegative: isNegative != divisor.isNegative, limbs: quotient)
    if isNegative { rest = -rest }
    if !rest.isZero, isNegative != divisor.isNegative {
      result = result - BigInteger(1)
      rest = rest + divisor
    }
    return (result, rest)
  }
}
