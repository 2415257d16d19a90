extension Parser {
  mutating func parseStatement(line: Int, ends: [String], into statements: inout [Statement]) throws(TemplateError) {
    guard current.kind == .name else { throw failure("tag name expected") }
    let tag = current.text
    advance()
    if tag == "print" {
      var isFirst = true
      while current.kind != .blockEnd {
        if !isFirst { try expect(symbol: ",") }
        isFirst = false
        statements.append(Statement(line: line, kind: .output(try parseExpression())))
      }
      return
    }
    statements.append(Statement(line: line, kind: try parseTag(tag, line: line, ends: ends)))
  }

  private mutating func parseTag(_ tag: String, line: Int, ends: [String]) throws(TemplateError) -> Statement.Kind {
    switch tag {
    case "if": return try parseIf()
    case "for": return try parseFor()
    case "set": return try parseSet()
    case "macro": return try parseMacro()
    case "call": return try parseCallBlock(line: line)
    case "filter": return try parseFilterBlock()
    case "with": return try parseWith()
    case "block": return try parseNamedBlock()
    case "generation": return .scope(body: try parseMacroBody(until: "endgeneration").body, seesLocals: true)
    case "autoescape": return try parseAutoescape()
    case "break", "continue":
      if loopDepth == 0 { throw failure("'\(tag)' outside loop", line: line) }
      return tag == "break" ? .breakLoop : .continueLoop
    case "include", "import", "extends", "from":
      while current.kind != .blockEnd, current.kind != .end { advance() }
      return .loadTemplate(tag)
    default:
      let wanted = ends.map { "'\($0)'" }.joined(separator: " or ")
      let hint = ends.isEmpty ? "" : " Jinja was looking for the following tags: \(wanted)."
      throw failure("Encountered unknown tag '\(tag)'.\(hint)", line: line)
    }
  }

  private mutating func parseIf() throws(TemplateError) -> Statement.Kind {
    var branches: [(test: Expression, body: [Statement])] = []
    var otherwise: [Statement] = []
    let mark = unknownNames.count
    while true {
      let test = try parseTuple(allowsConditional: false)
      let (body, end) = try parseBlock(until: ["elif", "else", "endif"])
      branches.append((test, body))
      if end == "elif" { continue }
      if end == "else" { otherwise = try parseBlock(until: ["endif"]).body }
      break
    }
    unknownNames.removeSubrange(mark...)
    return .ifElse(branches: branches, otherwise: otherwise)
  }

  private mutating func parseFor() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(endName: "in")
    if case .name(let index) = target, index == intern("loop") {
      throw failure("Can't assign to special loop variable in for-loop target")
    }
    if !skip(name: "in") { throw failure("expected token 'in', got '\(current.description)'") }
    let iterable = try parseTuple(allowsConditional: false, endName: "recursive")
    let mark = unknownNames.count
    let condition = skip(name: "if") ? try parseExpression() : nil
    settleUnknownNames(from: mark)
    let isRecursive = skip(name: "recursive")
    loopDepth += 1
    let (body, end) = try parseHardBlock(until: ["endfor", "else"])
    loopDepth -= 1
    let otherwise = end == "else" ? try parseHardBlock(until: ["endfor"]).body : []
    return .forLoop(
      ForLoop(
        target: target, iterable: iterable, condition: condition, isRecursive: isRecursive, body: body,
        otherwise: otherwise))
  }

  private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(allowsAttribute: true)
    if skip(symbol: "=") { return .set(target, try parseTuple()) }
    let mark = unknownNames.count
    let filtered = try parseFilters(.captured)
    settleUnknownNames(from: mark)
    return .setBlock(target, filtered, body: try parseHardBlock(until: ["endset"]).body)
  }

  /// Parameters in parentheses, with their default values.
  private mutating func parseSignature() throws(TemplateError) -> [(name: Int, spelling: String, standard: Expression?)]
  {
    var parameters: [(name: Int, spelling: String, standard: Expression?)] = []
    try expect(symbol: "(")
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let spelling = try assignableName()
      var standard: Expression?
      if skip(symbol: "=") {
        standard = try parseExpression()
      } else if parameters.last?.standard != nil {
        throw failure("non-default argument follows default argument")
      }
      if parameters.contains(where: { $0.spelling == spelling }) {
        throw failure("duplicate argument '\(spelling)' in function definition")
      }
      parameters.append((intern(spelling), spelling, standard))
    }
    try expect(symbol: ")")
    return parameters
  }

  private mutating func assignableName() throws(TemplateError) -> String {
    let name = try expectName()
    if ["true", "false", "none", "True", "False", "None"].contains(name) { throw failure("can't assign to 'const'") }
    return name
  }

  /// A body that runs as a function: loops around it are out of reach.
  private mutating func parseMacroBody(until end: String) throws(TemplateError) -> (
    body: [Statement], specialNames: Set<String>
  ) {
    let outerLoops = loopDepth
    loopDepth = 0
    specialNames.append([])
    let body = try parseHardBlock(until: [end]).body
    let used = specialNames.removeLast()
    if !specialNames.isEmpty { specialNames[specialNames.count - 1].formUnion(used) }
    loopDepth = outerLoops
    return (body, used)
  }

  private mutating func parseMacro() throws(TemplateError) -> Statement.Kind {
    let name = try assignableName()
    let mark = unknownNames.count
    let parameters = try parseSignature()
    settleUnknownNames(from: mark)
    let (body, special) = try parseMacroBody(until: "endmacro")
    return .macro(
      intern(name), MacroDefinition(name: name, parameters: parameters, body: body, specialNames: special))
  }

  private mutating func parseCallBlock(line: Int) throws(TemplateError) -> Statement.Kind {
    let mark = unknownNames.count
    let parameters = isSymbol("(") ? try parseSignature() : []
    settleUnknownNames(from: mark)
    guard case .call(let callee, let arguments) = try parseExpression() else {
      throw failure("expected call", line: line)
    }
    let (body, special) = try parseMacroBody(until: "endcall")
    return .callBlock(
      MacroDefinition(name: "caller", parameters: parameters, body: body, specialNames: special), callee: callee,
      arguments)
  }

  private mutating func parseFilterBlock() throws(TemplateError) -> Statement.Kind {
    let mark = unknownNames.count
    let expression = try parseFilters(.captured, startsInline: true)
    settleUnknownNames(from: mark)
    return .filterBlock(expression, body: try parseHardBlock(until: ["endfilter"]).body)
  }

  private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
    var assignments: [(target: AssignmentTarget, value: Expression)] = []
    let mark = unknownNames.count
    while current.kind != .blockEnd, current.kind != .end {
      if !assignments.isEmpty { try expect(symbol: ",") }
      let target = try parseTarget()
      try expect(symbol: "=")
      assignments.append((target, try parseExpression()))
    }
    settleUnknownNames(from: mark)
    return .with(assignments, body: try parseHardBlock(until: ["endwith"]).body)
  }

  private mutating func parseNamedBlock() throws(TemplateError) -> Statement.Kind {
    let name = try expectName()
    let isScoped = skip(name: "scoped")
    _ = skip(name: "required")
    let body = try parseMacroBody(until: "endblock").body
    _ = skip(name: name)
    return .scope(body: body, seesLocals: isScoped)
  }

  private mutating func parseAutoescape() throws(TemplateError) -> Statement.Kind {
    guard case .literal(.bool(false)) = try parseExpression() else {
      throw failure("automatic escaping is not supported in chat templates")
    }
    return .scope(body: try parseHardBlock(until: ["endautoescape"]).body, seesLocals: true)
  }

  // MARK: Targets

  /// What an assignment names; commas make a tuple. `endName` is a word that ends it.
  mutating func parseTarget(endName: String? = nil, allowsAttribute: Bool = false) throws(TemplateError)
    -> AssignmentTarget
  {
    var targets: [AssignmentTarget] = []
    while true {
      if let endName, isName(endName), !targets.isEmpty { break }
      if isSymbol("=") || current.kind == .blockEnd || isSymbol(")") { break }
      targets.append(try parseSingleTarget(allowsAttribute: allowsAttribute))
      if !skip(symbol: ",") {
        if targets.count == 1 { return targets[0] }
        break
      }
    }
    if targets.isEmpty { throw failure("Expected an expression, got '\(current.description)'") }
    return .tuple(targets)
  }

  private mutating func parseSingleTarget(allowsAttribute: Bool) throws(TemplateError) -> AssignmentTarget {
    try enter()
    defer { leave() }
    if skip(symbol: "(") {
      let target = try parseTarget(allowsAttribute: allowsAttribute)
      try expect(symbol: ")")
      return target
    }
    guard current.kind == .name else { throw failure("can't assign to '\(current.description)'") }
    let name = try assignableName()
    if allowsAttribute, skip(symbol: ".") {
      return .attribute(of: intern(name), name: Text(try expectName()))
    }
    return .name(intern(name))
  }
}
