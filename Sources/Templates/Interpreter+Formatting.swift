extension Interpreter {
  // MARK: The % operator

  /// Python's `format % values`.
  func percentFormat(_ format: Text, _ values: Value) throws(TemplateError) -> Value {
    var builder = TextBuilder()
    var positional: [Value] = [values]
    if case .tuple(let tuple) = values { positional = tuple.elements }
    var used = 0
    var usesNames = false
    var position = 0
    while position < format.count {
      guard let mark = format.find(Text("%"), from: position) else { break }
      builder.append(format, position..<mark)
      position = mark + 1
      let conversion = try PercentConversion(format, &position)
      var specification = conversion.specification
      if conversion.kind == "%" {
        builder.append("%", trusted: format.trust(at: mark))
        continue
      }
      if conversion.takesWidth {
        specification.width = try starArgument(positional, &used)
        if specification.width < 0 {
          specification.alignment = "<"
          specification.width = -max(specification.width, -Int.max)
        }
      }
      if conversion.takesPrecision { specification.precision = max(0, try starArgument(positional, &used)) }
      let argument: Value
      if let name = conversion.name {
        guard case .dictionary(let dictionary) = values else { throw .runtime("format requires a mapping") }
        guard let found = dictionary.value(for: name) else { throw .runtime(name.quoted.string) }
        argument = found
        usesNames = true
      } else {
        guard used < positional.count else { throw .runtime("not enough arguments for format string") }
        argument = positional[used]
        used += 1
      }
      try convert(argument, conversion.kind, specification, escaping: format.isMarkup, to: &builder)
      try checkLength(builder.count)
    }
    builder.append(format, position..<format.count)
    if !usesNames, used < positional.count {
      if case .dictionary = values, used == 0 {
      } else {
        throw .runtime("not all arguments converted during string formatting")
      }
    }
    return try value(builder.text.asMarkup(format.isMarkup))
  }

  private func starArgument(_ positional: [Value], _ used: inout Int) throws(TemplateError) -> Int {
    guard used < positional.count else { throw .runtime("not enough arguments for format string") }
    guard let number = positional[used].index else { throw .runtime("* wants int") }
    used += 1
    return number
  }

  private func convert(
    _ argument: Value, _ kind: Unicode.Scalar, _ specification: FormatSpecification, escaping: Bool,
    to builder: inout TextBuilder
  ) throws(TemplateError) {
    try checkRepetition(bytes: 4, count: specification.width)
    try checkLength(specification.precision ?? 0)
    try allocate(specification.width + (specification.precision ?? 0))
    switch kind {
    case "s", "r", "a":
      var text = kind == "s" ? try self.text(of: argument) : try repr(argument)
      if kind == "a" { text = text.mapScalars { scalar, _ in Interpreter.asciiEscape(scalar) } }
      if escaping { text = text.escaped() }
      if let precision = specification.precision { text = text[0..<text.offset(ofScalar: precision)] }
      builder.append(specification.padded(text, standard: ">"))
    case "c":
      if case .text(let text) = argument {
        if text.scalarCount != 1 { throw .runtime("%c requires int or char") }
        return builder.append(specification.padded(text, standard: ">"))
      }
      guard let number = Number(argument)?.big else { throw .runtime("%c requires int or char") }
      builder.append(specification.padded(try format(integer: number, specification), standard: ">"))
    case "d", "i", "u", "x", "X", "o":
      builder.append(try convertInteger(argument, kind, specification))
    case "e", "E", "f", "F", "g", "G":
      guard let number = Number(argument) else { throw .runtime("must be real number, not \(argument.typeName)") }
      builder.append(try format(float: number.double, specification))
    default: throw .runtime("unsupported format character '\(kind)'")
    }
  }

  private func convertInteger(_ argument: Value, _ kind: Unicode.Scalar, _ specification: FormatSpecification)
    throws(TemplateError) -> Text
  {
    guard let number = Number(argument) else {
      if case .undefined(let undefined) = argument { throw undefined.error }
      throw .runtime("%\(kind) format: a real number is required, not \(argument.typeName)")
    }
    var integer = number.big
    if integer == nil, "diu".unicodeScalars.contains(kind), number.double.isFinite {
      integer = BigInteger(truncating: number.double)
    }
    guard let integer else { throw .runtime("%\(kind) format: an integer is required, not \(argument.typeName)") }
    var plain = specification
    plain.kind = "diu".unicodeScalars.contains(kind) ? "d" : kind
    if let precision = specification.precision {
      // The precision of an integer is its least number of digits.
      var unpadded = FormatSpecification()
      unpadded.kind = plain.kind
      let digits = try format(integer: integer.isNegative ? -integer : integer, unpadded).string
      let zeros = String(repeating: "0", count: max(0, precision - digits.utf8.count))
      return plain.number(negative: integer.isNegative, prefix: "", digits: zeros + digits)
    }
    return try format(integer: integer, plain)
  }

  static func asciiEscape(_ scalar: Unicode.Scalar) -> String {
    if scalar.isASCII { return String(scalar) }
    let digits = String(scalar.value, radix: 16)
    let (prefix, width) = scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
    return prefix + String(repeating: "0", count: width - digits.count) + digits
  }

  // MARK: str.format

  /// Python's `format.format(*positional, **named)`.
  func braceFormat(_ format: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    var builder = TextBuilder()
    var automatic: Int? = 0
    try writeFormat(format, arguments, &automatic, escaping: format.isMarkup, depth: 0, to: &builder)
    return try value(builder.text.asMarkup(format.isMarkup))
  }

  private func writeFormat(
    _ format: Text, _ arguments: Arguments, _ automatic: inout Int?, escaping: Bool, depth: Int,
    to builder: inout TextBuilder
  ) throws(TemplateError) {
    if depth > 2 { throw .runtime("Max string recursion exceeded") }
    var position = 0
    var start = 0
    while position < format.count {
      try charge()
      let byte = format.bytes[position]
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
        position += 1
        continue
      }
      builder.append(format, start..<position)
      if position + 1 < format.count, format.bytes[position + 1] == byte {
        builder.append(format, position..<position + 1)
        position += 2
      } else if byte == UInt8(ascii: "}") {
        throw .runtime("Single '}' encountered in format string")
      } else {
        let end = try fieldEnd(format, from: position + 1)
        try writeField(
          format[position + 1..<end], arguments, &automatic, escaping: escaping, depth: depth, to: &builder)
        position = end + 1
      }
      start = position
    }
    builder.append(format, start..<format.count)
    try checkLength(builder.count)
  }

  private func fieldEnd(_ format: Text, from start: Int) throws(TemplateError) -> Int {
    var nesting = 1
    for position in start..<format.count {
      if format.bytes[position] == UInt8(ascii: "{") { nesting += 1 }
      if format.bytes[position] == UInt8(ascii: "}") { nesting -= 1 }
      if nesting == 0 { return position }
    }
    throw .runtime("expected '}' before end of string")
  }

  private func writeField(
    _ field: Text, _ arguments: Arguments, _ automatic: inout Int?, escaping: Bool, depth: Int,
    to builder: inout TextBuilder
  ) throws(TemplateError) {
    let colon = field.bytes.firstIndex(of: UInt8(ascii: ":")) ?? field.count
    let bang = field.bytes[..<colon].firstIndex(of: UInt8(ascii: "!")) ?? colon
    var value = try fieldValue(field[0..<bang].string, arguments, &automatic)
    if bang < colon {
      switch field[bang + 1..<colon].string {
      case "s": value = .text(try text(of: value).plain)
      case "r": value = .text(try repr(value))
      case "a": value = .text(try repr(value).mapScalars { scalar, _ in Interpreter.asciiEscape(scalar) })
      default: throw .runtime("Unknown conversion specifier")
      }
    }
    var specification = TextBuilder()
    if colon < field.count {
      try writeFormat(
        field[colon + 1..<field.count], arguments, &automatic, escaping: false, depth: depth + 1, to: &specification)
    }
    var text = try text(of: value)
    if specification.count > 0 {
      text = try format(value, try FormatSpecification(parsing: specification.text.string))
    }
    builder.append(escaping ? text.escaped() : text)
  }

  private func fieldValue(_ name: String, _ arguments: Arguments, _ automatic: inout Int?) throws(TemplateError)
    -> Value
  {
    let end = name.firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
    let first = String(name[..<end])
    var value: Value
    if first.isEmpty {
      guard let index = automatic else {
        throw .runtime("cannot switch from manual field specification to automatic field numbering")
      }
      automatic = index + 1
      value = try positionalField(index, arguments)
    } else if let index = Int(first) {
      if let count = automatic, count > 0 {
        throw .runtime("cannot switch from automatic field numbering to manual field specification")
      }
      automatic = nil
      value = try positionalField(index, arguments)
    } else {
      guard let found = arguments.named.first(where: { $0.name == first }) else {
        throw .runtime(Text(first).quoted.string)
      }
      value = found.value
    }
    var rest = name[end...]
    while let mark = rest.first {
      rest = rest.dropFirst()
      if mark == "." {
        let attribute = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(attribute.count)
        value = try self.attribute(Text(String(attribute)), of: value)
      } else {
        let key = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(key.count + 1)
        value = try item(Int(key).map { .integer($0) } ?? .string(String(key)), of: value)
      }
      if case .undefined(let undefined) = value { throw undefined.error }
    }
    return value
  }

  private func positionalField(_ index: Int, _ arguments: Arguments) throws(TemplateError) -> Value {
    guard arguments.positional.indices.contains(index) else {
      throw .runtime("Replacement index \(index) out of range for positional args tuple")
    }
    return arguments.positional[index]
  }
}

/// One `%` conversion of a format text.
struct PercentConversion {
  var name: Text?
  var specification = FormatSpecification()
  var takesWidth = false
  var takesPrecision = false
  var kind: Unicode.Scalar

  /// Reads what follows a `%` at a byte offset.
  init(_ format: Text, _ position: inout Int) throws(TemplateError) {
    var index = position
    if index < format.count, format.bytes[index] == UInt8(ascii: "(") {
      guard let end = format.find(Text(")"), from: index) else { throw .runtime("incomplete format key") }
      name = format[index + 1..<end]
      index = end + 1
    }
    // Behind a key stand only flags, numbers and a letter, a few bytes of it.
    let tail = Array(format[index..<format.boundary(near: index + 64)].string.unicodeScalars)
    var place = 0
    var padsWithZeros = false
    while place < tail.count, "#0- +".unicodeScalars.contains(tail[place]) {
      switch tail[place] {
      case "#": specification.isAlternate = true
      case "0": padsWithZeros = true
      case "-": specification.alignment = "<"
      case "+": specification.sign = "+"
      default: if specification.sign == "-" { specification.sign = " " }
      }
      place += 1
    }
    if place < tail.count, tail[place] == "*" {
      takesWidth = true
      place += 1
    } else {
      specification.width = try FormatSpecification.number(tail, &place) ?? 0
    }
    if place < tail.count, tail[place] == "." {
      place += 1
      if place < tail.count, tail[place] == "*" {
        takesPrecision = true
        place += 1
      } else {
        specification.precision = try FormatSpecification.number(tail, &place) ?? 0
      }
    }
    while place < tail.count, "hlL".unicodeScalars.contains(tail[place]) { place += 1 }
    guard place < tail.count else { throw .runtime("incomplete format") }
    kind = tail[place]
    specification.kind = kind
    if padsWithZeros, specification.alignment == nil, !"sracr".unicodeScalars.contains(kind) {
      specification.fill = "0"
      specification.alignment = "="
    }
    position = index + tail[...place].reduce(0) { $0 + UTF8.width($1) }
  }
}

extension Text {
  /// The first scalar boundary at or behind an offset.
  func boundary(near offset: Int) -> Int {
    var index = min(offset, count)
    while index < count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    return index
  }
}
