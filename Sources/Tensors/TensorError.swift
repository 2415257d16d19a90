/// An operation was given what it cannot work on, or memory ran out; one line says operation, argument, expected and got.
public struct TensorError: Error, Hashable, CustomStringConvertible {
  /// The operation that refused, as its method is called.
  public let operation: String
  /// The argument at fault.
  public let argument: String
  /// What the operation would take.
  public let expected: String
  /// What it was given.
  public let got: String

  /// Creates an error from its four parts.
  public init(operation: String, argument: String, expected: String, got: String) {
    self.operation = operation
    self.argument = argument
    self.expected = expected
    self.got = got
  }

  /// The fault in one line.
  public var description: String { "\(operation): \(argument): expected \(expected), got \(got)" }

  /// A wrong shape; `nil` in `expected` stands for any dimension.
  package static func shape(_ operation: String, _ argument: String, expected: [Int?], got: Shape) -> TensorError {
    let wanted = expected.map { $0.map(String.init) ?? "*" }.joined(separator: ", ")
    return TensorError(operation: operation, argument: argument, expected: "[\(wanted)]", got: "\(got)")
  }

  /// A wrong element type.
  package static func type(
    _ operation: String, _ argument: String, expected: String, got: ElementType
  ) -> TensorError {
    TensorError(operation: operation, argument: argument, expected: expected, got: got.name)
  }

  /// The system gave no memory.
  package static func memory(_ operation: String, bytes: Int) -> TensorError {
    TensorError(operation: operation, argument: "memory", expected: "\(bytes) bytes", got: "none from the system")
  }
}
