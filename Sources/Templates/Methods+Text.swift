extension Interpreter {
  /// An argument that must be a string.
  func requiredText(_ value: Value?, _ function: String) throws(TemplateError) -> Text {
    switch value {
    case .some(.text(let text)): return text
    case .some(.undefined(let undefined)): throw undefined.error
    default: throw .runtime("\(function)() argument must be str, not \(value?.typeName ?? "NoneType")")
    }
  }

  /// An argument that may be None or absent.
  private func optionalText(_ value: Value?, _ function: String) throws(TemplateError) -> Text? {
    guard let value, !isNone(value) else { return nil }
    return try requiredText(value, function)
  }

  private func texts(_ parts: [Text], _ base: Text) throws(TemplateError) -> Value {
    try allocate(parts.reduce(0) { $0 + 48 + $1.count })
    return try list(parts.map { .text($0.asMarkup(base.isMarkup)) })
  }

  func call(method name: String, of text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    try charge(bytes: text.count)
    switch name {
    case "strip", "lstrip", "rstrip":
      let characters = try optionalText(try arguments.bound(name, ["chars"])[0], name)
      return try value(text.stripped(characters, start: name != "rstrip", end: name != "lstrip"))
    case "split", "rsplit": return try split(text, name, arguments)
    case "splitlines":
      let keeps = try arguments.bound(name, ["keepends"])[0]
      return try texts(text.splitLines(keepingEnds: keeps.map(isTrue) ?? false), text)
    case "startswith", "endswith": return .bool(try matchesEdge(text, name, arguments))
    case "replace": return try replace(text, arguments)
    case "find", "rfind", "index", "rindex", "count": return try find(text, name, arguments)
    case "join": return try join(text, try arguments.bound(name, ["iterable"], required: 1)[0] ?? .none)
    case "format": return try braceFormat(text, arguments)
    case "format_map":
      let mapping = try arguments.bound(name, ["mapping"], required: 1)
      guard case .some(.dictionary(let dictionary)) = mapping[0] else { throw .runtime("format_map needs a mapping") }
      var named = Arguments()
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        if case .text(let key) = key { named.named.append((key.string, value)) }
      }
      return try braceFormat(text, named)
    case "partition", "rpartition": return try partition(text, name, arguments)
    case "removeprefix", "removesuffix":
      let part = try requiredText(try arguments.bound(name, ["part"], required: 1)[0], name)
      if name == "removeprefix" { return try value(text.hasPrefix(part) ? text[part.count..<text.count] : text) }
      return try value(text.hasSuffix(part) ? text[0..<text.count - part.count] : text)
    case "center", "ljust", "rjust", "zfill", "expandtabs": return try pad(text, name, arguments)
    case "encode", "translate", "maketrans": throw .runtime("str.\(name)() is not supported")
    default:
      try arguments.requireNone(name)
      return try changeOrTest(text, name)
    }
  }

  private func changeOrTest(_ text: Text, _ name: String) throws(TemplateError) -> Value {
    try charge(text.count / 4)
    switch name {
    case "upper": return try value(text.uppercased())
    case "lower": return try value(text.lowercased())
    case "casefold":
      return try value(text.mapScalars { scalar, _ in scalar == "ß" ? "ss" : scalar.properties.lowercaseMapping })
    case "capitalize": return try value(text.capitalized())
    case "title": return try value(text.titlecased())
    case "swapcase": return try value(text.swappedCase())
    case "unescape", "striptags": throw .runtime("Markup.\(name)() is not supported")
    case "isalpha": return .bool(text.allScalars(PythonUnicode.isAlpha))
    case "isdigit": return .bool(text.allScalars(PythonUnicode.isDigit))
    case "isdecimal": return .bool(text.allScalars(PythonUnicode.isDecimal))
    case "isnumeric": return .bool(text.allScalars(PythonUnicode.isNumeric))
    case "isalnum": return .bool(text.allScalars(PythonUnicode.isAlphanumeric))
    case "isspace": return .bool(text.allScalars(PythonUnicode.isSpace))
    case "isascii": return .bool(text.bytes.allSatisfy { $0 < 0x80 })
    case "isprintable": return .bool(text.isEmpty || text.allScalars(PythonUnicode.isPrintable))
    case "isidentifier":
      guard let first = text.string.unicodeScalars.first else { return .bool(false) }
      return .bool(
        (first == "_" || first.properties.isXIDStart) && text.allScalars { $0.properties.isXIDContinue })
    case "istitle":
      return .bool(text.allScalars { _ in true } && text.titlecased().bytes == text.bytes && hasCased(text))
    default: return .bool(try passes(test: name == "isupper" ? "upper" : "lower", .text(text), Arguments()))
    }
  }

  private func hasCased(_ text: Text) -> Bool {
    var found = false
    text.forEachScalar { scalar, _ in if PythonUnicode.isCased(scalar) { found = true } }
    return found
  }

  private func split(_ text: Text, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound(name, ["sep", "maxsplit"])
    let limit = try given[1].map { (value) throws(TemplateError) in try integer(value) } ?? -1
    guard let separator = try optionalText(given[0], name) else {
      return try texts(
        name == "split" ? text.splitWords(limit: limit) : text.splitWordsFromRight(limit: limit), text)
    }
    if separator.isEmpty { throw .runtime("empty separator") }
    let parts =
      name == "split"
      ? text.split(separator: separator, limit: limit) : text.splitFromRight(separator: separator, limit: limit)
    return try texts(parts, text)
  }

  private func matchesEdge(_ text: Text, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Bool {
    let given = try arguments.bound(name, ["prefix", "start", "end"], required: 1)
    var subject = text
    if given[1] != nil || given[2] != nil {
      let range = try byteRange(text, given[1], given[2])
      guard let range else { return false }
      subject = text[range]
    }
    var parts = [given[0] ?? .none]
    if case .some(.tuple(let tuple)) = given[0] { parts = tuple.elements }
    for part in parts {
      if case .undefined(let undefined) = part { throw undefined.error }
      guard case .text(let part) = part else {
        throw .runtime("\(name) first arg must be str or a tuple of str, not \(part.typeName)")
      }
      if name == "startswith" ? subject.hasPrefix(part) : subject.hasSuffix(part) { return true }
    }
    return false
  }

  /// The bytes between two optional scalar positions; nil where the first is behind the second or the end.
  private func byteRange(_ text: Text, _ start: Value?, _ end: Value?) throws(TemplateError) -> Range<Int>? {
    let count = text.scalarCount
    var bounds: [Int] = []
    for (value, standard) in [(start, 0), (end, count)] {
      guard let value, !isNone(value) else {
        bounds.append(standard)
        continue
      }
      let index = try integer(value)
      bounds.append(index < 0 ? max(0, index &+ count) : index)
    }
    if bounds[0] > min(bounds[1], count) { return nil }
    return text.offset(ofScalar: bounds[0])..<text.offset(ofScalar: min(bounds[1], count))
  }

  private func replace(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound("replace", ["old", "new", "count"], required: 2)
    let old = try requiredText(given[0], "replace")
    var new = try requiredText(given[1], "replace")
    if text.isMarkup { new = new.escaped() }
    let limit = try given[2].map { (value) throws(TemplateError) in try integer(value) } ?? -1
    return .text(try replacing(text, old, new, limit).asMarkup(text.isMarkup))
  }

  /// Replaces after the length of the result has been checked.
  func replacing(_ text: Text, _ old: Text, _ new: Text, _ limit: Int) throws(TemplateError) -> Text {
    try charge(bytes: text.count)
    let occurrences = text.occurrences(of: old)
    try charge(occurrences)
    let times = limit < 0 ? occurrences : min(limit, occurrences)
    try checkRepetition(bytes: new.count + 1, count: times)
    try allocate(text.count + times * new.count)
    return text.replacing(old, with: new, limit: limit)
  }

  private func find(_ text: Text, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    let given = try arguments.bound(name, ["sub", "start", "end"], required: 1)
    let part = try requiredText(given[0], name)
    let range = try byteRange(text, given[1], given[2])
    if name == "count" {
      guard let range else { return .integer(0) }
      return .integer(text[range].occurrences(of: part))
    }
    var found: Int?
    if let range {
      let subject = text[range]
      if name.hasPrefix("r") {
        let reversed = Text(bytes: subject.bytes.reversed(), isTrusted: true)
        found = reversed.find(Text(bytes: part.bytes.reversed(), isTrusted: true)).map {
          subject.count - $0 - part.count
        }
      } else {
        found = subject.find(part)
      }
      found = found.map { text.scalarIndex(ofByte: $0 + range.lowerBound) }
    }
    if found == nil, name.hasSuffix("index") { throw .runtime("substring not found") }
    return .integer(found ?? -1)
  }

  /// Python's `separator.join(iterable)`: of strings only.
  private func join(_ separator: Text, _ iterable: Value) throws(TemplateError) -> Value {
    var parts: [Text] = []
    for (index, element) in try elements(of: iterable).enumerated() {
      if case .text(let text) = element {
        parts.append(separator.isMarkup ? text.escaped() : text)
      } else {
        throw .runtime("sequence item \(index): expected str instance, \(element.typeName) found")
      }
    }
    return .text(try joined(parts, separator).asMarkup(separator.isMarkup))
  }

  func joined(_ parts: [Text], _ separator: Text) throws(TemplateError) -> Text {
    try checkRepetition(bytes: separator.count, count: parts.count)
    let length = parts.reduce(separator.count * parts.count) { $0 + $1.count }
    try checkLength(length)
    try allocate(length)
    var builder = TextBuilder()
    for (index, part) in parts.enumerated() {
      if index > 0 { builder.append(separator) }
      builder.append(part)
    }
    return builder.text
  }

  private func partition(_ text: Text, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    let separator = try requiredText(try arguments.bound(name, ["sep"], required: 1)[0], name)
    if separator.isEmpty { throw .runtime("empty separator") }
    let parts =
      name == "partition"
      ? text.split(separator: separator, limit: 1) : text.splitFromRight(separator: separator, limit: 1)
    let empty = Value.text(Text.empty.asMarkup(text.isMarkup))
    if parts.count < 2 {
      return try tuple(name == "partition" ? [.text(text), empty, empty] : [empty, empty, .text(text)])
    }
    let middle = text[parts[0].count..<parts[0].count + separator.count]
    return try tuple([.text(parts[0]), .text(middle), .text(parts[1])])
  }

  private func pad(_ text: Text, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    if name == "expandtabs" { return try expandTabs(text, arguments) }
    let given = try arguments.bound(name, name == "zfill" ? ["width"] : ["width", "fillchar"], required: 1)
    let width = max(0, try integer(given[0] ?? .none))
    try checkRepetition(bytes: 4, count: width)
    let missing = max(0, width - text.scalarCount)
    try allocate(missing)
    try charge(missing)
    if name == "zfill" {
      let hasSign = text.bytes.first == UInt8(ascii: "-") || text.bytes.first == UInt8(ascii: "+")
      let sign = text[0..<(hasSign ? 1 : 0)]
      let zeros = Text(String(repeating: "0", count: missing))
      return try value((sign + zeros + text[sign.count..<text.count]).asMarkup(text.isMarkup))
    }
    let fill = try given.count > 1 && given[1] != nil ? requiredText(given[1], name) : Text(" ")
    if fill.scalarCount != 1 { throw .runtime("The fill character must be exactly one character long") }
    let left: Int =
      switch name {
      case "ljust": 0
      case "rjust": missing
      default: missing / 2 + (missing & width & 1)
      }
    return try value(text.padded(to: width, left: left, right: missing - left, fill: fill))
  }

  private func expandTabs(_ text: Text, _ arguments: Arguments) throws(TemplateError) -> Value {
    let size = try integer(try arguments.bound("expandtabs", ["tabsize"])[0] ?? .integer(8))
    try checkRepetition(bytes: text.count, count: size)
    var column = 0
    return try value(
      text.mapScalars { scalar, _ in
        if scalar == "\t" {
          let spaces = size > 0 ? size - column % size : 0
          column += spaces
          return String(repeating: " ", count: spaces)
        }
        column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
        return String(scalar)
      })
  }
}
