/// Why a tokenizer could not be loaded, or a text not be tokenised.
public struct TokenizerError: Error, Hashable, CustomStringConvertible {
  /// The fault in one line; control characters from files are escaped.
  public let description: String

  /// Creates an error; the message is made safe for a terminal and cut at 400 characters.
  public init(_ message: String) {
    var safe = ""
    for scalar in message.unicodeScalars.prefix(400) {
      let value = scalar.value
      if value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0x2028 || value == 0x2029 {
        safe += "\\u{" + String(value, radix: 16) + "}"
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
    description = safe
  }
}
