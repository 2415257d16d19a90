#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number of any kind; bools count as integers.
enum Number {
  case integer(Int)
  case big(BigInteger)
  case float(Double)

  init?(_ value: Value) {
    switch value {
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .bigInteger(let value): self = .big(value)
    case .float(let value): self = .float(value)
    default: return nil
    }
  }

  var double: Double {
    switch self {
    case .integer(let value): Double(value)
    case .big(let value): value.double
    case .float(let value): value
    }
  }

  /// The value as an unbounded integer, nil for a float.
  var big: BigInteger? {
    switch self {
    case .integer(let value): BigInteger(value)
    case .big(let value): value
    case .float: nil
    }
  }
}

extension Interpreter {
  func apply(_ operation: ArithmeticOperator, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
    if operation == .modulo, case .text(let format) = left { return try percentFormat(format, right) }
    if case .undefined(let undefined) = left { throw undefined.error }
    if case .undefined(let undefined) = right { throw undefined.error }
    if let first = Number(left), let second = Number(right) { return try calculate(operation, first, second) }
    switch operation {
    case .add: return try add(left, right)
    case .multiply:
      if let count = right.index { return try repeated(left, count, right) }
      if let count = left.index { return try repeated(right, count, left) }
    default: break
    }
    throw mismatch(operation.rawValue, left, right)
  }

  private func mismatch(_ operation: String, _ left: Value, _ right: Value) -> TemplateError {
    let spelling = operation == "**" ? "** or pow()" : operation
    return .runtime("unsupported operand type(s) for \(spelling): '\(left.typeName)' and '\(right.typeName)'")
  }

  private func add(_ left: Value, _ right: Value) throws(TemplateError) -> Value {
    switch (left, right) {
    case (.text(let first), .text(let second)):
      try checkLength(first.count + second.count)
      if first.isMarkup || second.isMarkup { return try value((first.escaped() + second.escaped()).asMarkup()) }
      return try value(first + second)
    case (.list(let first), .list(let second)):
      try allocate((first.elements.count + second.elements.count) * 40)
      return try list(first.elements + second.elements, isTrusted: first.isTrusted && second.isTrusted)
    case (.tuple(let first), .tuple(let second)):
      try allocate((first.elements.count + second.elements.count) * 40)
      return try tuple(first.elements + second.elements, isTrusted: first.isTrusted && second.isTrusted)
    case (.text, _): throw .runtime("can only concatenate str (not \"\(right.typeName)\") to str")
    case (.list, _): throw .runtime("can only concatenate list (not \"\(right.typeName)\") to list")
    case (.tuple, _): throw .runtime("can only concatenate tuple (not \"\(right.typeName)\") to tuple")
    default: throw mismatch("+", left, right)
    }
  }

  private func repeated(_ sequence: Value, _ count: Int, _ factor: Value) throws(TemplateError) -> Value {
    let count = max(0, count)
    switch sequence {
    case .text(let text):
      try checkRepetition(bytes: text.count, count: count)
      try allocate(text.count * count)
      return try value(text.repeated(count))
    case .list(let list), .tuple(let list):
      try checkRepetition(bytes: list.elements.count * 40, count: count)
      try allocate(list.elements.count * 40 * count)
      var elements: [Value] = []
      if !list.elements.isEmpty { for _ in 0..<count { elements += list.elements } }
      if case .list = sequence { return try self.list(elements, isTrusted: list.isTrusted) }
      return try tuple(elements, isTrusted: list.isTrusted)
    default: throw mismatch("*", sequence, factor)
    }
  }

  // MARK: Numbers

  func normalised(_ big: BigInteger) throws(TemplateError) -> Value {
    if let small = big.integer { return .integer(small) }
    if big.isTooLarge { throw .runtime("integer of more than \(BigInteger.maximumDigits) digits") }
    try charge(1 + big.size)
    return .bigInteger(big)
  }

  private func calculate(_ operation: ArithmeticOperator, _ left: Number, _ right: Number) throws(TemplateError)
    -> Value
  {
    if case .integer(let first) = left, case .integer(let second) = right,
      let result = try calculateSmall(operation, first, second)
    {
      return result
    }
    if let first = left.big, let second = right.big, operation != .divide {
      return try calculateBig(operation, first, second)
    }
    return .float(try calculateFloat(operation, left.double, right.double))
  }

  /// The result where it is exact in 64 bits.
  private func calculateSmall(_ operation: ArithmeticOperator, _ left: Int, _ right: Int) throws(TemplateError)
    -> Value?
  {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .floorDivide, .modulo:
      if right == 0 { throw .runtime("integer division or modulo by zero") }
      if right == -1 { return operation == .modulo ? .integer(0) : nil }
      let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      if operation == .floorDivide { return .integer(isBelow ? quotient - 1 : quotient) }
      return .integer(isBelow ? remainder + right : remainder)
    case .divide, .power: return nil
    }
    return result.overflow ? nil : .integer(result.partialValue)
  }

  private func calculateBig(_ operation: ArithmeticOperator, _ left: BigInteger, _ right: BigInteger)
    throws(TemplateError) -> Value
  {
    try charge(1 + left.size * right.size / 16)
    switch operation {
    case .add: return try normalised(left + right)
    case .subtract: return try normalised(left - right)
    case .multiply: return try normalised(left * right)
    case .power: return try power(left, right)
    default:
      if right.isZero { throw .runtime("integer division or modulo by zero") }
      try charge(left.size * right.size * 4)
      let (quotient, remainder) = left.floorDivided(by: right)
      return try normalised(operation == .modulo ? remainder : quotient)
    }
  }

  private func power(_ base: BigInteger, _ exponent: BigInteger) throws(TemplateError) -> Value {
    if exponent.isNegative {
      if base.isZero { throw .runtime("0.0 cannot be raised to a negative power") }
      return .float(pow(base.double, exponent.double))
    }
    if let small = base.integer, small.magnitude <= 1 {
      return .integer(small == -1 && !exponent.isOdd ? 1 : exponent.isZero ? 1 : small)
    }
    guard var remaining = exponent.integer, remaining <= BigInteger.maximumDigits * 4,
      Double(remaining) * log10(abs(base.double)) <= Double(BigInteger.maximumDigits)
    else { throw .runtime("integer of more than \(BigInteger.maximumDigits) digits") }
    var result = BigInteger(1)
    var square = base
    while remaining > 0 {
      try charge(1 + square.size * square.size / 8)
      if remaining % 2 == 1 { result = result * square }
      remaining /= 2
      if remaining > 0 { square = square * square }
    }
    return try normalised(result)
  }

  private func calculateFloat(_ operation: ArithmeticOperator, _ left: Double, _ right: Double) throws(TemplateError)
    -> Double
  {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide:
      if right == 0 { throw .runtime("division by zero") }
      return left / right
    case .floorDivide, .modulo:
      if right == 0 { throw .runtime("float floor division by zero") }
      var remainder = fmod(left, right)
      if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
      if operation == .modulo { return remainder == 0 ? copysign(0, right) : remainder }
      let quotient = ((left - remainder) / right).rounded()
      return quotient == 0 ? copysign(0, left / right) : quotient
    case .power:
      if left == 0, right < 0 { throw .runtime("0.0 cannot be raised to a negative power") }
      let result = pow(left, right)
      if result.isNaN, !left.isNaN, !right.isNaN { throw .runtime("complex numbers are not supported") }
      if result.isInfinite, left.isFinite, right.isFinite { throw .runtime("Numerical result out of range") }
      return result
    }
  }

  func negated(_ value: Value) throws(TemplateError) -> Value {
    switch Number(value) {
    case .integer(let number): return number == .min ? .bigInteger(-BigInteger(number)) : .integer(-number)
    case .big(let number): return try normalised(-number)
    case .float(let number): return .float(-number)
    case nil:
      if case .undefined(let undefined) = value { throw undefined.error }
      throw .runtime("bad operand type for unary -: '\(value.typeName)'")
    }
  }

  func affirmed(_ value: Value) throws(TemplateError) -> Value {
    if let index = value.index { return .integer(index) }
    if Number(value) != nil { return value }
    if case .undefined(let undefined) = value { throw undefined.error }
    throw .runtime("bad operand type for unary +: '\(value.typeName)'")
  }
}
