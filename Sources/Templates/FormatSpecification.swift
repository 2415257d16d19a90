/// The format of one value: Python's format specification mini-language, and the like of a `%` conversion.
struct FormatSpecification {
  var fill: Unicode.Scalar = " "
  var alignment: Unicode.Scalar?
  /// One of "-", "+" and " ".
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var width = 0
  var grouping: Unicode.Scalar?
  var precision: Int?
  var kind: Unicode.Scalar?

  init() {}

  /// Reads `[[fill]align][sign][#][0][width][,][.precision][type]`.
  init(parsing text: String) throws(TemplateError) {
    let scalars = Array(text.unicodeScalars)
    var index = 0
    let isAlignment = { (scalar: Unicode.Scalar) in "<>=^".unicodeScalars.contains(scalar) }
    if scalars.count > 1, isAlignment(scalars[1]) {
      fill = scalars[0]
      alignment = scalars[1]
      index = 2
    } else if let first = scalars.first, isAlignment(first) {
      alignment = first
      index = 1
    }
    if index < scalars.count, "+- ".unicodeScalars.contains(scalars[index]) {
      sign = scalars[index]
      index += 1
    }
    if index < scalars.count, scalars[index] == "#" {
      isAlternate = true
      index += 1
    }
    if index < scalars.count, scalars[index] == "0" {
      if alignment == nil {
        fill = "0"
        alignment = "="
      }
      index += 1
    }
    width = try FormatSpecification.number(scalars, &index) ?? 0
    if index < scalars.count, scalars[index] == "," || scalars[index] == "_" {
      grouping = scalars[index]
      index += 1
    }
    if index < scalars.count, scalars[index] == "." {
      index += 1
      guard let digits = try FormatSpecification.number(scalars, &index) else {
        throw .runtime("Format specifier missing precision")
      }
      precision = digits
    }
    if index < scalars.count {
      kind = scalars[index]
      index += 1
    }
    if index < scalars.count { throw .runtime("Invalid format specifier") }
  }

  static func number(_ scalars: [Unicode.Scalar], _ index: inout Int) throws(TemplateError) -> Int? {
    var value: Int?
    while index < scalars.count, scalars[index].value >= 0x30, scalars[index].value <= 0x39 {
      value = (value ?? 0) * 10 + Int(scalars[index].value - 0x30)
      if let value, value > 1_000_000_000 { throw .runtime("Too many decimal digits in format string") }
      index += 1
    }
    return value
  }

  /// Digits of a number with its sign, grouped and padded.
  func number(negative: Bool, prefix: String, digits: String) -> Text {
    let mark = negative ? "-" : sign == "-" ? "" : String(sign)
    var body = digits
    if let grouping { body = grouped(digits, separator: Character(grouping)) }
    let lead = mark + prefix
    if alignment == "=" {
      let missing = width - lead.unicodeScalars.count - body.unicodeScalars.count
      let padding = String(repeating: Character(fill), count: max(0, missing))
      return Text(lead + padding + body)
    }
    return padded(Text(lead + body), standard: ">")
  }

  private func grouped(_ digits: String, separator: Character) -> String {
    let whole = digits.prefix { $0.isNumber }
    let rest = digits.dropFirst(whole.count)
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { result.append(separator) }
      result.append(digit)
    }
    return result + rest
  }

  func padded(_ text: Text, standard: Unicode.Scalar) -> Text {
    let missing = width - text.scalarCount
    if missing <= 0 { return text }
    let left: Int =
      switch alignment ?? standard {
      case "<": 0
      case "^": missing / 2
      default: missing
      }
    return text.padded(to: width, left: left, right: missing - left, fill: Text(String(fill)))
  }
}

extension Interpreter {
  /// Python's `format(value, specification)`.
  func format(_ value: Value, _ specification: FormatSpecification) throws(TemplateError) -> Text {
    try checkRepetition(bytes: 4, count: specification.width)
    try checkLength(specification.precision ?? 0)
    try allocate(specification.width + (specification.precision ?? 0))
    switch value {
    case .text(let text):
      if let kind = specification.kind, kind != "s" { throw unknownFormat(kind, value) }
      if specification.alignment == "=" { throw .runtime("'=' alignment not allowed in string format specifier") }
      let cut = specification.precision.map { text[0..<text.offset(ofScalar: $0)] } ?? text
      return specification.padded(cut.plain, standard: "<")
    default: break
    }
    guard let number = Number(value) else {
      if specification.width > 0 || specification.kind != nil || specification.precision != nil {
        throw .runtime("unsupported format string passed to \(value.typeName).__format__")
      }
      return try text(of: value)
    }
    if let big = number.big, !["e", "E", "f", "F", "g", "G", "%"].contains(specification.kind ?? "d") {
      if specification.precision != nil { throw .runtime("Precision not allowed in integer format specifier") }
      return try format(integer: big, specification)
    }
    return try format(float: number.double, specification, isInteger: number.big != nil)
  }

  private func unknownFormat(_ kind: Unicode.Scalar, _ value: Value) -> TemplateError {
    .runtime("Unknown format code '\(kind)' for object of type '\(value.typeName)'")
  }

  func format(integer: BigInteger, _ specification: FormatSpecification) throws(TemplateError) -> Text {
    let kind = specification.kind ?? "d"
    if kind == "c" {
      guard let code = integer.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
        throw .runtime("%c arg not in range(0x110000)")
      }
      // A character given by number may be any: it is not the template's own text.
      return specification.padded(Text(bytes: Array(String(scalar).utf8), isTrusted: false), standard: "<")
    }
    let digits = (integer.isNegative ? -integer : integer).description
    if kind == "d" || kind == "n" {
      return specification.number(negative: integer.isNegative, prefix: "", digits: digits)
    }
    let radix: Int
    switch kind {
    case "x", "X": radix = 16
    case "o": radix = 8
    case "b": radix = 2
    default: throw .runtime("Unknown format code '\(kind)' for object of type 'int'")
    }
    guard let small = integer.integer else { throw .runtime("integer is too large for format code '\(kind)'") }
    let prefix = specification.isAlternate ? "0" + String(kind) : ""
    return specification.number(
      negative: small < 0, prefix: prefix, digits: String(small.magnitude, radix: radix, uppercase: kind == "X"))
  }

  func format(float: Double, _ specification: FormatSpecification, isInteger: Bool = false) throws(TemplateError)
    -> Text
  {
    let isNegative = float.sign == .minus && !float.isNaN
    let magnitude = abs(float)
    let precision = specification.precision
    let digits: String
    switch specification.kind {
    case nil:
      if let precision {
        digits = Interpreter.generalWithPoint(magnitude, precision: max(1, precision))
      } else {
        digits = PythonFloat.repr(magnitude)
      }
    case "%": digits = PythonFloat.format(magnitude * 100, kind: "f", precision: precision ?? 6) + "%"
    case .some(let kind) where "eEfFgG".unicodeScalars.contains(kind):
      digits = PythonFloat.format(
        magnitude, kind: Character(kind), precision: precision ?? 6, alternate: specification.isAlternate)
    case .some(let kind):
      throw .runtime("Unknown format code '\(kind)' for object of type '\(isInteger ? "int" : "float")'")
    }
    return specification.number(negative: isNegative, prefix: "", digits: digits)
  }

  /// The format of a float without a type: like `g`, with at least one digit behind the point.
  private static func generalWithPoint(_ value: Double, precision: Int) -> String {
    let text = PythonFloat.format(value, kind: "g", precision: precision)
    return text.contains(".") || text.contains("e") || !value.isFinite ? text : text + ".0"
  }
}
