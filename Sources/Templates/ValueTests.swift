/// The tests of `is`.
enum ValueTests {
  static let names: Set<String> = [
    "odd", "even", "divisibleby", "defined", "undefined", "filter", "test", "none", "boolean", "false", "true",
    "integer", "float", "lower", "upper", "string", "mapping", "number", "sequence", "iterable", "callable", "sameas",
    "escaped", "in", "==", "eq", "equalto", "!=", "ne", ">", "gt", "greaterthan", "ge", ">=", "<", "lt", "lessthan",
    "<=", "le",
  ]

  static func comparison(_ name: String) -> ComparisonOperator? {
    switch name {
    case "==", "eq", "equalto": .equal
    case "!=", "ne": .notEqual
    case ">", "gt", "greaterthan": .greater
    case ">=", "ge": .greaterOrEqual
    case "<", "lt", "lessthan": .less
    case "<=", "le": .lessOrEqual
    case "in": .isIn
    default: nil
    }
  }
}

extension Interpreter {
  func passes(test name: String, _ value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
    if let comparison = ValueTests.comparison(name) {
      let other = try arguments.bound(name, ["other"], required: 1)[0] ?? .none
      return try compare(value, comparison, other)
    }
    switch name {
    case "divisibleby":
      let divisor = try arguments.bound(name, ["num"], required: 1)[0] ?? .none
      return try equals(try apply(.modulo, value, divisor), .integer(0))
    case "sameas":
      let other = try arguments.bound(name, ["other"], required: 1)[0] ?? .none
      return isSame(value, other)
    default: break
    }
    if !ValueTests.names.contains(name) { throw .runtime("No test named '\(name)' found.") }
    try arguments.requireNone("test_\(name)")
    switch name {
    case "odd": return try equals(try apply(.modulo, value, .integer(2)), .integer(1))
    case "even": return try equals(try apply(.modulo, value, .integer(2)), .integer(0))
    case "filter", "test":
      guard case .text(let text) = value else { return false }
      return (name == "filter" ? Filters.names : ValueTests.names).contains(text.string)
    case "lower", "upper": return try isCased(value, upper: name == "upper")
    default: return isOfKind(name, value)
    }
  }

  private func isCased(_ value: Value, upper: Bool) throws(TemplateError) -> Bool {
    let text = try text(of: value)
    var hasCased = false
    var isUniform = true
    text.forEachScalar { scalar, _ in
      if upper ? scalar.properties.isUppercase : scalar.properties.isLowercase { hasCased = true }
      if upper ? scalar.properties.isLowercase : scalar.properties.isUppercase { isUniform = false }
      if scalar.properties.generalCategory == .titlecaseLetter { isUniform = false }
    }
    return hasCased && isUniform
  }

  private func isOfKind(_ name: String, _ value: Value) -> Bool {
    switch (name, value) {
    case ("defined", _): !value.isUndefined
    case ("undefined", _): value.isUndefined
    case ("none", .none): true
    case ("boolean", .bool): true
    case ("true", .bool(let flag)): flag
    case ("false", .bool(let flag)): !flag
    case ("integer", .integer), ("integer", .bigInteger): true
    case ("float", .float): true
    case ("number", .integer), ("number", .bigInteger), ("number", .float), ("number", .bool): true
    case ("string", .text): true
    case ("escaped", .text(let text)): text.isMarkup
    case ("mapping", .dictionary): true
    case ("callable", .callable(let callable)):
      if case .cycler = callable.kind { false } else { true }
    case ("callable", .loop), ("callable", .undefined): true
    case ("sequence", .text), ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary),
      ("sequence", .range), ("sequence", .undefined):
      true
    case ("iterable", .text), ("iterable", .list), ("iterable", .tuple), ("iterable", .dictionary),
      ("iterable", .range), ("iterable", .view), ("iterable", .iterator), ("iterable", .undefined),
      ("iterable", .loop):
      true
    default: false
    }
  }
}
