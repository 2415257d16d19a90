import Files

/// Why a checkpoint cannot become a model: the file and what it asks for that cannot be.
public struct ModelError: Error, Hashable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What is wrong: the key, what was expected, what was got, and the remedy if there is one.
  public let problem: String

  /// Creates an error; text from the file is escaped in the description.
  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The fault in one line.
  public var description: String { escapingControls("\(path): \(problem)") }
}
