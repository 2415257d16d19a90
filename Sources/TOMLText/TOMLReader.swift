import OrderedCollections

extension TOMLTable {
  /// Reads a TOML document (TOML 1.0.0, UTF-8).
  ///
  /// - Throws: `TOMLError` with the line and column of the first fault; a key that is given twice is one.
  public init(parsing bytes: [UInt8]) throws(TOMLError) {
    var reader = TOMLReader(bytes: bytes)
    self = try reader.readDocument()
  }

  /// Reads a TOML document from a string.
  public init(parsing text: String) throws(TOMLError) { try self.init(parsing: Array(text.utf8)) }
}

/// Recursive descent over bytes; the depth limit bounds the recursion.
struct TOMLReader {
  /// Deepest nesting of arrays and inline tables.
  static let depthLimit = 64

  let bytes: [UInt8]
  var position = 0
  var line = 1
  private var lineStart = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The byte to be read next; `nil` at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func failure(_ problem: String) -> TOMLError {
    TOMLError(problem: problem, line: line, column: position - lineStart + 1)
  }

  mutating func consume(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func readDocument() throws(TOMLError) -> TOMLTable {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      position = 3
      lineStart = 3
    }
    try checkEncoding()
    let root = TableBuilder(.header, line: 1)
    var current = root
    while true {
      try skipBlank()
      guard let byte = next else { return root.table }
      if byte == UInt8(ascii: "[") {
        current = try readHeader(root)
      } else {
        try readAssignment(into: current)
      }
      try endLine()
    }
  }

  private func checkEncoding() throws(TOMLError) {
    // Decoding replaces what is ill-formed, so that the first difference is the fault.
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
    let fault = zip(bytes, repaired).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? bytes.count
    let before = bytes[..<min(fault, bytes.count)]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    throw TOMLError(
      problem: "the text is not UTF-8", line: before.count { $0 == 0x0A } + 1, column: before.count - start + 1)
  }

  // MARK: Lines

  mutating func skipSpaces() {
    while next == 0x20 || next == 0x09 { position += 1 }
  }

  /// Takes a line end, if one is next.
  mutating func takeNewline() -> Bool {
    if next == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
    guard consume(0x0A) else { return false }
    line += 1
    lineStart = position
    return true
  }

  private mutating func skipComment() throws(TOMLError) {
    guard consume(UInt8(ascii: "#")) else { return }
    while let byte = next, byte != 0x0A {
      if byte == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { return }
      if byte < 0x20 && byte != 0x09 || byte == 0x7F { throw failure("a control character in a comment") }
      position += 1
    }
  }

  /// Moves over spaces, comments and empty lines.
  mutating func skipBlank() throws(TOMLError) {
    repeat {
      skipSpaces()
      try skipComment()
    } while takeNewline()
  }

  private mutating func endLine() throws(TOMLError) {
    skipSpaces()
    try skipComment()
    guard takeNewline() || next == nil else { throw failure("expected the end of the line") }
  }

  // MARK: Keys and tables

  private mutating func readHeader(_ root: TableBuilder) throws(TOMLError) -> TableBuilder {
    position += 1
    let isArray = consume(UInt8(ascii: "["))
    let headerLine = line
    let path = try readKeyPath()
    guard consume(UInt8(ascii: "]")), !isArray || consume(UInt8(ascii: "]")) else {
      throw failure("expected \(isArray ? "]]" : "]") behind the table's name")
    }
    let name = path.joined(separator: ".")
    var table = root
    for key in path.dropLast() {
      guard let inner = table.step(header: key, line: headerLine) else { throw failure("\(key) is no table") }
      table = inner
    }
    let key = path[path.count - 1]
    if isArray {
      let element = TableBuilder(.header, line: headerLine)
      switch table.items[key] {
      case nil: table.items[key] = .tables([element])
      case .tables(let tables): table.items[key] = .tables(tables + [element])
      default: throw failure("\(name) is no array of tables")
      }
      return element
    }
    switch table.items[key] {
    case nil:
      let made = TableBuilder(.header, line: headerLine)
      table.items[key] = .table(made)
      return made
    case .table(let known) where known.origin == .implied:
      known.origin = .header
      return known
    default: throw failure("\(name) is defined twice")
    }
  }

  private mutating func readAssignment(into table: TableBuilder) throws(TOMLError) {
    let keyLine = line
    let path = try readKeyPath()
    var target = table
    for key in path.dropLast() {
      guard let inner = target.step(dotted: key, line: keyLine) else {
        throw failure("\(key) cannot be extended here")
      }
      target = inner
    }
    let key = path[path.count - 1]
    guard target.items[key] == nil else { throw failure("\(path.joined(separator: ".")) is defined twice") }
    guard consume(UInt8(ascii: "=")) else { throw failure("expected = behind the key") }
    skipSpaces()
    target.items[key] = .value(TOMLEntry(try readValue(), line: keyLine))
  }

  /// A key, dotted or not, and the spaces behind it.
  private mutating func readKeyPath() throws(TOMLError) -> [String] {
    var path: [String] = []
    repeat {
      skipSpaces()
      path.append(try readSimpleKey())
      skipSpaces()
    } while consume(UInt8(ascii: "."))
    return path
  }

  private mutating func readSimpleKey() throws(TOMLError) -> String {
    switch next {
    case UInt8(ascii: "\""): return try readBasicString()
    case UInt8(ascii: "'"): return try readLiteralString()
    default: break
    }
    let start = position
    while let byte = next, byte.isBareKey { position += 1 }
    guard position > start else { throw failure("expected a key") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  // MARK: Values

  mutating func readValue() throws(TOMLError) -> TOMLValue {
    switch next {
    case UInt8(ascii: "\""): return .string(try isTriple(0x22) ? readLongBasicString() : readBasicString())
    case UInt8(ascii: "'"): return .string(try isTriple(0x27) ? readLongLiteralString() : readLiteralString())
    case UInt8(ascii: "["): return try nested { reader throws(TOMLError) in .array(try reader.readArray()) }
    case UInt8(ascii: "{"): return try nested { reader throws(TOMLError) in .table(try reader.readInlineTable()) }
    default: return try readScalar()
    }
  }

  private mutating func nested(
    _ read: (inout TOMLReader) throws(TOMLError) -> TOMLValue
  ) throws(TOMLError) -> TOMLValue {
    guard depth < TOMLReader.depthLimit else {
      throw failure("values are nested deeper than \(TOMLReader.depthLimit)")
    }
    depth += 1
    defer { depth -= 1 }
    return try read(&self)
  }

  private mutating func readArray() throws(TOMLError) -> [TOMLEntry] {
    position += 1
    var elements: [TOMLEntry] = []
    while true {
      try skipBlank()
      if consume(UInt8(ascii: "]")) { return elements }
      let elementLine = line
      elements.append(TOMLEntry(try readValue(), line: elementLine))
      try skipBlank()
      if consume(UInt8(ascii: "]")) { return elements }
      guard consume(UInt8(ascii: ",")) else { throw failure("expected , or ] in the array") }
    }
  }

  private mutating func readInlineTable() throws(TOMLError) -> TOMLTable {
    position += 1
    let table = TableBuilder(.inline, line: line)
    skipSpaces()
    if consume(UInt8(ascii: "}")) { return table.table }
    while true {
      try readAssignment(into: table)
      skipSpaces()
      if consume(UInt8(ascii: "}")) { return table.table }
      guard consume(UInt8(ascii: ",")) else { throw failure("expected , or } in the inline table") }
    }
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  fileprivate var isBareKey: Bool {
    isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self == 0x2D || self == 0x5F
  }
}
