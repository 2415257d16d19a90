/// Why a template could not be compiled or rendered.
public struct TemplateError: Error, Hashable, CustomStringConvertible {
  /// Who refused.
  public enum Kind: String, Sendable {
    /// The source is no template.
    case compile
    /// An operation failed while rendering, or a limit was reached.
    case runtime
    /// The template called `raise_exception`.
    case raiseException = "raise_exception"
  }

  /// Who refused.
  public let kind: Kind
  /// What went wrong, in Python's words where Jinja2 has some; for `raiseException` the template's own message.
  public let message: String
  /// Line of the template (from 1), where known.
  public var line: Int?

  /// Creates an error.
  public init(kind: Kind, message: String, line: Int? = nil) {
    self.kind = kind
    self.message = message
    self.line = line
  }

  static func runtime(_ message: String) -> TemplateError { TemplateError(kind: .runtime, message: message) }

  /// The fault in one line, safe to print: control characters are escaped.
  public var description: String {
    let place = line.map { " (line \($0))" } ?? ""
    let subject =
      switch kind {
      case .compile: "chat template does not compile: "
      case .runtime: "chat template failed: "
      case .raiseException: "chat template refused the conversation: "
      }
    return subject + TemplateError.printable(message) + place
  }

  /// A text with its control characters escaped, cut to a length that fits an error line.
  static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(2000) {
      switch scalar.value {
      case 0x0A: result += "\\n"
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: result += "\\x" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
