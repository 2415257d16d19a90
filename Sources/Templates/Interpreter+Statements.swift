extension Interpreter {
  func execute(_ statements: [Statement], _ scope: Scope) throws(TemplateError) -> Flow {
    try enter()
    defer { leave() }
    for statement in statements {
      line = statement.line
      let flow = try execute(statement, scope)
      if flow != .normal { return flow }
    }
    return .normal
  }

  private func execute(_ statement: Statement, _ scope: Scope) throws(TemplateError) -> Flow {
    switch statement.kind {
    case .text(let text): try print(text)
    case .output(.call(let callee, let arguments)):
      // What changes a list in order to print it prints "None": refused, as Jinja2's sandbox refuses every change.
      try print(try text(of: try evaluateCall(callee, arguments, scope, refusesChanges: true)).plain)
    case .output(let expression): try print(try text(of: try evaluate(expression, scope)).plain)
    case .ifElse(let branches, let otherwise): return try executeIf(branches, otherwise, scope)
    case .forLoop(let loop):
      return try run(loop, over: try evaluate(loop.iterable, scope), scope, depth: 0)
    case .set(let target, let expression): try assign(target, try evaluate(expression, scope), scope)
    case .setBlock(let target, let expression, let body):
      let (text, flow) = try capture(body, Scope(parent: scope))
      if flow != .normal { return flow }
      try assign(target, try evaluate(expression, on: text, scope), scope)
    case .macro(let name, let definition):
      scope.assign(name, try macro(definition, scope))
    case .callBlock(let definition, let callee, let arguments):
      try executeCallBlock(definition, callee, arguments, scope)
    case .filterBlock(let expression, let body):
      let (text, flow) = try capture(body, Scope(parent: scope))
      if flow != .normal { return flow }
      try print(try self.text(of: try evaluate(expression, on: text, scope)).plain)
    case .with(let assignments, let body):
      let inner = Scope(parent: scope)
      for (target, value) in assignments { try assign(target, try evaluate(value, scope), inner) }
      return try execute(body, inner)
    case .scope(let body, let seesLocals): return try execute(body, Scope(parent: seesLocals ? scope : root))
    case .loadTemplate(let tag):
      throw .runtime("'\(tag)' needs another template: no loader for this environment specified")
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .normal
  }

  private func evaluate(_ expression: Expression, on text: Text, _ scope: Scope) throws(TemplateError) -> Value {
    captured.append(.text(text))
    let value = try evaluate(expression, scope)
    captured.removeLast()
    return value
  }

  private func executeIf(
    _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement], _ scope: Scope
  ) throws(TemplateError) -> Flow {
    for (test, body) in branches where isTrue(try evaluate(test, scope)) { return try execute(body, scope) }
    return try execute(otherwise, scope)
  }

  // MARK: Loops

  /// Runs a loop over the elements of a value. `depth` counts the levels of a recursive loop.
  func run(_ loop: ForLoop, over iterable: Value, _ scope: Scope, depth: Int) throws(TemplateError) -> Flow {
    var elements = try self.elements(of: iterable)
    if let condition = loop.condition {
      var kept: [Value] = []
      for element in elements {
        let inner = Scope(parent: scope)
        try assign(loop.target, element, inner)
        if isTrue(try evaluate(condition, inner)) { kept.append(element) }
      }
      elements = kept
    }
    if elements.isEmpty { return try execute(loop.otherwise, Scope(parent: scope)) }
    let state = LoopObject(elements: elements, depth: depth, recursion: loop.isRecursive ? (loop, scope) : nil)
    defer { state.finish() }
    for (position, element) in elements.enumerated() {
      try charge()
      state.position = position
      let inner = Scope(parent: scope)
      if let loopName { inner.assign(loopName, .loop(state)) }
      try assign(loop.target, element, inner)
      if try execute(loop.body, inner) == .breakLoop { break }
    }
    return .normal
  }

  // MARK: Assignment

  func assign(_ target: AssignmentTarget, _ value: Value, _ scope: Scope) throws(TemplateError) {
    switch target {
    case .name(let name): scope.assign(name, value)
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace) = lookUp(name, scope) else {
        throw .runtime("cannot assign attribute on non-namespace object")
      }
      try set(.text(attribute), value, in: namespace.attributes)
    case .tuple(let targets):
      let elements = try self.elements(of: value, operation: "cannot unpack non-iterable \(value.typeName) object")
      if elements.count > targets.count {
        throw .runtime("too many values to unpack (expected \(targets.count))")
      }
      if elements.count < targets.count {
        throw .runtime("not enough values to unpack (expected \(targets.count), got \(elements.count))")
      }
      for (target, element) in zip(targets, elements) { try assign(target, element, scope) }
    }
  }

  // MARK: Macros

  private func macro(_ definition: MacroDefinition, _ scope: Scope) throws(TemplateError) -> Value {
    let callable = CallableObject(.macro(definition, scope: scope))
    // The scope holds the macro and the macro its scope.
    try register(callable)
    return .callable(callable)
  }

  private func executeCallBlock(
    _ definition: MacroDefinition, _ callee: Expression, _ arguments: CallArguments, _ scope: Scope
  ) throws(TemplateError) {
    let function = try evaluate(callee, scope)
    var values = try evaluate(arguments, scope)
    values.named.append((name: "caller", value: try macro(definition, scope)))
    try print(try text(of: try call(function, values)).plain)
  }

  func callMacro(_ macro: MacroDefinition, _ closure: Scope, _ arguments: Arguments) throws(TemplateError) -> Value {
    callDepth += 1
    defer { callDepth -= 1 }
    if callDepth > limits.callDepth {
      throw .runtime("macro '\(macro.name)' is called deeper than the limit of \(limits.callDepth) levels")
    }
    let scope = Scope(parent: closure)
    try bind(arguments, of: macro, in: scope)
    let callerLine = line
    let text = try capture(macro.body, scope).text
    line = callerLine
    return .text(text)
  }

  private func bind(_ arguments: Arguments, of macro: MacroDefinition, in scope: Scope) throws(TemplateError) {
    var named = arguments.named
    for (index, parameter) in macro.parameters.enumerated() {
      let value: Value
      if index < arguments.positional.count {
        value = arguments.positional[index]
      } else if let given = named.firstIndex(where: { $0.name == parameter.spelling }) {
        value = named.remove(at: given).value
      } else if let standard = parameter.standard {
        value = try evaluate(standard, scope)
      } else {
        value = .undefined(Undefined(hint: "parameter '\(parameter.spelling)' was not provided"))
      }
      scope.assign(parameter.name, value)
    }
    if macro.usesCaller, let name = program.names.firstIndex(of: "caller"),
      !macro.parameters.contains(where: { $0.name == name })
    {
      let caller = named.firstIndex { $0.name == "caller" }.map { named.remove(at: $0).value }
      scope.assign(name, caller ?? .undefined(Undefined(hint: "No caller defined")))
    }
    if macro.usesKwargs, let name = program.names.firstIndex(of: "kwargs") {
      let dictionary = DictionaryObject()
      for (key, value) in named { try set(.string(key), value, in: dictionary) }
      scope.assign(name, .dictionary(dictionary))
    } else if let first = named.first {
      throw .runtime("macro '\(macro.name)' takes no keyword argument '\(first.name)'")
    }
    if macro.usesVarargs, let name = program.names.firstIndex(of: "varargs") {
      scope.assign(name, try tuple(Array(arguments.positional.dropFirst(macro.parameters.count))))
    } else if arguments.positional.count > macro.parameters.count {
      throw .runtime("macro '\(macro.name)' takes not more than \(macro.parameters.count) argument(s)")
    }
  }
}
