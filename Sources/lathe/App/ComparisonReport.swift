import Drawing
import JSONText
import Screens
import Sessions

/// One of two answers that are compared.
struct ComparedAnswer {
  let model: ModelDescription
  let settings: SamplingSettings
  let end: AnswerEnd

  /// Tokens a second, behind the first, which comes with the prompt.
  var tokensPerSecond: Double? {
    end.decodeSeconds > 0 && end.generatedTokens > 1 ? Double(end.generatedTokens - 1) / end.decodeSeconds : nil
  }

  /// What tells it from the other, and how it went.
  var facts: String {
    let name = [model.name, model.quantisation].filter { !$0.isEmpty }.joined(separator: " ")
    let seed = settings.seed.map { ", seed \($0)" } ?? ""
    let speed = tokensPerSecond.map { ", \($0.rounded(toPlaces: 1)) tokens/s" } ?? ""
    return printableLine(
      "\(name), temperature \(settings.temperature)\(seed): \(end.generatedTokens) tokens\(speed), \(end.reason.name)")
  }
}

/// Two answers to one question, for people and for scripts.
struct ComparisonReport {
  let messages: [ChatMessage]
  let left: ComparedAnswer
  let right: ComparedAnswer
  private let difference: WordDifference

  init(messages: [ChatMessage], left: ComparedAnswer, right: ComparedAnswer) {
    self.messages = messages
    self.left = left
    self.right = right
    difference = WordDifference(left.end.text, right.end.text)
  }

  /// - Throws: when one of them is no whole answer: there is nothing to choose between.
  func check() throws(WaitingEngine.Failure) {
    for (place, answer) in [("left", left), ("right", right)] {
      guard case .failed(let message) = answer.end.reason else { continue }
      throw WaitingEngine.Failure(description: "the \(place) answer is not whole: \(message)")
    }
  }

  /// A line of a preference file.
  func pair(preferring place: CompareCommand.Place) -> PreferencePair {
    let (chosen, rejected) = place == .left ? (left, right) : (right, left)
    return PreferencePair(prompt: messages, chosen: chosen.end.text, rejected: rejected.end.text)
  }

  /// Both answers, one after the other.
  ///
  /// - Parameter isUnderlined: whether a terminal underlines what the other lacks; else marks stand around it.
  func text(isUnderlined: Bool) -> String {
    let underline = ("\u{1B}[4m", "\u{1B}[24m")
    let (one, other) = isUnderlined ? (underline, underline) : (("[-", "-]"), ("{+", "+}"))
    return "left   \(left.facts)\nright  \(right.facts)\n"
      + "\nleft:\n\(ComparisonReport.marked(difference.left, one))\n"
      + "\nright:\n\(ComparisonReport.marked(difference.right, other))\n"
      + (left.end.text == right.end.text ? "\nThe answers are the same.\n" : "")
  }

  /// A text with marks around what the other lacks. White space between two such words is no reason to stop, line ends
  /// are: a mark never reaches over one.
  private static func marked(_ pieces: [WordDifference.Piece], _ marks: (String, String)) -> String {
    var text = ""
    var gap: String?
    for piece in pieces {
      let shown = printable(piece.text)
      if piece.isDifferent {
        text += gap ?? marks.0
        text += shown
        gap = ""
      } else if let before = gap, before.isEmpty, shown.allSatisfy({ $0 == " " }) {
        gap = shown
      } else {
        if let before = gap { text += marks.1 + before }
        text += shown
        gap = nil
      }
    }
    return text + (gap.map { marks.1 + $0 } ?? "")
  }

  var json: JSONValue {
    [
      "prompt": .array(messages.map { ["role": .string($0.role), "content": .string($0.content)] }),
      "left": ComparisonReport.json(left, difference.left), "right": ComparisonReport.json(right, difference.right),
    ]
  }

  private static func json(_ answer: ComparedAnswer, _ pieces: [WordDifference.Piece]) -> JSONValue {
    [
      "model": .string(answer.model.name), "identity": .string(answer.model.identity),
      "settings": answer.settings.json, "text": .string(answer.end.text), "end": .string(answer.end.reason.name),
      "only_here": .array(pieces.filter(\.isDifferent).map { .string($0.text) }),
      "prompt_tokens": answer.end.promptTokens.map { .integer($0) } ?? nil,
      "generated_tokens": .integer(answer.end.generatedTokens),
      "first_token_seconds": .double(answer.end.prefillSeconds),
      "decode_seconds": .double(answer.end.decodeSeconds),
      "decode_tokens_per_second": answer.tokensPerSecond.map { .double($0) } ?? nil,
    ]
  }
}
