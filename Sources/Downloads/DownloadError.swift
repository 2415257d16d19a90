import Files
import Transfers

/// Why a download or a search for a model failed, in one line.
public struct DownloadError: Error, Hashable, CustomStringConvertible, Sendable {
  /// What kind of failure it was, for callers that act on it.
  public enum Kind: Hashable, Sendable {
    /// The server could not be reached at all.
    case notReached
    /// The connection broke or the server failed; trying again may help.
    case interrupted
    /// The server refused: no such file, no permission.
    case refused
    /// What arrived is not what was asked for.
    case mismatch
    /// The file could not be written.
    case disk
    /// The caller asked for something impossible.
    case request
    /// The user stopped it.
    case stopped
  }

  /// What kind of failure it was.
  public let kind: Kind
  /// Operation, subject, expected, got and remedy, in one line.
  public let description: String

  /// Creates an error; control characters of foreign text in the description are escaped, user names and passwords
  /// in addresses left out.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = withoutCredentials(escapingControls(description))
  }
}
