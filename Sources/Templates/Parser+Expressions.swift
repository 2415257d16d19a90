extension Parser {
  /// One expression, or several with commas between them, which make a tuple.
  mutating func parseTuple(allowsConditional: Bool = true, endName: String? = nil, inParentheses: Bool = false)
    throws(TemplateError) -> Expression
  {
    var elements: [Expression] = []
    var isTuple = false
    while true {
      if isTupleEnd(endName) { break }
      elements.append(allowsConditional ? try parseExpression() : try parseOr())
      guard isSymbol(",") else { break }
      isTuple = true
      advance()
    }
    if !isTuple {
      if let only = elements.first { return only }
      if !inParentheses { throw failure("Expected an expression, got '\(current.description)'") }
    }
    return .tuple(elements)
  }

  private func isTupleEnd(_ endName: String?) -> Bool {
    if current.kind == .variableEnd || current.kind == .blockEnd || isSymbol(")") { return true }
    if let endName { return isName(endName) }
    return false
  }

  mutating func parseExpression() throws(TemplateError) -> Expression {
    try enter()
    defer { leave() }
    let mark = unknownNames.count
    var expression = try parseOr()
    var conditions = 0
    while skip(name: "if") {
      conditions += 1
      if conditions > TemplateLimits.syntaxDepth { throw failure("too many conditions in one expression") }
      let test = try parseOr()
      let otherwise = skip(name: "else") ? try parseExpression() : nil
      expression = .conditional(test: test, then: expression, otherwise: otherwise)
      // What stands in a conditional expression is looked up only when it is evaluated.
      unknownNames.removeSubrange(mark...)
    }
    return expression
  }

  private mutating func parseOr() throws(TemplateError) -> Expression {
    var operands = [try parseAnd()]
    while skip(name: "or") { operands.append(try parseAnd()) }
    return operands.count == 1 ? operands[0] : .any(operands)
  }

  private mutating func parseAnd() throws(TemplateError) -> Expression {
    var operands = [try parseNot()]
    while skip(name: "and") { operands.append(try parseNot()) }
    return operands.count == 1 ? operands[0] : .all(operands)
  }

  private mutating func parseNot() throws(TemplateError) -> Expression {
    var count = 0
    while skip(name: "not") { count += 1 }
    let expression = try parseComparison()
    // "not" gives a bool, so an even number of them is two.
    if count == 0 { return expression }
    return count % 2 == 1 ? .not(expression) : .not(.not(expression))
  }

  private mutating func parseComparison() throws(TemplateError) -> Expression {
    let first = try parseSum()
    var rest: [(operation: ComparisonOperator, operand: Expression)] = []
    while true {
      if current.kind == .symbol, let operation = ComparisonOperator(rawValue: current.text) {
        advance()
        rest.append((operation, try parseSum()))
      } else if skip(name: "in") {
        rest.append((.isIn, try parseSum()))
      } else if isName("not"), following.kind == .name, following.text == "in" {
        advance()
        advance()
        rest.append((.isNotIn, try parseSum()))
      } else {
        return rest.isEmpty ? first : .compare(first, rest)
      }
    }
  }

  private mutating func operatorIn(_ operators: [ArithmeticOperator]) -> ArithmeticOperator? {
    guard current.kind == .symbol, let operation = ArithmeticOperator(rawValue: current.text),
      operators.contains(operation)
    else { return nil }
    advance()
    return operation
  }

  private mutating func parseSum() throws(TemplateError) -> Expression {
    let first = try parseConcatenation()
    var rest: [(operation: ArithmeticOperator, operand: Expression)] = []
    while let operation = operatorIn([.add, .subtract]) { rest.append((operation, try parseConcatenation())) }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  private mutating func parseConcatenation() throws(TemplateError) -> Expression {
    var operands = [try parseProduct()]
    while skip(symbol: "~") { operands.append(try parseProduct()) }
    return operands.count == 1 ? operands[0] : .concatenate(operands)
  }

  private mutating func parseProduct() throws(TemplateError) -> Expression {
    let first = try parsePower()
    var rest: [(operation: ArithmeticOperator, operand: Expression)] = []
    while let operation = operatorIn([.multiply, .divide, .floorDivide, .modulo]) {
      rest.append((operation, try parsePower()))
    }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  private mutating func parsePower() throws(TemplateError) -> Expression {
    let first = try parseUnary(allowsFilters: true)
    var rest: [(operation: ArithmeticOperator, operand: Expression)] = []
    while let operation = operatorIn([.power]) { rest.append((operation, try parseUnary(allowsFilters: true))) }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  private mutating func parseUnary(allowsFilters: Bool) throws(TemplateError) -> Expression {
    try enter()
    defer { leave() }
    var expression: Expression
    if skip(symbol: "-") {
      expression = .negate(try parseUnary(allowsFilters: false))
    } else if skip(symbol: "+") {
      expression = .plus(try parseUnary(allowsFilters: false))
    } else {
      expression = try parsePrimary()
    }
    expression = try parsePostfix(expression)
    return allowsFilters ? try parseFilterExpression(expression) : expression
  }

  private mutating func parsePrimary() throws(TemplateError) -> Expression {
    let token = current
    switch token.kind {
    case .name:
      advance()
      return try parseNameOrConstant(token.text)
    case .string:
      var text = ""
      while current.kind == .string {
        text += current.text
        advance()
      }
      return .literal(.text(Text(text)))
    case .integer:
      advance()
      if let value = Int(token.text) { return .literal(.integer(value)) }
      return .literal(.bigInteger(BigInteger(digits: token.text)))
    case .float:
      advance()
      return .literal(.float(Double(token.text) ?? .infinity))
    case .symbol where token.text == "(":
      advance()
      let expression = try parseTuple(inParentheses: true)
      try expect(symbol: ")")
      return expression
    case .symbol where token.text == "[": return try parseList()
    case .symbol where token.text == "{": return try parseDictionary()
    default: throw failure("unexpected '\(token.description)'")
    }
  }

  private mutating func parseNameOrConstant(_ name: String) throws(TemplateError) -> Expression {
    switch name {
    case "true", "True": return .literal(.bool(true))
    case "false", "False": return .literal(.bool(false))
    case "none", "None": return .literal(.none)
    case "varargs", "kwargs", "caller":
      if !specialNames.isEmpty { specialNames[specialNames.count - 1].insert(name) }
    default: break
    }
    return .name(intern(name))
  }

  private mutating func parseList() throws(TemplateError) -> Expression {
    try expect(symbol: "[")
    var elements: [Expression] = []
    while !isSymbol("]") {
      if !elements.isEmpty {
        try expect(symbol: ",")
        if isSymbol("]") { break }
      }
      elements.append(try parseExpression())
    }
    try expect(symbol: "]")
    return .list(elements)
  }

  private mutating func parseDictionary() throws(TemplateError) -> Expression {
    try expect(symbol: "{")
    var pairs: [(key: Expression, value: Expression)] = []
    while !isSymbol("}") {
      if !pairs.isEmpty {
        try expect(symbol: ",")
        if isSymbol("}") { break }
      }
      let key = try parseExpression()
      try expect(symbol: ":")
      pairs.append((key, try parseExpression()))
    }
    try expect(symbol: "}")
    return .dictionary(pairs)
  }

  /// Counts the links of a chain such as `a.b[c](d)|e`, each of which makes the tree a level deeper.
  private func checkChain(_ links: inout Int) throws(TemplateError) {
    links += 1
    if links > TemplateLimits.syntaxDepth {
      throw failure("more than \(TemplateLimits.syntaxDepth) accesses, calls and filters in one chain")
    }
  }

  mutating func parsePostfix(_ base: Expression) throws(TemplateError) -> Expression {
    var expression = base
    var links = 0
    while current.kind == .symbol {
      switch current.text {
      case ".":
        advance()
        expression = try parseAttribute(of: expression)
      case "[":
        advance()
        expression = try parseSubscript(of: expression)
      case "(": expression = .call(expression, try parseCallArguments())
      default: return expression
      }
      try checkChain(&links)
    }
    return expression
  }

  private mutating func parseAttribute(of base: Expression) throws(TemplateError) -> Expression {
    let token = current
    advance()
    switch token.kind {
    case .name: return .attribute(base, Text(token.text))
    case .integer: return .item(base, .literal(.integer(Int(token.text) ?? Int.max)))
    default: throw failure("expected name or number", line: token.line)
    }
  }

  private mutating func parseSubscript(of base: Expression) throws(TemplateError) -> Expression {
    var parts: [Expression?] = [nil]
    var colons = 0
    var keys: [Expression] = []
    while !isSymbol("]") {
      if skip(symbol: ":") {
        colons += 1
        parts.append(nil)
        if colons > 2 { throw failure("expected token ']', got ':'") }
      } else if skip(symbol: ",") {
        if colons > 0 { throw failure("a tuple of slices is no index") }
        if let key = parts[0] { keys.append(key) }
        parts = [nil]
      } else if parts[colons] == nil {
        parts[colons] = try parseExpression()
      } else {
        throw failure("expected token ']', got '\(current.description)'")
      }
    }
    try expect(symbol: "]")
    if colons > 0 {
      if !keys.isEmpty { throw failure("a tuple of slices is no index") }
      return .slice(base, start: parts[0], stop: parts[1], step: colons > 1 ? parts[2] : nil)
    }
    if let key = parts[0], keys.isEmpty { return .item(base, key) }
    if let key = parts[0] { keys.append(key) }
    return .item(base, .tuple(keys))
  }

  mutating func parseCallArguments() throws(TemplateError) -> CallArguments {
    let line = current.line
    var arguments = CallArguments()
    try expect(symbol: "(")
    var isFirst = true
    while !isSymbol(")") {
      if !isFirst {
        try expect(symbol: ",")
        if isSymbol(")") { break }
      }
      isFirst = false
      let isInvalid: Bool
      if skip(symbol: "*") {
        isInvalid = arguments.spread != nil || arguments.spreadNamed != nil
        arguments.spread = try parseExpression()
      } else if skip(symbol: "**") {
        isInvalid = arguments.spreadNamed != nil
        arguments.spreadNamed = try parseExpression()
      } else if current.kind == .name, following.kind == .symbol, following.text == "=" {
        isInvalid = arguments.spreadNamed != nil
        let name = current.text
        advance()
        advance()
        if arguments.named.contains(where: { $0.name == name }) {
          throw failure("keyword argument repeated: \(name)", line: line)
        }
        arguments.named.append((name, try parseExpression()))
      } else {
        isInvalid = arguments.spread != nil || arguments.spreadNamed != nil || !arguments.named.isEmpty
        arguments.positional.append(try parseExpression())
      }
      if isInvalid { throw failure("invalid syntax for function call expression", line: line) }
    }
    try expect(symbol: ")")
    return arguments
  }

  // MARK: Filters and tests

  private mutating func parseFilterExpression(_ base: Expression) throws(TemplateError) -> Expression {
    var expression = base
    var links = 0
    while true {
      if isSymbol("|") {
        expression = try parseFilters(expression)
      } else if isName("is") {
        expression = try parseTest(expression)
      } else if isSymbol("(") {
        expression = .call(expression, try parseCallArguments())
      } else {
        return expression
      }
      try checkChain(&links)
    }
  }

  /// One or more `|name(arguments)`; the first without its bar where `startsInline`.
  mutating func parseFilters(_ base: Expression, startsInline: Bool = false) throws(TemplateError) -> Expression {
    var expression = base
    var isInline = startsInline
    var links = 0
    while isInline || skip(symbol: "|") {
      isInline = false
      let line = current.line
      let name = try parseDottedName()
      if !Filters.names.contains(name) {
        unknownNames.append(failure("No filter named '\(name)'.", line: line))
      }
      let arguments = isSymbol("(") ? try parseCallArguments() : CallArguments()
      expression = .filter(expression, name: name, arguments)
      try checkChain(&links)
    }
    return expression
  }

  private mutating func parseDottedName() throws(TemplateError) -> String {
    var name = try expectName()
    while skip(symbol: ".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func parseTest(_ base: Expression) throws(TemplateError) -> Expression {
    advance()
    let isNegated = skip(name: "not")
    let line = current.line
    let name = try parseDottedName()
    if !ValueTests.names.contains(name) { unknownNames.append(failure("No test named '\(name)'.", line: line)) }
    var arguments = CallArguments()
    if isSymbol("(") {
      arguments = try parseCallArguments()
    } else if startsTestArgument {
      if isName("is") { throw failure("You cannot chain multiple tests with is") }
      arguments.positional = [try parsePostfix(try parsePrimary())]
    }
    let test = Expression.test(base, name: name, arguments)
    return isNegated ? .not(test) : test
  }

  private var startsTestArgument: Bool {
    switch current.kind {
    case .name: !["else", "or", "and"].contains(current.text)
    case .string, .integer, .float: true
    case .symbol: current.text == "[" || current.text == "{"
    default: false
    }
  }
}
