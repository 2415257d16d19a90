/// A tokenizer put together from a file: text is searched for added tokens, normalized, split, tokenised piece by
/// piece and framed; ids go back through the decoders.
public final class PipelineTokenizer: Tokenizer {
  /// What stands around a text when special tokens are added.
  enum FramePart: Sendable {
    case tokens([Int32])
    case text
  }

  /// How a token's text in the vocabulary becomes what decoders see.
  enum PieceRule: Sendable {
    /// As it is: the decoders of a tokenizer.json do the rest.
    case text
    /// GGUF: characters of the byte alphabet.
    case byteLevel
    /// GGUF: U+2581 is a space, byte tokens are bytes.
    case sentencePiece
    /// GGUF: U+2581 begins a word.
    case wordPiece
  }

  struct Parts: Sendable {
    /// Token texts by id, empty where an id has no token.
    var pieces: [[UInt8]]
    var added: [AddedToken]
    /// Tokens that are no text.
    var control: Set<Int32> = []
    /// Tokens of GGUF type byte.
    var bytes: Set<Int32> = []
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var model: TokenModel
    var frame: [FramePart] = [.text]
    var decoders: [DecoderStage]
    var pieceRule = PieceRule.text
    var bosToken: Int32?
    var eosToken: Int32?
    var endTokens: Set<Int32> = []
  }

  let parts: Parts
  private let added: AddedTokens
  private let addedByID: [Int32: AddedToken]

  init(_ parts: Parts) {
    self.parts = parts
    added = AddedTokens(parts.added, normalizer: parts.normalizer)
    addedByID = Dictionary(parts.added.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
  }

  /// One more than the largest token id.
  public var vocabularySize: Int { parts.pieces.count }
  /// The token that begins a text.
  public var bosToken: Int32? { parts.bosToken }
  /// The token that ends a text.
  public var eosToken: Int32? { parts.eosToken }
  /// Whether the BOS token is put in front when special tokens are added.
  public var addsBOS: Bool {
    if case .tokens(let ids)? = parts.frame.first { ids.first != nil && ids.first == parts.bosToken } else { false }
  }
  /// Whether a token is no text.
  public func isControl(_ id: Int32) -> Bool { parts.control.contains(id) }
  /// Whether generation stops behind a token.
  public func isEndOfGeneration(_ id: Int32) -> Bool { parts.endTokens.contains(id) }

  /// The ids of a text.
  public func encode(_ text: String, addSpecial: Bool, parseSpecial: Bool) throws -> [Int32] {
    let bytes = Array(text.utf8)
    let body = try encodeBody(bytes, special: parseSpecial ? [0..<bytes.count] : [])
    guard addSpecial else { return body }
    return parts.frame.flatMap { part -> [Int32] in
      switch part {
      case .tokens(let ids): ids
      case .text: body
      }
    }
  }

  /// The ids of a text put together from parts.
  public func encode(_ segments: [TextSegment]) throws -> [Int32] {
    var bytes: [UInt8] = []
    var special: [Range<Int>] = []
    for segment in segments {
      let start = bytes.count
      bytes += segment.text.utf8
      if segment.parseSpecial { special.append(start..<bytes.count) }
    }
    return try encodeBody(bytes, special: special)
  }

  /// - Parameter special: the stretches, in order, in which control tokens are read.
  private func encodeBody(_ text: [UInt8], special: [Range<Int>]) throws(TokenizerError) -> [Int32] {
    guard text.count < 1 << 30 else {
      throw TokenizerError("tokenize: text of \(text.count) bytes, at most \(1 << 30) in one go; split it")
    }
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 8)
    var session = ModelSession(parts.model)
    for span in added.split(text, isNormalized: false, special: special) {
      if let id = span.id {
        ids.append(id)
        continue
      }
      let whole = span.range.count == text.count ? text : Array(text[span.range])
      let normalized = parts.normalizer?.normalize(whole) ?? whole
      // Normalizing moves places, so a stretch counts as a whole.
      let isSpecial = special.contains {
        $0.lowerBound <= span.range.lowerBound && span.range.upperBound <= $0.upperBound
      }
      let innerSpecial = isSpecial ? [0..<normalized.count] : []
      for inner in added.split(normalized, isNormalized: true, special: innerSpecial) {
        if let id = inner.id {
          ids.append(id)
          continue
        }
        let stretch = inner.range.count == normalized.count ? normalized : Array(normalized[inner.range])
        let isAtStart = span.range.lowerBound == 0 && inner.range.lowerBound == 0
        var pieces = PieceBuffer(stretch, isAtStart: isAtStart)
        parts.preTokenizer?.split(&pieces)
        try tokenize(pieces, &session, &ids)
      }
    }
    return ids
  }

  private func tokenize(
    _ pieces: PieceBuffer, _ session: inout ModelSession, _ ids: inout [Int32]
  ) throws(TokenizerError) {
    for piece in pieces.starts.indices {
      let range = Int(pieces.starts[piece])..<Int(pieces.ends[piece])
      var failure: TokenizerError?
      pieces.bytes.withUnsafeBufferPointer { bytes in
        do throws(TokenizerError) {
          try session.tokenize(UnsafeBufferPointer(rebasing: bytes[range]), into: &ids)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  /// A decoder for ids that arrive one by one.
  public func streamingDecoder(skipSpecial: Bool) -> StreamingDecoder {
    StreamingDecoder(stages: parts.decoders) { [self] id in
      guard id >= 0, Int(id) < parts.pieces.count else { return nil }
      if skipSpecial, parts.control.contains(id) { return nil }
      let bytes = parts.pieces[Int(id)]
      if bytes.isEmpty, addedByID[id] == nil, parts.pieceRule == .text { return nil }
      return DecodedPiece(bytes: decodedPiece(id), isLiteral: addedByID[id] != nil)
    }
  }

  private func decodedPiece(_ id: Int32) -> [UInt8] {
    let bytes = parts.pieces[Int(id)]
    if parts.pieceRule == .text || addedByID[id] != nil { return bytes }
    if parts.bytes.contains(id), bytes.count == 6,
      let byte = UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16)
    {
      return [byte]
    }
    switch parts.pieceRule {
    case .text: return bytes
    case .byteLevel: return ByteAlphabet.unmapped(bytes) ?? bytes
    case .sentencePiece: return replacing([0xE2, 0x96, 0x81], in: bytes, with: [0x20])
    case .wordPiece: return cleanedUp(replacing([0xE2, 0x96, 0x81], in: bytes, with: [0x20]))
    }
  }

  /// What a token adds to the output in the middle of a text.
  public func pieceBytes(of id: Int32) -> [UInt8] {
    guard id >= 0, Int(id) < parts.pieces.count, !parts.control.contains(id) else { return [] }
    if parts.pieceRule != .text { return decodedPiece(id) }
    let bytes = parts.pieces[Int(id)]
    for stage in parts.decoders {
      switch stage {
      case .byteLevel: return ByteAlphabet.unmapped(bytes) ?? bytes
      case .byteFallback:
        if bytes.count == 6, bytes.starts(with: [0x3C, 0x30, 0x78]), bytes[5] == 0x3E,
          let byte = UInt8(String(decoding: bytes[3..<5], as: UTF8.self), radix: 16)
        {
          return [byte]
        }
      default: break
      }
    }
    // A token of its own before it, so that this one is not the first.
    var decoder = StreamingDecoder(stages: parts.decoders) { [bytes] in
      DecodedPiece(bytes: $0 == 0 ? [0x78] : bytes)
    }
    let before = decoder.push(0)
    let whole = before + decoder.push(1) + decoder.flush()
    return Array(whole.utf8.dropFirst(1))
  }
}
