/// A vocabulary as a GGUF file gives it (`tokenizer.ggml.*`), as plain values.
public struct VocabularyMetadata: Sendable {
  /// The kind of a token, with GGUF's numbers.
  public enum TokenType: Int32, Sendable {
    case undefined = 0
    case normal, unknown, control, userDefined, unused, byte
  }

  /// `tokenizer.ggml.model`: gpt2, llama, bert or t5.
  public var model: String
  /// `tokenizer.ggml.pre`: how text is split, of gpt2 models.
  public var preTokenizer: String?
  /// The texts of the tokens, by id.
  public var tokens: [[UInt8]]
  /// Scores of llama and t5 models.
  public var scores: [Float]?
  /// The kinds of the tokens; all normal where absent.
  public var tokenTypes: [Int32]?
  /// Merges of gpt2 models: two symbols with a space between.
  public var merges: [[UInt8]]?
  /// Token ids with a task; ids outside the vocabulary count as absent.
  public var bosToken, eosToken, unknownToken, separatorToken, paddingToken, maskToken: Int?
  /// Tokens that end a turn and a message.
  public var endOfTurnToken, endOfMessageToken: Int?
  /// Whether BOS and EOS belong around a text; the model's default where absent.
  public var addsBOS, addsEOS: Bool?
  /// Whether a space goes in front of a text, of llama and t5 models.
  public var addsSpacePrefix: Bool?
  /// Whether runs of spaces become one, of t5 models.
  public var removesExtraSpaces: Bool?
  /// Whether a space belongs to the word before it, of t5 models.
  public var spaceIsSuffix: Bool?
  /// SentencePiece's compiled character map, of t5 models.
  public var precompiledMap: [UInt8]?
  /// Whether bert models take text as lower case and without accents; both where absent.
  public var lowercases, stripsAccents: Bool?

  /// Creates a vocabulary of which only the kind and the tokens are known.
  public init(model: String, tokens: [[UInt8]]) {
    self.model = model
    self.tokens = tokens
  }
}
