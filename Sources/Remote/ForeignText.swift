/// The beginning of a foreign text, for messages.
func beginning(of text: String, limit: Int = 300) -> String {
  text.count > limit ? text.prefix(limit) + "…" : text
}

extension String {
  /// The text without white space around it.
  var trimmed: String {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(self[...last].drop { $0.isWhitespace })
  }
}
