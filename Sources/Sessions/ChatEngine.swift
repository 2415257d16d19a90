/// Which model to load and how.
public struct ModelRequest: Hashable, Sendable {
  /// A name, a file, a folder or a model on a server, as the user gave it.
  public var model: String
  /// Tokens of context; `nil` is the model's own.
  public var contextLength: Int?
  /// Creates a request.
  public init(model: String, contextLength: Int? = nil) {
    self.model = model
    self.contextLength = contextLength
  }
}

/// What to answer and how.
public struct AnswerRequest: Hashable, Sendable {
  /// The turn, from 1; comes back in `AnswerStart`.
  public var turn: Int
  /// The conversation so far, ending with the question; a system message comes first where there is one.
  public var messages: [ChatMessage]
  /// The settings, with the seed of this turn.
  public var settings: SamplingSettings
  /// Where the answer will stand; comes back in `AnswerStart`.
  public var place: TurnPlace?
  /// Tokens that the answer begins with.
  public var prefix: [Int32]
  /// What is there of the answer already, where its tokens are not known: a server's answer that was cut off.
  public var beginning: String
  /// The session's folder, in which `SessionBlobs` finds the images of the messages; `nil` where none is recorded.
  public var session: String?
  /// Creates a request.
  public init(
    turn: Int, messages: [ChatMessage], settings: SamplingSettings, place: TurnPlace? = nil, prefix: [Int32] = [],
    beginning: String = ""
  ) {
    self.place = place
    self.prefix = prefix
    self.beginning = beginning
    self.turn = turn
    self.messages = messages
    self.settings = settings
  }
}

/// Something that answers questions and reports what it does as events.
///
/// All calls return at once; the work runs on the engine's own threads, one request after the other. `emit` may be
/// called from any thread, but not from two at the same time, and does not block.
public protocol ChatEngine: AnyObject, Sendable {
  /// Loads a model in place of the one before. Reports `modelLoading` any number of times, then `modelReady` or
  /// `modelFailed`.
  func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void)

  /// Answers. Reports, behind `answerDelayed` any number of times, either `answerRefused`, or `answerStarted`,
  /// `prefillProgress` any number of times, `token` for each token drawn and, in every case, `answerFinished`.
  func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void)

  /// Ends the latest answer asked for soon, in prefill and before it has begun too: it reports `answerStarted` and
  /// `answerFinished` as `cancelled`, with what is there. Does nothing when every answer is finished.
  func stop()
}

extension SamplingSettings {
  /// These settings with the seed of one answer of a chat.
  ///
  /// The first turn takes the session's seed itself, so it draws what a single answer with that seed draws; later
  /// turns mix the turn in (SplitMix64, Steele et al. 2014). A continued session so draws the tokens of an unbroken one.
  ///
  /// - Parameter attempt: how many answers the question has already: each is drawn with another seed.
  public func forTurn(_ turn: Int, attempt: Int = 0) -> SamplingSettings {
    guard let seed, turn > 1 || attempt > 0 else { return self }
    let number = UInt64(truncatingIfNeeded: turn) &+ UInt64(truncatingIfNeeded: attempt) << 32
    var mixed = seed &+ number &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    var settings = self
    settings.seed = mixed ^ (mixed >> 31)
    return settings
  }
}
