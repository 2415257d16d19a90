public import Sessions

/// Draws a recorded answer again and compares it with the recording, token by token.
public struct Rerun {
  /// What came of it.
  public enum Outcome: Hashable, Sendable {
    /// Every token is the same; `logits` is the largest difference between the logits of the tokens drawn.
    case identical(tokens: Int, logits: Float)
    /// The first place at which the tokens differ, from 0; `nil` where one of the two had ended.
    case differs(at: Int, recorded: GeneratedToken?, now: GeneratedToken?)
  }

  /// Draws the answer.
  ///
  /// - Parameters:
  ///   - answer: the recording.
  ///   - generator: a context of the recorded length on the model.
  ///   - top: how many of the likeliest tokens to tell where it differs.
  /// - Throws: `InferenceError` when the prompt is not known or not of this model; what the model throws.
  public static func run(_ answer: RecordedAnswer, on generator: Generator, top: Int = 5) throws -> Outcome {
    guard let prompt = answer.prompt else {
      throw InferenceError(
        "turn \(answer.start.turn): the session does not hold the prompt's tokens (it was redacted, or is damaged)")
    }
    try generator.model.checkVocabulary(of: prompt)
    let model = generator.model
    let sampler = Sampler(answer.start.settings, text: { model.text(of: $0) })
    var count = 0
    var largest: Float = 0
    var difference: Outcome?
    let recorded = answer.tokens
    let end = try generator.answer(
      prompt, sampler: sampler, prefixCount: answer.start.prefix.count, top: top,
      isStopped: { difference != nil || (answer.isCutShort && count >= recorded.count) }
    ) { report in
      guard case .token(let token) = report, difference == nil else { return }
      let before = count < recorded.count ? recorded[count] : nil
      if before?.id == token.id, let before {
        // Of two that are infinite the difference is no number, and they are equal.
        if before.logit != token.logit { largest = max(largest, abs(before.logit - token.logit)) }
        count += 1
      } else {
        difference = .differs(at: count, recorded: before, now: token)
      }
    }
    if let difference { return difference }
    if case .failed(let reason) = end.reason { throw InferenceError("turn \(answer.start.turn): \(reason)") }
    if count < recorded.count { return .differs(at: count, recorded: recorded[count], now: nil) }
    return .identical(tokens: count, logits: largest)
  }
}

extension GeneratedToken {
  /// The likeliest tokens at this place with their probabilities (0...1), which follow from this token's own.
  public var distribution: [(candidate: TokenCandidate, probability: Double)] {
    guard probability > 0 else { return [] }
    let logSumExp = Double(logit) - naturalLogarithm(Double(probability))
    return top.map { ($0, exponential(Double($0.logit) - logSumExp)) }
  }
}
