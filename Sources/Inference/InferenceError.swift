/// Why a model cannot be used or a prompt cannot be answered, in one line.
public struct InferenceError: Error, Hashable, CustomStringConvertible, Sendable {
  /// Operation, subject, expected, got and remedy.
  public let description: String

  /// Creates an error.
  public init(_ description: String) { self.description = description }
}
