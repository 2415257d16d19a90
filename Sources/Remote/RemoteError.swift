import Files
import Transfers

/// Why a server could not be used, in one line.
public struct RemoteError: Error, Hashable, CustomStringConvertible {
  /// Subject, what was expected, what came, remedy, in one line.
  public let description: String

  /// Creates an error; control characters of foreign text are escaped, user names and passwords in addresses left out.
  init(_ description: String) {
    self.description = withoutCredentials(escapingControls(description))
  }
}
