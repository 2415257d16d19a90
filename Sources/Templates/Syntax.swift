/// A value written in the source.
enum Literal: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case bigInteger(BigInteger)
  case float(Double)
  case text(Text)
}

enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

struct CallArguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  var spread: Expression?
  var spreadNamed: Expression?
}

/// An expression. Chains of operators of one precedence are flat, so the depth of the tree is the depth of the source.
indirect enum Expression: Sendable {
  case literal(Literal)
  /// A variable, by the index of its name.
  case name(Int)
  case tuple([Expression])
  case list([Expression])
  case dictionary([(key: Expression, value: Expression)])
  case not(Expression)
  case negate(Expression)
  case plus(Expression)
  /// Operators of one precedence, applied from the left.
  case arithmetic(Expression, [(operation: ArithmeticOperator, operand: Expression)])
  case concatenate([Expression])
  case all([Expression])
  case any([Expression])
  case compare(Expression, [(operation: ComparisonOperator, operand: Expression)])
  case conditional(test: Expression, then: Expression, otherwise: Expression?)
  case attribute(Expression, Text)
  case item(Expression, Expression)
  case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
  case call(Expression, CallArguments)
  case filter(Expression, name: String, CallArguments)
  case test(Expression, name: String, CallArguments)
  /// The text a filter or set block has captured.
  case captured
}

/// What can stand left of `=`.
indirect enum AssignmentTarget: Sendable {
  case name(Int)
  case tuple([AssignmentTarget])
  case attribute(of: Int, name: Text)
}

/// A macro, or the body of a call block.
final class MacroDefinition: Sendable {
  let name: String
  let parameters: [(name: Int, spelling: String, standard: Expression?)]
  let body: [Statement]
  let usesVarargs: Bool
  let usesKwargs: Bool
  let usesCaller: Bool

  init(
    name: String, parameters: [(name: Int, spelling: String, standard: Expression?)], body: [Statement],
    specialNames: Set<String>
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    usesVarargs = specialNames.contains("varargs")
    usesKwargs = specialNames.contains("kwargs")
    usesCaller = specialNames.contains("caller")
  }
}

final class ForLoop: Sendable {
  let target: AssignmentTarget
  let iterable: Expression
  let condition: Expression?
  let isRecursive: Bool
  let body: [Statement]
  let otherwise: [Statement]

  init(
    target: AssignmentTarget, iterable: Expression, condition: Expression?, isRecursive: Bool, body: [Statement],
    otherwise: [Statement]
  ) {
    self.target = target
    self.iterable = iterable
    self.condition = condition
    self.isRecursive = isRecursive
    self.body = body
    self.otherwise = otherwise
  }
}

/// A statement with its line.
struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(Text)
    case output(Expression)
    case ifElse(branches: [(test: Expression, body: [Statement])], otherwise: [Statement])
    case forLoop(ForLoop)
    case set(AssignmentTarget, Expression)
    /// `{% set x | filter %}...{% endset %}`; the expression stands on `.captured`.
    case setBlock(AssignmentTarget, Expression, body: [Statement])
    case macro(Int, MacroDefinition)
    case callBlock(MacroDefinition, callee: Expression, CallArguments)
    case filterBlock(Expression, body: [Statement])
    case with([(target: AssignmentTarget, value: Expression)], body: [Statement])
    /// A body with a scope of its own: a `generation` or `block` tag.
    case scope(body: [Statement], seesLocals: Bool)
    /// A tag that needs other templates.
    case loadTemplate(String)
    case breakLoop
    case continueLoop
  }

  let line: Int
  let kind: Kind
}

/// A compiled template.
struct Program: Sendable {
  let statements: [Statement]
  /// The spelling of each variable, by index.
  let names: [String]
  let sourceBytes: Int
}
