#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The key that a server asks for. It goes into one request header and nowhere else: printing it shows `[key]`.
public struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let secret: String

  /// The variables that it is taken from; the first that is set counts.
  static let variables = ["LATHE_API_KEY", "OPENAI_API_KEY"]

  /// Takes the key from the environment; `nil` when none is set.
  ///
  /// - Throws: when it holds what cannot stand in a header.
  public static func fromEnvironment() throws(RemoteError) -> APIKey? {
    for variable in variables {
      guard let text = getenv(variable).map({ String(cString: $0).trimmed }), !text.isEmpty else { continue }
      guard let key = APIKey(text) else {
        throw RemoteError("\(variable): the key holds spaces or control characters; set it anew")
      }
      return key
    }
    return nil
  }

  /// Wraps a key; `nil` when it is empty or holds what would break a header.
  init?(_ secret: String) {
    guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    self.secret = secret
  }

  /// The header line that carries it.
  var header: String { "Authorization: Bearer \(secret)" }

  /// A text without the key, as servers repeat it in their messages; also without its beginning where the text was cut.
  func removed(from text: String) -> String {
    var text = text.replacing(secret, with: "[key]")
    for length in stride(from: secret.count - 1, through: 4, by: -1) {
      let start = String(secret.prefix(length))
      if text.hasSuffix(start) { text = text.dropLast(length) + "[key]" }
      text = text.replacing(start + "…", with: "[key]…")
    }
    return text
  }

  /// Hides the key.
  public var description: String { "[key]" }
  /// Hides the key from dumps, too.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
