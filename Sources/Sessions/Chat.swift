/// One message of a conversation.
public struct ChatMessage: Hashable, Sendable {
  /// `system`, `user`, `assistant` or `tool`.
  public var role: String
  /// The text.
  public var content: String
  /// The images that belong to it, before the text.
  public var images: [ImageReference]

  /// Creates a message.
  public init(role: String, content: String, images: [ImageReference] = []) {
    self.role = role
    self.content = content
    self.images = images
  }
}

/// How the next token is chosen; the defaults sample at temperature 0.7 as chat users expect.
///
/// Order of application: logit bias, penalties and DRY, then top-k, typical, top-p, min-p, temperature, draw
/// (mirostat 2 replaces the filters). A value that is `nil` or neutral switches its step off.
public struct SamplingSettings: Hashable, Sendable {
  /// 0 is greedy.
  public var temperature: Float = 0.7
  /// Keep the k best; 0 keeps all.
  public var topK: Int = 40
  /// Nucleus: keep the smallest set whose probability reaches this; 1 keeps all.
  public var topP: Float = 0.95
  /// Keep tokens at least this fraction as probable as the best; 0 keeps all.
  public var minP: Float = 0.05
  /// Locally typical sampling (Meister et al. 2022); 1 switches it off.
  public var typicalP: Float = 1
  /// Divides positive and multiplies negative logits of recent tokens (Keskar et al. 2019); 1 switches it off.
  public var repetitionPenalty: Float = 1
  /// Subtracted once from the logit of every recent token.
  public var presencePenalty: Float = 0
  /// Subtracted from the logit of a recent token once per occurrence.
  public var frequencyPenalty: Float = 0
  /// Recent tokens that the penalties look at; -1 is the whole context.
  public var penaltyWindow: Int = 64
  /// DRY's multiplier; 0 switches it off.
  public var dryMultiplier: Float = 0
  /// DRY's base: the penalty is multiplier * base ^ (match length - allowed length).
  public var dryBase: Float = 1.75
  /// Repeats up to this length are free.
  public var dryAllowedLength: Int = 2
  /// Texts that end a DRY match.
  public var drySequenceBreakers: [String] = ["\n", ":", "\"", "*"]
  /// Mirostat 2's target surprise in bits (Basu et al. 2021); 0 switches it off.
  public var mirostatTau: Float = 0
  /// Mirostat 2's learning rate.
  public var mirostatEta: Float = 0.1
  /// Added to the logits of these token ids.
  public var logitBias: [Int: Float] = [:]
  /// The answer ends before any of these texts.
  public var stop: [String] = []
  /// Most tokens an answer may have; 0 is as many as the context holds.
  public var maximumTokens: Int = 0
  /// Seed of the random stream; `nil` draws one, which the events then report.
  public var seed: UInt64?

  /// Creates the default settings.
  public init() {}
}
