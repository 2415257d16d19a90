import Files

/// How far the loading of a model is.
public struct ModelLoading: Hashable, Sendable {
  /// The model's name.
  public var name: String
  /// 0...1.
  public var fraction: Double
  /// Creates a report.
  public init(name: String, fraction: Double) {
    self.name = name
    self.fraction = fraction
  }
}

/// What a loaded model is.
public struct ModelDescription: Hashable, Sendable {
  /// The name the user knows.
  public var name: String
  /// The file, the folder, or the address of the server.
  public var path: String
  /// What tells these weights from others, for instance the SHA-256 of the file; empty where unknown.
  public var identity: String
  /// The architecture, as the checkpoint names it.
  public var family: String
  /// Number of parameters.
  public var parameters: Int
  /// The quantisation's name, for instance `Q4_1`.
  public var quantisation: String
  /// Tokens that fit, as opened; 0 where unknown.
  public var contextLength: Int
  /// Size of its files in bytes.
  public var bytes: Int
  /// How long loading took; `nil` where nobody measured it.
  public var loading: ModelLoadTimes?
  /// Whether it takes images.
  public var hasVision: Bool

  /// Creates a description.
  public init(
    name: String, path: String, identity: String = "", family: String, parameters: Int, quantisation: String,
    contextLength: Int, bytes: Int, loading: ModelLoadTimes? = nil, hasVision: Bool = false
  ) {
    self.name = name
    self.path = path
    self.identity = identity
    self.family = family
    self.parameters = parameters
    self.quantisation = quantisation
    self.contextLength = contextLength
    self.bytes = bytes
    self.loading = loading
    self.hasVision = hasVision
  }
}

/// An answer begins: everything that is needed to draw it again.
public struct AnswerStart: Hashable, Sendable {
  /// The turn it answers, from 1.
  public var turn: Int
  /// Tokens of the whole prompt; 0 where they are not known before the end.
  public var promptTokens: Int
  /// Of these, tokens at the front that the cache already held.
  public var reusedTokens: Int
  /// The ids of the tokens behind the reused ones.
  public var newTokens: [Int32]
  /// Tokens that fit; 0 where unknown.
  public var contextLength: Int
  /// The settings in force, with the seed that is used.
  public var settings: SamplingSettings
  /// Where the answer stands; `nil` in sessions of programs that knew no branches.
  public var place: TurnPlace?
  /// The tokens at the prompt's end that the answer begins with, as they were chosen before.
  public var prefix: [Int32]
  /// The whole characters they make; of a server's answer that goes on, what came before.
  public var prefixText: String
  /// The weights' identity, as in `ModelDescription`; empty where unknown.
  public var weightsSHA256: String
  /// The SHA-256 of the whole prompt's token ids, by `sha256(ofPrompt:)`; empty where unknown.
  public var promptSHA256: String
  /// What computes, for instance `cpu (avx512, 2 threads)`; empty where unknown.
  public var computedOn: String

  /// Creates a report.
  public init(
    turn: Int, promptTokens: Int, reusedTokens: Int, newTokens: [Int32], contextLength: Int,
    settings: SamplingSettings, place: TurnPlace? = nil, prefix: [Int32] = [], prefixText: String = "",
    weightsSHA256: String = "", promptSHA256: String = "", computedOn: String = ""
  ) {
    self.place = place
    self.prefix = prefix
    self.prefixText = prefixText
    self.turn = turn
    self.promptTokens = promptTokens
    self.reusedTokens = reusedTokens
    self.newTokens = newTokens
    self.contextLength = contextLength
    self.settings = settings
    self.weightsSHA256 = weightsSHA256
    self.promptSHA256 = promptSHA256
    self.computedOn = computedOn
  }

  /// The SHA-256 of token ids, each as four bytes, the least significant first; hexadecimal.
  public static func sha256(ofPrompt tokens: [Int32]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * tokens.count)
    for token in tokens { withUnsafeBytes(of: token.littleEndian) { bytes.append(contentsOf: $0) } }
    return sha256Hex(of: bytes)
  }
}

/// An answer begins later, as the server is busy or broke the request off; another attempt follows.
public struct AnswerDelay: Hashable, Sendable {
  /// What came in place of an answer, in one line.
  public var reason: String
  /// Seconds until the next attempt.
  public var seconds: Int
  /// The next attempt, from 2.
  public var attempt: Int
  /// Attempts in all.
  public var attempts: Int

  /// Creates a report.
  public init(reason: String, seconds: Int, attempt: Int, attempts: Int) {
    self.reason = reason
    self.seconds = seconds
    self.attempt = attempt
    self.attempts = attempts
  }
}

/// How far the prompt is read.
public struct PrefillProgress: Hashable, Sendable {
  /// Tokens read, of those that were new.
  public var done: Int
  /// Tokens to read.
  public var total: Int
  /// Creates a report.
  public init(done: Int, total: Int) {
    self.done = done
    self.total = total
  }
}

/// A token that could have been drawn.
public struct TokenCandidate: Hashable, Sendable {
  /// The token.
  public var id: Int32
  /// Its text on its own.
  public var text: String
  /// The model's logit, before any setting.
  public var logit: Float
  /// Creates a candidate.
  public init(id: Int32, text: String, logit: Float) {
    self.id = id
    self.text = text
    self.logit = logit
  }
}

/// A token of an answer; of a server that does not tell tokens apart, a piece of its text.
public struct GeneratedToken: Hashable, Sendable {
  /// Stands for the id where a server does not tell it; logit and probability are then NaN unless they were asked for.
  public static let unknownID: Int32 = -1

  /// The token.
  public var id: Int32
  /// What it adds to the answer: whole characters only, so it may be empty and a later one bring more.
  public var text: String
  /// The model's logit, before any setting.
  public var logit: Float
  /// The model's probability (0...1) for it, before any setting.
  public var probability: Float
  /// The most likely tokens at this place, best first.
  public var top: [TokenCandidate]
  /// Entropy of the model's distribution at this place, before any setting, in nats; `nil` where it was not recorded.
  public var entropy: Float?

  /// Creates a token.
  public init(
    id: Int32, text: String, logit: Float, probability: Float, top: [TokenCandidate] = [], entropy: Float? = nil
  ) {
    self.entropy = entropy
    self.id = id
    self.text = text
    self.logit = logit
    self.probability = probability
    self.top = top
  }
}

/// Why an answer ended.
public enum AnswerEndReason: Hashable, Sendable {
  /// The model ended its turn.
  case endOfTurn
  /// One of the stop texts came up.
  case stopString
  /// The most tokens that were allowed are reached.
  case length
  /// The user stopped it.
  case cancelled
  /// The context is full.
  case contextFull
  /// The engine failed; the text is one line.
  case failed(String)
}

/// An answer ended.
public struct AnswerEnd: Hashable, Sendable {
  /// Why.
  public var reason: AnswerEndReason
  /// Tokens drawn.
  public var generatedTokens: Int
  /// Tokens of the prompt, where they became known only now.
  public var promptTokens: Int?
  /// Seconds for reading the prompt.
  public var prefillSeconds: Double
  /// Seconds for drawing the tokens.
  public var decodeSeconds: Double
  /// The whole answer.
  public var text: String

  /// Creates a report.
  public init(
    reason: AnswerEndReason, generatedTokens: Int, promptTokens: Int? = nil, prefillSeconds: Double,
    decodeSeconds: Double, text: String
  ) {
    self.reason = reason
    self.generatedTokens = generatedTokens
    self.promptTokens = promptTokens
    self.prefillSeconds = prefillSeconds
    self.decodeSeconds = decodeSeconds
    self.text = text
  }
}
