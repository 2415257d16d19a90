/// Turns text into token ids and back, as the model was trained.
public protocol Tokenizer: Sendable {
  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - addSpecial: whether to put the tokens around it that the model expects (BOS, CLS, SEP, EOS).
  ///   - parseSpecial: whether the text of a control token (`<|im_end|>`) becomes that token. Leave it off for text
  ///     from users, documents or models: it is then tokenised as plain characters.
  /// - Throws: `TokenizerError` where a character has no token and the vocabulary has no token for the unknown.
  func encode(_ text: String, addSpecial: Bool, parseSpecial: Bool) throws -> [Int32]

  /// The ids of a text put together from parts: tokenised as one text, so that merges reach across the parts' borders,
  /// but control tokens are read only where a part allows it. No tokens are added around it.
  func encode(_ segments: [TextSegment]) throws -> [Int32]

  /// The text of a sequence of ids; ids outside the vocabulary are left out, incomplete UTF-8 becomes U+FFFD.
  ///
  /// - Parameter skipSpecial: whether control tokens are left out instead of written as their text.
  func decode(_ ids: [Int32], skipSpecial: Bool) -> String

  /// What a token adds to the output in the middle of a text: bytes, for a byte token half a character perhaps;
  /// empty for control tokens and ids outside the vocabulary.
  func pieceBytes(of id: Int32) -> [UInt8]

  /// A decoder for ids that arrive one by one.
  func streamingDecoder(skipSpecial: Bool) -> StreamingDecoder

  /// One more than the largest token id.
  var vocabularySize: Int { get }
  /// The token that begins a text, if there is one.
  var bosToken: Int32? { get }
  /// The token that ends a text, if there is one.
  var eosToken: Int32? { get }
  /// Whether `encode(_:addSpecial:parseSpecial:)` with `addSpecial` begins with the BOS token.
  var addsBOS: Bool { get }
  /// Whether the token steers the model and is no text (also the token for the unknown).
  func isControl(_ id: Int32) -> Bool
  /// Whether generation stops behind this token.
  func isEndOfGeneration(_ id: Int32) -> Bool
}

extension Tokenizer {
  /// A decoder that joins the tokens' pieces.
  public func streamingDecoder(skipSpecial: Bool) -> StreamingDecoder {
    StreamingDecoder(stages: [.byteStream(stripsLeadingSpace: false)]) { id in
      DecodedPiece(bytes: pieceBytes(of: id), isLiteral: true)
    }
  }

  /// The text of a sequence of ids, by the same path as streaming: both always agree.
  public func decode(_ ids: [Int32], skipSpecial: Bool) -> String {
    var decoder = streamingDecoder(skipSpecial: skipSpecial)
    var text = ""
    for id in ids { text += decoder.push(id) }
    return text + decoder.flush()
  }
}
