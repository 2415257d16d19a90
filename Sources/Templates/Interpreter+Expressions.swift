extension Interpreter {
  func evaluate(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    try enter()
    defer { leave() }
    switch expression {
    case .literal(let literal): return value(of: literal)
    case .name(let name): return lookUp(name, scope)
    case .attribute(let base, let name): return try attribute(name, of: try evaluate(base, scope))
    case .item(let base, let key):
      let owner = try evaluate(base, scope)
      return try item(try evaluate(key, scope), of: owner)
    case .call(let callee, let arguments): return try evaluateCall(callee, arguments, scope)
    case .filter(let base, let name, let arguments):
      let subject = try evaluate(base, scope)
      return try apply(filter: name, to: subject, try evaluate(arguments, scope))
    case .test(let base, let name, let arguments):
      let subject = try evaluate(base, scope)
      return .bool(try passes(test: name, subject, try evaluate(arguments, scope)))
    case .conditional(let test, let then, let otherwise):
      if isTrue(try evaluate(test, scope)) { return try evaluate(then, scope) }
      if let otherwise { return try evaluate(otherwise, scope) }
      return .undefined(
        Undefined(hint: "the inline if-expression evaluated to false and no else section was defined."))
    default: return try evaluateOperation(expression, scope)
    }
  }

  private func evaluateOperation(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    switch expression {
    case .not(let operand): return .bool(!isTrue(try evaluate(operand, scope)))
    case .negate(let operand): return try negated(try evaluate(operand, scope))
    case .plus(let operand): return try affirmed(try evaluate(operand, scope))
    case .arithmetic(let first, let rest):
      var result = try evaluate(first, scope)
      for (operation, operand) in rest { result = try apply(operation, result, try evaluate(operand, scope)) }
      return result
    case .concatenate(let operands): return try evaluateConcatenation(operands, scope)
    case .all(let operands): return try evaluateLogic(operands, stopsAt: false, scope)
    case .any(let operands): return try evaluateLogic(operands, stopsAt: true, scope)
    case .compare(let first, let rest): return .bool(try evaluateComparison(first, rest, scope))
    case .slice(let base, let start, let stop, let step):
      return try evaluateSlice(base, [start, stop, step], scope)
    case .tuple(let elements): return try tuple(try evaluate(elements, scope))
    case .list(let elements): return try list(try evaluate(elements, scope))
    case .dictionary(let pairs):
      let dictionary = DictionaryObject()
      for (key, value) in pairs {
        let key = try evaluate(key, scope)
        try set(key, try evaluate(value, scope), in: dictionary)
      }
      return .dictionary(dictionary)
    case .captured: return captured.last ?? .string("")
    default: throw .runtime("unknown operation")
    }
  }

  private func value(of literal: Literal) -> Value {
    switch literal {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .bigInteger(let value): .bigInteger(value)
    case .float(let value): .float(value)
    case .text(let text): .text(text)
    }
  }

  func evaluate(_ expressions: [Expression], _ scope: Scope) throws(TemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression, scope)) }
    return values
  }

  func evaluate(_ arguments: CallArguments, _ scope: Scope) throws(TemplateError) -> Arguments {
    var result = Arguments(positional: try evaluate(arguments.positional, scope))
    for (name, expression) in arguments.named { result.named.append((name, try evaluate(expression, scope))) }
    if let spread = arguments.spread {
      let elements = try elements(of: try evaluate(spread, scope))
      try allocate(elements.count * 40)
      result.positional += elements
    }
    if let spread = arguments.spreadNamed {
      guard case .dictionary(let dictionary) = try evaluate(spread, scope) else {
        throw .runtime("argument after ** must be a mapping")
      }
      try allocate(dictionary.count * 56)
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        guard case .text(let name) = key else { throw .runtime("keywords must be strings") }
        result.named.append((name.string, value))
      }
    }
    return result
  }

  private func evaluateConcatenation(_ operands: [Expression], _ scope: Scope) throws(TemplateError) -> Value {
    var builder = TextBuilder()
    for operand in operands {
      let text = try text(of: try evaluate(operand, scope))
      try checkLength(builder.count + text.count)
      builder.append(text)
    }
    return try value(builder.text)
  }

  private func evaluateLogic(_ operands: [Expression], stopsAt: Bool, _ scope: Scope) throws(TemplateError) -> Value {
    var result = Value.none
    for operand in operands {
      result = try evaluate(operand, scope)
      if isTrue(result) == stopsAt { return result }
    }
    return result
  }

  private func evaluateComparison(
    _ first: Expression, _ rest: [(operation: ComparisonOperator, operand: Expression)], _ scope: Scope
  ) throws(TemplateError) -> Bool {
    var left = try evaluate(first, scope)
    for (operation, operand) in rest {
      let right = try evaluate(operand, scope)
      if !(try compare(left, operation, right)) { return false }
      left = right
    }
    return true
  }

  // MARK: Calls

  /// Calls what an expression names. `refusesChanges` where the result is printed: a method that changes its list or
  /// dictionary is then an error.
  func evaluateCall(
    _ callee: Expression, _ arguments: CallArguments, _ scope: Scope, refusesChanges: Bool = false
  ) throws(TemplateError) -> Value {
    if case .attribute(let base, let name) = callee {
      let receiver = try evaluate(base, scope)
      let method = name.string
      // Methods of built-in types are called without making a callable of them first.
      if MethodNames.has(method, receiver) {
        if refusesChanges, MethodNames.changes(method, receiver) {
          throw .runtime("access to attribute '\(method)' of '\(receiver.typeName)' object is unsafe.")
        }
        return try call(method: method, of: receiver, try evaluate(arguments, scope))
      }
      let function = try attribute(name, of: receiver)
      return try call(function, try evaluate(arguments, scope))
    }
    let function = try evaluate(callee, scope)
    return try call(function, try evaluate(arguments, scope))
  }

  func call(_ function: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch function {
    case .callable(let callable): return try call(callable, arguments)
    case .loop(let loop): return try recurse(loop, arguments)
    case .undefined(let undefined): throw undefined.error
    default: throw .runtime("'\(function.typeName)' object is not callable")
    }
  }

  private func call(_ callable: CallableObject, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch callable.kind {
    case .global(let function): return try call(global: function, arguments)
    case .method(let receiver, let name): return try call(method: name, of: receiver, arguments)
    case .macro(let definition, let scope): return try callMacro(definition, scope, arguments)
    case .cycler: throw .runtime("'Cycler' object is not callable")
    case .joiner(let separator):
      try arguments.requireNone("joiner")
      defer { callable.isUsed = true }
      return callable.isUsed ? separator : .string("")
    }
  }

  private func recurse(_ loop: LoopObject, _ arguments: Arguments) throws(TemplateError) -> Value {
    guard let recursion = loop.recursion else {
      throw .runtime("The loop must have the 'recursive' marker to be called recursively.")
    }
    let iterable = try arguments.bound("loop", ["iterable"], required: 1)[0] ?? .none
    callDepth += 1
    defer { callDepth -= 1 }
    if callDepth > limits.callDepth { throw .runtime("loop nests deeper than \(limits.callDepth) levels") }
    let outer = output
    output = TextBuilder()
    _ = try run(recursion.loop, over: iterable, recursion.scope, depth: loop.depth + 1)
    let text = output.text
    output = outer
    return try value(text)
  }
}
