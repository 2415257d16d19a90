public import Checkpoints
public import Layers
public import Tensors

/// The numbers that describe a language model.
public struct LanguageModelConfiguration: Sendable, Hashable {
  /// The architecture as the checkpoint names it: GGUF's `general.architecture`, Hugging Face's `model_type`.
  public var architecture: String
  /// The name the checkpoint gives itself (GGUF's `general.name`), if any.
  public var name: String?
  /// Transformer blocks.
  public var layers: Int
  /// Width of the residual stream.
  public var hiddenSize: Int
  /// Width inside the MLP.
  public var intermediateSize: Int
  /// Query heads.
  public var heads: Int
  /// Key-value heads.
  public var kvHeads: Int
  /// Values per head.
  public var headSize: Int
  /// Tokens in the vocabulary: the width of the logits.
  public var vocabularySize: Int
  /// Positions the model was made for, in tokens.
  public var contextLength: Int
  /// Base of the rotary frequencies.
  public var ropeTheta: Double
  /// Positions a query sees back, 0 for all.
  public var slidingWindow: Int
  /// Tokens that end a generation, from generation_config.json, config.json or GGUF's metadata; may be empty.
  public var endTokens: [Int32]
  /// Numbers in all parameters; a tied output counts once.
  public var parameterCount: Int
  /// Bytes of all parameters as the checkpoint stores them.
  public var parameterBytes: Int
  /// The element type that most parameters' bytes have.
  public var weightType: ElementType
}

/// For which of the tokens fed a forward pass computes logits.
public enum LogitsSelection: Sendable, Hashable {
  /// For none: the tokens only enter the cache.
  case none
  /// For the last one.
  case last
  /// For the last few.
  case suffix(Int)
  /// For all.
  case all

  /// How many of `tokens` are selected.
  public func count(of tokens: Int) -> Int {
    switch self {
    case .none: 0
    case .last: min(1, tokens)
    case .suffix(let wanted): max(0, min(wanted, tokens))
    case .all: tokens
    }
  }
}

/// A decoder that predicts the next token.
public protocol LanguageModel: Sendable {
  /// What the model is.
  var configuration: LanguageModelConfiguration { get }
  /// The backend that computes.
  var backend: any Backend { get }
  /// The parameters by name.
  var parameters: ParameterRegistry { get }

  /// An empty cache of `capacity` positions in F32, F16, BF16 or Q8_0.
  ///
  /// - Throws: `TensorError` when the type does not fit the head size, or memory runs out.
  func makeCache(capacity: Int, elementType: ElementType) throws -> KVCache

  /// Feeds tokens behind those in the cache and returns F32 logits `[selected, vocabularySize]`.
  ///
  /// Logits are bit for bit the same however a sequence is cut into calls, and on any number of threads.
  ///
  /// - Throws: `TensorError` when the cache has no room or a token is outside the vocabulary; the cache keeps its length.
  func callAsFunction(_ tokens: [Int32], cache: KVCache, logits: LogitsSelection) throws -> Tensor
}
