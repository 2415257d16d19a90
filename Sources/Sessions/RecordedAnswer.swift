/// An answer of a recorded session with all that is needed to draw it again.
public struct RecordedAnswer: Hashable, Sendable {
  /// How it began: turn, settings with the seed, context length, identity of the weights.
  public let start: AnswerStart
  /// The model, as the user gave it.
  public let model: String
  /// The whole prompt; `nil` where the session does not hold it any more, as after a redaction.
  public let prompt: [Int32]?
  /// The tokens that were drawn.
  public internal(set) var tokens: [GeneratedToken] = []
  /// How it ended; `nil` when the program ended first.
  public internal(set) var end: AnswerEnd?

  /// Whether more tokens would have come: the user stopped it, or the program ended.
  public var isCutShort: Bool {
    switch end?.reason {
    case nil, .cancelled, .failed: true
    default: false
    }
  }
}

extension SessionLog {
  /// The answers in the order in which they were drawn.
  ///
  /// A log holds of each prompt what was new to the cache, which kept the prompt before with its answer.
  public var answers: [RecordedAnswer] {
    var answers: [RecordedAnswer] = []
    var cached: [Int32] = []
    var (model, weights) = (header.model, "")
    var isDrawing = false
    for event in events {
      switch event.event {
      case .opened(let opening), .changed(let opening): model = opening.model
      // Also a model that only draws an answer to be compared.
      case .modelLoading(let loading): model = loading.name
      case .modelReady(let description):
        weights = description.identity
        cached = []
      case .answerStarted(var start):
        if start.weightsSHA256.isEmpty { start.weightsSHA256 = weights }
        let prompt = SessionLog.prompt(of: start, cached: cached)
        answers.append(RecordedAnswer(start: start, model: model, prompt: prompt))
        cached = prompt ?? []
        isDrawing = true
      case .token(let token) where isDrawing:
        answers[answers.count - 1].tokens.append(token)
        cached.append(token.id)
      case .answerFinished(let end) where isDrawing:
        answers[answers.count - 1].end = end
        isDrawing = false
      default: break
      }
    }
    return answers
  }

  private static func prompt(of start: AnswerStart, cached: [Int32]) -> [Int32]? {
    guard start.reusedTokens >= 0, start.reusedTokens <= cached.count else { return nil }
    let prompt = cached[..<start.reusedTokens] + start.newTokens
    guard prompt.count == start.promptTokens, !prompt.isEmpty else { return nil }
    // Sessions of before the hash was kept can only be believed.
    guard start.promptSHA256.isEmpty || AnswerStart.sha256(ofPrompt: Array(prompt)) == start.promptSHA256 else {
      return nil
    }
    return Array(prompt)
  }
}
