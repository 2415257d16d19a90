/// Builds the tree of a template; the grammar is that of Jinja2's parser, with loop controls and the `generation` tag.
struct Parser {
  var tokens: [Token]
  var index = 0
  var depth = 0
  private var nameIndices: [String: Int] = [:]
  private var names: [String] = []
  /// For each macro being read, which of `varargs`, `kwargs` and `caller` its body uses.
  var specialNames: [Set<String>] = []
  /// Unknown filters and tests that still may turn out to stand in a condition, where they fail only when evaluated.
  var unknownNames: [TemplateError] = []
  /// The first unknown filter or test that does not.
  var firstUnknownName: TemplateError?
  var loopDepth = 0

  static func program(source: String) throws(TemplateError) -> Program {
    if source.utf8.count > TemplateLimits.sourceBytes {
      throw TemplateError(
        kind: .compile,
        message: "source of \(source.utf8.count) bytes is longer than the limit of \(TemplateLimits.sourceBytes) bytes")
    }
    var lexer = Lexer(source: source)
    var parser = Parser(tokens: try lexer.tokenize())
    let statements = try parser.parseBody(until: [])
    parser.settleUnknownNames(from: 0)
    if let error = parser.firstUnknownName { throw error }
    return Program(statements: statements, names: parser.names, sourceBytes: source.utf8.count)
  }

  init(tokens: [Token]) { self.tokens = tokens }

  var current: Token { tokens[index] }
  var following: Token { tokens[min(index + 1, tokens.count - 1)] }

  func failure(_ message: String, line: Int? = nil) -> TemplateError {
    TemplateError(kind: .compile, message: message, line: line ?? current.line)
  }

  mutating func advance() { if index + 1 < tokens.count { index += 1 } }

  func isName(_ name: String) -> Bool { current.kind == .name && current.text == name }
  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol && current.text == symbol }

  mutating func skip(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func skip(symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ kind: Token.Kind, _ what: String) throws(TemplateError) {
    guard current.kind == kind else { throw failure("expected token '\(what)', got '\(current.description)'") }
    advance()
  }

  mutating func expect(symbol: String) throws(TemplateError) {
    if !skip(symbol: symbol) { throw failure("expected token '\(symbol)', got '\(current.description)'") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard current.kind == .name else { throw failure("expected token 'name', got '\(current.description)'") }
    defer { advance() }
    return current.text
  }

  mutating func intern(_ name: String) -> Int {
    if let index = nameIndices[name] { return index }
    nameIndices[name] = names.count
    names.append(name)
    return names.count - 1
  }

  mutating func enter() throws(TemplateError) {
    depth += 1
    if depth > TemplateLimits.syntaxDepth {
      throw failure("nested deeper than \(TemplateLimits.syntaxDepth) levels")
    }
  }

  mutating func leave() { depth -= 1 }

  /// Unknown filters and tests met since a mark are errors of the template.
  mutating func settleUnknownNames(from mark: Int) {
    if mark < unknownNames.count {
      if firstUnknownName == nil { firstUnknownName = unknownNames[mark] }
      unknownNames.removeSubrange(mark...)
    }
  }

  /// Statements up to a tag named in `ends`, whose `{%` has been read and whose name is the current token.
  mutating func parseBody(until ends: [String]) throws(TemplateError) -> [Statement] {
    try enter()
    defer { leave() }
    var statements: [Statement] = []
    while true {
      let token = current
      switch token.kind {
      case .end:
        if ends.isEmpty { return statements }
        throw endOfTemplate(ends)
      case .data:
        statements.append(Statement(line: token.line, kind: .text(Text(token.text))))
        advance()
      case .variableBegin:
        advance()
        let expression = try parseTuple()
        statements.append(Statement(line: token.line, kind: .output(expression)))
        try expect(.variableEnd, "end of print statement")
      default:
        try expect(.blockBegin, "begin of statement block")
        if current.kind == .name, ends.contains(current.text) { return statements }
        try parseStatement(line: token.line, ends: ends, into: &statements)
        try expect(.blockEnd, "end of statement block")
      }
    }
  }

  private func endOfTemplate(_ ends: [String]) -> TemplateError {
    let wanted = ends.map { "'\($0)'" }.joined(separator: " or ")
    let block = (ends.last ?? "").dropFirst(3)
    return failure(
      "Unexpected end of template. Jinja was looking for the following tags: \(wanted). "
        + "The innermost block that needs to be closed is '\(block)'.")
  }

  /// The body of a block whose opening tag ends here, and the name of the tag that ended it, which is read.
  mutating func parseBlock(until ends: [String]) throws(TemplateError) -> (body: [Statement], end: String) {
    _ = skip(symbol: ":")
    try expect(.blockEnd, "end of statement block")
    let body = try parseBody(until: ends)
    let end = current.text
    advance()
    return (body, end)
  }

  /// As `parseBlock`, for a body in which an unknown filter is an error even below an `if`.
  mutating func parseHardBlock(until ends: [String]) throws(TemplateError) -> (body: [Statement], end: String) {
    let mark = unknownNames.count
    let result = try parseBlock(until: ends)
    settleUnknownNames(from: mark)
    return result
  }
}
