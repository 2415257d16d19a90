/// A part of a text, and whether control tokens may be read in it.
public struct TextSegment: Hashable, Sendable {
  /// The text.
  public let text: String
  /// Whether the text of a control token becomes that token; off for text from users, documents or models.
  public let parseSpecial: Bool

  /// Creates a part.
  public init(_ text: String, parseSpecial: Bool) {
    self.text = text
    self.parseSpecial = parseSpecial
  }
}
