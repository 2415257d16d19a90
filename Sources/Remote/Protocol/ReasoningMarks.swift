/// How the reasoning that a server sends apart stands in an answer's text: as models write it that reason in the text.
enum ReasoningMarks {
  static let opening = "<think>\n"
  static let closing = "\n</think>\n\n"

  /// An earlier answer without the reasoning before it.
  static func removed(from answer: String) -> String {
    guard answer.hasPrefix(opening), let end = answer.firstRange(of: closing)?.upperBound else { return answer }
    return String(answer[end...])
  }
}
