/// The filters of Jinja2.
enum Filters {
  static let names: Set<String> = [
    "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
    "filesizeformat", "first", "float", "forceescape", "format", "groupby", "indent", "int", "items", "join", "last",
    "length", "list", "lower", "map", "max", "min", "pprint", "random", "reject", "rejectattr", "replace", "reverse",
    "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson", "trim",
    "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr",
  ]
  /// Those that make a generator element by element.
  static let lazyNames: Set<String> = ["map", "select", "reject", "selectattr", "rejectattr"]
}

extension Interpreter {
  func apply(filter name: String, to subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    try enter()
    defer { leave() }
    switch name {
    case "default", "d":
      let given = try arguments.bound("default", ["default_value", "boolean"])
      let isReplaced = subject.isUndefined || (given[1].map(isTrue) == true && !isTrue(subject))
      return isReplaced ? given[0] ?? .string("") : subject
    case "length", "count":
      try arguments.requireNone(name)
      return .integer(try length(of: subject))
    case "tojson": return try json(subject, arguments)
    case "list":
      try arguments.requireNone(name)
      return try list(try elements(of: subject), isTrusted: isTrustedContainer(subject))
    case "items":
      try arguments.requireNone(name)
      if subject.isUndefined { return try iterator([]) }
      guard case .dictionary(let dictionary) = subject else {
        throw .runtime("Can only get item pairs from a mapping.")
      }
      try allocate(dictionary.count * 120)
      return try iterator(dictionary.pairs)
    case "attr":
      let key = try requiredText(try arguments.bound(name, ["name"], required: 1)[0], name)
      if case .dictionary = subject, !MethodNames.has(key.string, subject) {
        return .undefined(Undefined(name: key.string, owner: subject.objectDescription))
      }
      return try attribute(key, of: subject)
    case "random": throw .runtime("the filter 'random' is not supported: a template must give the same text every time")
    case "abs", "int", "float", "round", "filesizeformat": return try apply(numberFilter: name, subject, arguments)
    case "first", "last", "join", "map", "select", "reject", "selectattr", "rejectattr", "sort", "dictsort", "unique",
      "groupby", "min", "max", "sum", "batch", "slice", "reverse":
      return try apply(sequenceFilter: name, subject, arguments)
    default:
      if !Filters.names.contains(name) { throw .runtime("No filter named '\(name)' found.") }
      return try apply(textFilter: name, subject, arguments)
    }
  }

  private func isTrustedContainer(_ value: Value) -> Bool {
    switch value {
    case .list(let list), .tuple(let list): list.isTrusted
    case .dictionary(let dictionary): dictionary.isTrusted
    case .view(let view): view.dictionary.isTrusted
    default: true
    }
  }

  // MARK: Numbers

  private func apply(numberFilter name: String, _ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value
  {
    switch name {
    case "int":
      let given = try arguments.bound(name, ["default", "base"])
      return try integerOrNil(
        subject, base: try given[1].map { (value) throws(TemplateError) in try integer(value) } ?? 10)
        ?? given[0] ?? .integer(0)
    case "float":
      let standard = try arguments.bound(name, ["default"])[0] ?? .float(0)
      if let number = Number(subject) { return .float(number.double) }
      if case .undefined(let undefined) = subject { throw undefined.error }
      if case .text(let text) = subject, let number = PythonFloat.parse(text.string) { return .float(number) }
      return standard
    case "round": return try round(subject, arguments)
    case "filesizeformat":
      let isBinary = try arguments.bound(name, ["binary"])[0].map(isTrue) ?? false
      guard case .float(let bytes) = try apply(numberFilter: "float", subject, Arguments(positional: [.none])) else {
        throw .runtime("could not convert \(subject.typeName) to float")
      }
      return .string(Interpreter.fileSize(bytes, isBinary: isBinary))
    default:
      try arguments.requireNone(name)
      guard let number = Number(subject) else {
        if case .undefined(let undefined) = subject { throw undefined.error }
        throw .runtime("bad operand type for abs(): '\(subject.typeName)'")
      }
      if case .float(let value) = number { return .float(abs(value)) }
      if case .big(let value) = number { return try normalised(value.isNegative ? -value : value) }
      let value = subject.index ?? 0
      return value < 0 ? try negated(.integer(value)) : .integer(value)
    }
  }

  /// What Python's `int` makes of a value, with Jinja's detour over floats for texts like "42.23".
  private func integerOrNil(_ subject: Value, base: Int) throws(TemplateError) -> Value? {
    switch subject {
    case .undefined(let undefined): throw undefined.error
    case .float(let number): return try truncated(number)
    case .text(let text):
      if base != 0, !(2...36).contains(base) { return nil }
      if let value = try parsedInteger(text.string, base: base) { return value }
      return try PythonFloat.parse(text.string).flatMap { (number) throws(TemplateError) in try truncated(number) }
    default: return Number(subject) == nil ? nil : try affirmed(subject)
    }
  }

  private func truncated(_ number: Double) throws(TemplateError) -> Value? {
    if !number.isFinite { return nil }
    if let small = Int(exactly: number.rounded(.towardZero)) { return .integer(small) }
    return try normalised(BigInteger(truncating: number))
  }

  private func parsedInteger(_ text: String, base: Int) throws(TemplateError) -> Value? {
    guard var digits = PythonFloat.ungrouped(text)?.lowercased() else { return nil }
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
    var radix = base
    for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
    where digits.hasPrefix(prefix) && (base == value || base == 0) {
      digits.removeFirst(2)
      radix = value
    }
    if radix == 0 { radix = 10 }
    if digits.hasPrefix("-") || digits.hasPrefix("+") { return nil }
    if let value = Int((isNegative ? "-" : "") + digits, radix: radix) { return .integer(value) }
    if radix == 10, !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      if digits.utf8.count > BigInteger.maximumDigits {
        throw .runtime("integer of more than \(BigInteger.maximumDigits) digits")
      }
      return try normalised(BigInteger(digits: (isNegative ? "-" : "") + digits))
    }
    return nil
  }

  private func round(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("round", ["precision", "method"])
    let precision = try given[0].map { (value) throws(TemplateError) in try integer(value) } ?? 0
    let method =
      try given[1].map { (value) throws(TemplateError) in try requiredText(value, "round").string } ?? "common"
    guard let number = Number(subject) else {
      if case .undefined(let undefined) = subject { throw undefined.error }
      throw .runtime("type \(subject.typeName) doesn't define __round__ method")
    }
    if precision.magnitude > 400 { throw .runtime("round() to \(precision) digits is not supported") }
    switch method {
    case "common":
      if number.big != nil {
        if precision >= 0 { return subject }
        let unit = Value.integer(precision < -18 ? Int.max : (0..<(-precision)).reduce(1) { value, _ in value * 10 })
        let half = try apply(.floorDivide, unit, .integer(2))
        return try apply(.multiply, try apply(.floorDivide, try apply(.add, subject, half), unit), unit)
      }
      if !number.double.isFinite || precision > 300 { return .float(number.double) }
      if precision < 0 {
        let scale = Double(sign: .plus, exponent: 0, significand: 1) * PythonFloat.powerOfTen(-precision)
        return .float((number.double / scale).rounded(.toNearestOrEven) * scale)
      }
      // Decimal rounding of the exact binary value, as Python does it.
      return .float(Double(PythonFloat.format(number.double, kind: "f", precision: precision)) ?? number.double)
    case "ceil", "floor":
      let scale = PythonFloat.powerOfTen(precision)
      let scaled = number.double * scale
      return .float(scaled.rounded(method == "ceil" ? .up : .down) / scale)
    default: throw .runtime("method must be common, ceil or floor")
    }
  }

  private static func fileSize(_ bytes: Double, isBinary: Bool) -> String {
    let base: Double = isBinary ? 1024 : 1000
    if bytes == 1 { return "1 Byte" }
    if bytes < base { return "\(Int(max(bytes, -9e15))) Bytes" }
    var unit = base * base
    var text = ""
    for prefix in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
      let name = isBinary ? (prefix == "k" ? "K" : prefix) + "iB" : prefix + "B"
      text = PythonFloat.format(base * bytes / unit, kind: "f", precision: 1) + " " + name
      if bytes < unit { break }
      unit *= base
    }
    return text
  }
}
