#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file could not be read or written.
public struct FileError: Error, Hashable, CustomStringConvertible {
  /// What was tried, as a verb: "open", "write".
  public let operation: String
  /// The file, as it was named by the caller.
  public let path: String
  /// What went wrong.
  public let reason: String
  /// The system's error number, 0 where the fault was found by Lathe itself.
  public let code: Int32

  /// Creates an error with a reason of our own.
  public init(operation: String, path: String, reason: String, code: Int32 = 0) {
    self.operation = operation
    self.path = path
    self.reason = reason
    self.code = code
  }

  /// Creates an error from a system call's error number.
  package init(operation: String, path: String, code: Int32) {
    self.init(operation: operation, path: path, reason: String(cString: strerror(code)), code: code)
  }

  /// The fault in one line.
  public var description: String { "cannot \(operation) \(escapingControls(path)): \(reason)" }
}

/// The text with everything a terminal could act on written out: C0, DEL, C1, line and paragraph separators and
/// the marks that reorder text become `\n` or `\u{1B}`. For names and values from untrusted files in messages.
package func escapingControls(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x0A: result += "\\n"
    case 0x0D: result += "\\r"
    case 0x09: result += "\\t"
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
      result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
