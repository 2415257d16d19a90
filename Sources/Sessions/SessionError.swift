package import Files

/// Why a session could not be recorded, read or found.
public struct SessionError: Error, Hashable, CustomStringConvertible {
  /// What was tried, as a verb: "open", "record".
  public let operation: String
  /// The session's folder or name.
  public let subject: String
  /// What went wrong, and what to do where that is known.
  public let reason: String

  /// Creates an error.
  public init(operation: String, subject: String, reason: String) {
    self.operation = operation
    self.subject = subject
    self.reason = reason
  }

  package init(_ operation: String, _ error: FileError) {
    self.init(operation: operation, subject: error.path, reason: error.reason)
  }

  /// The fault in one line.
  public var description: String { "cannot \(operation) session \(escapingControls(subject)): \(reason)" }
}
