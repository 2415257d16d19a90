extension Interpreter {
  func apply(textFilter name: String, _ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    if name == "indent" { return try indent(subject, arguments) }
    if name == "urlencode" { return try urlEncode(subject, arguments) }
    if name == "pprint" {
      try arguments.requireNone(name)
      return try value(try prettyPrinted(subject))
    }
    if name == "xmlattr" { return try xmlAttributes(subject, arguments) }
    let text = try text(of: subject)
    try charge(bytes: text.count * 4)
    switch name {
    case "trim":
      let characters = try arguments.bound(name, ["chars"])[0]
      if let characters, !isNone(characters) { return try value(text.stripped(try requiredText(characters, name))) }
      return try value(text.stripped())
    case "replace":
      let given = try arguments.bound(name, ["old", "new", "count"], required: 2)
      let limit =
        try given[2].flatMap { (value) throws(TemplateError) in isNone(value) ? nil : try integer(value) } ?? -1
      return .text(
        try replacing(
          text.plain, try self.text(of: given[0] ?? .none).plain, try self.text(of: given[1] ?? .none).plain, limit))
    case "center":
      let width = try arguments.bound(name, ["width"])[0] ?? .integer(80)
      return try call(method: "center", of: text, Arguments(positional: [width]))
    case "format":
      if !arguments.named.isEmpty {
        if !arguments.positional.isEmpty {
          throw .runtime("can't handle positional and keyword arguments at the same time")
        }
        return try percentFormat(text, .dictionary(try dictionary(from: arguments, of: name)))
      }
      return try percentFormat(text, try tuple(arguments.positional))
    case "truncate": return try truncate(text, arguments)
    case "wordwrap": return try wrap(text, arguments)
    case "striptags", "urlize": throw .runtime("the filter '\(name)' is not supported in chat templates")
    default:
      try arguments.requireNone(name)
      return try apply(plainTextFilter: name, text)
    }
  }

  /// The filters without arguments.
  private func apply(plainTextFilter name: String, _ text: Text) throws(TemplateError) -> Value {
    switch name {
    case "upper": return try value(text.uppercased())
    case "lower": return try value(text.lowercased())
    case "capitalize": return try value(text.capitalized())
    case "title": return try value(titled(text))
    case "safe": return .text(text.asMarkup())
    case "escape", "e": return try value(text.escaped())
    case "forceescape": return try value(text.plain.escaped())
    case "wordcount":
      var count = 0
      var isInWord = false
      text.forEachScalar { scalar, _ in
        let belongs = PythonUnicode.isAlphanumeric(scalar) || scalar == "_"
        if belongs, !isInWord { count += 1 }
        isInWord = belongs
      }
      return .integer(count)
    default: return .text(text)
    }
  }

  /// Jinja's `title`: a word starts behind white space and opening marks.
  private func titled(_ text: Text) -> Text {
    var isStart = true
    return text.mapScalars { scalar, range in
      if PythonUnicode.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar) {
        isStart = true
        return String(scalar)
      }
      defer { isStart = false }
      return isStart ? scalar.properties.uppercaseMapping : text.lowercase(scalar, range)
    }.plain
  }

  private func indent(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("indent", ["width", "first", "blank"])
    guard case .text(let text) = subject else {
      if case .undefined(let undefined) = subject { throw undefined.error }
      throw .runtime("unsupported operand type(s) for +=: '\(subject.typeName)' and 'str'")
    }
    let indention: Text
    if case .some(.text(let given)) = given[0] {
      indention = given
    } else {
      let width = try integer(given[0] ?? .integer(4))
      try checkRepetition(bytes: 1, count: width)
      indention = Text(String(repeating: " ", count: max(0, width)))
    }
    let (first, blank) = (given[1].map(isTrue) ?? false, given[2].map(isTrue) ?? false)
    let lines = (text + Text("\n")).splitLines()
    try charge(lines.count)
    try checkRepetition(bytes: indention.count + 1, count: lines.count)
    var builder = TextBuilder()
    for (index, line) in lines.enumerated() {
      if index > 0 { builder.append("\n", trusted: true) }
      if index == 0 ? first : blank || !line.isEmpty { builder.append(indention) }
      builder.append(line)
    }
    return try value(builder.text.asMarkup(text.isMarkup))
  }

  private func truncate(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("truncate", ["length", "killwords", "end", "leeway"])
    let length = try integer(given[0] ?? .integer(255))
    let end = try given[2].map { (value) throws(TemplateError) in try requiredText(value, "truncate") } ?? Text("...")
    let leeway = try given[3].flatMap { (value) throws(TemplateError) in isNone(value) ? nil : try integer(value) } ?? 5
    let tail = end.scalarCount
    if length < tail { throw .runtime("expected length >= \(tail), got \(length)") }
    if leeway < 0 { throw .runtime("expected leeway >= 0, got \(leeway)") }
    let (most, overflow) = length.addingReportingOverflow(leeway)
    if overflow || text.scalarCount <= most { return .text(text) }
    var kept = text[0..<text.offset(ofScalar: length - tail)]
    if !(given[1].map(isTrue) ?? false) {
      kept = kept.splitFromRight(separator: Text(" "), limit: 1)[0]
    }
    return try value(kept + end)
  }

  /// Python's `textwrap.wrap` of each line, without hyphens as places to break.
  private func wrap(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"])
    let width = try integer(given[0] ?? .integer(79))
    if width <= 0 { throw .runtime("invalid width \(width) (must be > 0)") }
    let breaksWords = given[1].map(isTrue) ?? true
    let breaksHyphens = given[3].map(isTrue) ?? true
    var separator = Text("\n")
    if let wrapString = given[2], !isNone(wrapString) { separator = try requiredText(wrapString, "wordwrap") }
    var lines: [Text] = []
    for paragraph in text.splitLines() {
      let wrapped = TextWrapper(width: width, breaksWords: breaksWords, breaksHyphens: breaksHyphens).wrap(paragraph)
      lines.append(try joined(wrapped, separator))
    }
    return .text(try joined(lines, separator))
  }

  private func urlEncode(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    try arguments.requireNone("urlencode")
    var pairs: [Value] = []
    switch subject {
    case .dictionary(let dictionary): pairs = dictionary.pairs
    case .list, .tuple, .view, .iterator: pairs = try elements(of: subject)
    default:
      let text = try text(of: subject)
      try charge(bytes: text.count * 16)
      return try value(Interpreter.percentEncoded(text, forQuery: false))
    }
    var parts: [Text] = []
    for pair in pairs {
      let members = try elements(of: pair)
      if members.count != 2 { throw .runtime("not enough values to unpack (expected 2, got \(members.count))") }
      let name = Interpreter.percentEncoded(try text(of: members[0]), forQuery: true)
      parts.append(name + Text("=") + Interpreter.percentEncoded(try text(of: members[1]), forQuery: true))
    }
    return .text(try joined(parts, Text("&")))
  }

  private static func percentEncoded(_ text: Text, forQuery: Bool) -> Text {
    text.mapScalars { scalar, _ in
      let isPlain =
        scalar.isASCII
        && (PythonUnicode.isAlphanumeric(scalar) || "_.-~".unicodeScalars.contains(scalar)
          || (scalar == "/" && !forQuery))
      if isPlain { return String(scalar) }
      if scalar == " ", forQuery { return "+" }
      return String(scalar).utf8.map { ($0 < 16 ? "%0" : "%") + String($0, radix: 16, uppercase: true) }.joined()
    }.plain
  }

  private func xmlAttributes(_ subject: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let autospace = try arguments.bound("xmlattr", ["autospace"])[0].map(isTrue) ?? true
    guard case .dictionary(let dictionary) = subject else {
      throw .runtime("'\(subject.typeName)' object has no attribute 'items'")
    }
    var parts: [Text] = []
    for (key, value) in zip(dictionary.keys, dictionary.values) where !isNone(value) && !value.isUndefined {
      let name = try requiredText(key, "xmlattr")
      let isInvalid = name.bytes.contains { byte in
        (byte >= 0x09 && byte <= 0x0D) || [0x20, 0x2F, 0x3D, 0x3E].contains(byte)
      }
      if isInvalid { throw .runtime("Invalid character in attribute name: \(name.quoted.string)") }
      parts.append(name.escaped() + Text("=\"") + (try text(of: value)).escaped() + Text("\""))
    }
    let joined = try joined(parts, Text(" "))
    return .text(autospace && !joined.isEmpty ? Text(" ") + joined : joined)
  }
}
