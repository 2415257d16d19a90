public import Sessions

/// One piece of a transcript.
public struct Entry: Hashable, Sendable {
  /// What it is.
  public enum Kind: Hashable, Sendable {
    case question
    case answer(Answer)
    case notice(Notice.Severity)
  }

  /// What it is.
  public var kind: Kind
  /// The number of a question or an answer in the session, from 1; 0 for a notice.
  public var id: Int
  /// The turn it follows; 0 for none.
  public var parent: Int
  /// Questions on the way to it, itself included.
  public var turn: Int
  /// The text as it was written: untrusted, made safe when it is drawn.
  public var text: String
  /// The images that belong to it.
  public var images: [ImageReference] = []
  /// Whether it is no part of the conversation any more: a question that was refused, an answer that was drawn anew.
  public var isWithdrawn = false

  /// Whether it is a question or an answer that belongs to the conversation.
  public var isTurn: Bool { id > 0 && !isWithdrawn }
}

/// What is known of an answer beside its text.
public struct Answer: Hashable, Sendable {
  /// How far it is.
  public enum State: Hashable, Sendable {
    case streaming
    case finished(AnswerEndReason)
    /// The program ended while it was drawn.
    case cutOff
  }

  /// How far it is.
  public var state = State.streaming
  /// Tokens of the prompt.
  public var promptTokens: Int
  /// Of these, tokens that were read now.
  public var newTokens: Int
  /// Tokens drawn so far.
  public var tokens = 0
  /// When it began, in seconds of the session.
  public var started: Double
  /// When the first token came.
  public var firstToken: Double?
  /// When the latest token came.
  public var latestToken: Double?
  /// The model that drew it; empty where it is not known.
  public var model = ""
  /// How its tokens were chosen, with the seed that was used.
  public var settings = SamplingSettings()
  /// Where it left another answer; `nil` when it was drawn from its beginning.
  public var fork: TokenFork?

  /// Tokens a second, behind the first.
  var tokensPerSecond: Double? {
    guard let firstToken, let latestToken, tokens > 1, latestToken > firstToken else { return nil }
    return Double(tokens - 1) / (latestToken - firstToken)
  }

  /// A mark behind the answer, where it did not end by itself.
  var remark: String? {
    switch state {
    case .streaming, .finished(.endOfTurn), .finished(.stopString): nil
    case .finished(.length): "[ended at the most tokens allowed]"
    case .finished(.cancelled): "[stopped]"
    case .finished(.contextFull): "[ended: the context is full]"
    case .finished(.failed): "[failed]"
    case .cutOff: "[cut off when the program ended]"
    }
  }
}
