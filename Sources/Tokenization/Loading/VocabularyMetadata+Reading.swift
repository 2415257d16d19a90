extension PipelineTokenizer {
  /// Makes a tokenizer of a GGUF vocabulary; it tokenises as llama.cpp does.
  ///
  /// - Throws: `TokenizerError` naming what is missing, malformed or not supported.
  public convenience init(vocabulary: VocabularyMetadata) throws {
    self.init(try VocabularyReader(vocabulary).parts())
  }
}

/// Builds the parts of a tokenizer from a GGUF vocabulary.
struct VocabularyReader {
  let metadata: VocabularyMetadata
  let count: Int
  /// All tokens by text; of equal texts the first counts.
  private var table: TokenTable
  private var types: [VocabularyMetadata.TokenType]

  init(_ metadata: VocabularyMetadata) throws(TokenizerError) {
    self.metadata = metadata
    count = metadata.tokens.count
    guard count > 0, count < 1 << 24 else {
      throw TokenizerError("vocabulary: \(count) tokens, want 1 to \((1 << 24) - 1)")
    }
    for (name, length) in [("scores", metadata.scores?.count), ("token types", metadata.tokenTypes?.count)] {
      if let length, length < count {
        throw TokenizerError("vocabulary: \(length) \(name) for \(count) tokens")
      }
    }
    types = (metadata.tokenTypes ?? []).prefix(count).map { VocabularyMetadata.TokenType(rawValue: $0) ?? .undefined }
    if types.isEmpty { types = [VocabularyMetadata.TokenType](repeating: .normal, count: count) }
    table = TokenTable(capacity: count)
    for (id, text) in metadata.tokens.enumerated() where !text.isEmpty { table.insert(text, value: Int32(id)) }
    for name in SpecialTokenNames.endOfTurn {
      let id = table.find(Array(name.utf8))
      if id >= 0 { types[Int(id)] = .control }
    }
  }

  private func token(_ id: Int?, default fallback: Int? = nil) -> Int32? {
    if let id, (0..<count).contains(id) { return Int32(id) }
    if let fallback, fallback < count { return Int32(fallback) }
    return nil
  }

  func parts() throws(TokenizerError) -> PipelineTokenizer.Parts {
    var parts: PipelineTokenizer.Parts
    switch metadata.model {
    case "gpt2", "gemma4": parts = try bytePairParts()
    case "llama": parts = try scorePairParts()
    case "t5": parts = try unigramParts()
    case "bert": parts = wordPieceParts()
    default: throw TokenizerError("vocabulary: model \"\(metadata.model)\" is not supported (gpt2, llama, bert, t5)")
    }
    if let eos = parts.eosToken { parts.endTokens.insert(eos) }
    for id in [token(metadata.endOfTurnToken), token(metadata.endOfMessageToken)] {
      if let id { parts.endTokens.insert(id) }
    }
    for name in SpecialTokenNames.endOfGeneration {
      let id = table.find(Array(name.utf8))
      if id >= 0, types[Int(id)] == .control { parts.endTokens.insert(id) }
    }
    return parts
  }

  /// What all kinds share.
  private func common(
    _ model: TokenModel, rule: PipelineTokenizer.PieceRule, stripsLeadingSpace: Bool
  ) -> PipelineTokenizer.Parts {
    var added: [AddedToken] = []
    var control: Set<Int32> = []
    var bytes: Set<Int32> = []
    for (id, type) in types.enumerated() where type != .normal {
      let id = Int32(id)
      switch type {
      case .control, .unknown:
        control.insert(id)
        added.append(AddedToken(id: id, content: metadata.tokens[Int(id)], isSpecial: true))
      case .userDefined: added.append(AddedToken(id: id, content: metadata.tokens[Int(id)]))
      case .byte: bytes.insert(id)
      default: break
      }
    }
    return PipelineTokenizer.Parts(
      pieces: metadata.tokens, added: added, control: control, bytes: bytes, model: model,
      decoders: [.byteStream(stripsLeadingSpace: stripsLeadingSpace)], pieceRule: rule)
  }

  private func frame(_ before: Int32?, _ after: Int32?) -> [PipelineTokenizer.FramePart] {
    (before.map { [.tokens([$0])] } ?? []) + [.text] + (after.map { [.tokens([$0])] } ?? [])
  }

  // MARK: gpt2

  private func bytePairParts() throws(TokenizerError) -> PipelineTokenizer.Parts {
    let rules = try SplitRules(named: metadata.model == "gemma4" ? "gemma4" : metadata.preTokenizer ?? "default")
    guard let merges = metadata.merges else {
      throw TokenizerError("vocabulary: a gpt2 model needs merges, none there")
    }
    var model = try bytePairModel(merges, rules)
    model.wholeWordsFirst = rules.wholeWordsFirst
    model.controlTokens = Set(types.indices.filter { types[$0] == .control || types[$0] == .unknown }.map(Int32.init))
    var parts = common(
      .bytePair(model), rule: rules.usesByteAlphabet ? .byteLevel : .sentencePiece, stripsLeadingSpace: false)
    var steps: [PreTokenizer] = []
    for pattern in rules.patterns {
      steps.append(.splitPattern(try RegularExpression(pattern), .isolated, inverted: false))
    }
    parts.preTokenizer = .sequence(steps)
    if !rules.usesByteAlphabet { parts.normalizer = .replaceText([0x20], with: [0xE2, 0x96, 0x81]) }
    parts.bosToken = token(metadata.bosToken)
    parts.eosToken = token(metadata.eosToken)
    parts.frame = frame(
      metadata.addsBOS ?? rules.addsBOS ? parts.bosToken : nil, metadata.addsEOS ?? false ? parts.eosToken : nil)
    return parts
  }

  private func bytePairModel(_ merges: [[UInt8]], _ rules: SplitRules) throws(TokenizerError) -> BytePairModel {
    guard merges.count < 1 << 24 else { throw TokenizerError("vocabulary: \(merges.count) merges are too many") }
    // Symbols that merges name but the vocabulary lacks get numbers behind the tokens.
    var symbols = table
    var next = Int32(count)
    func intern(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
      let id = symbols.insert(text, value: next)
      if id == next { next += 1 }
      return id
    }
    var pairs = PairTable(capacity: merges.count)
    var results: [Int32] = []
    results.reserveCapacity(merges.count)
    var joined: [UInt8] = []
    for line in merges {
      // The first symbol may itself begin with a space.
      guard let space = line.dropFirst().firstIndex(of: 0x20), space + 1 < line.count else {
        results.append(0)
        continue
      }
      joined.removeAll(keepingCapacity: true)
      joined += line[..<space]
      joined += line[(space + 1)...]
      let (left, right, result) = line.withUnsafeBufferPointer { bytes in
        (
          intern(UnsafeBufferPointer(rebasing: bytes[..<space])),
          intern(UnsafeBufferPointer(rebasing: bytes[(space + 1)...])), joined.withUnsafeBufferPointer(intern)
        )
      }
      if pairs.find(left, right) < 0 { pairs.set(left, right, to: Int32(results.count)) }
      results.append(result)
    }
    var model = BytePairModel(
      vocabulary: symbols, tokenCount: Int32(count), units: .scalars(continuingPrefix: [], wordSuffix: []),
      merges: pairs, results: results)
    guard rules.usesByteAlphabet else {
      model.byteTokens = DocumentNode.byteTokens(in: table)
      model.unknownToken = token(metadata.unknownToken)
      return model
    }
    model.units = .bytes
    model.byteSymbols = ByteAlphabet.scalars.map { value in
      var text: [UInt8] = []
      appendUTF8(value, to: &text)
      return text.withUnsafeBufferPointer(intern)
    }
    model.unknownToken = token(metadata.unknownToken)
    // The words of the text are raw bytes, so whole words are looked up by the bytes that tokens stand for.
    if rules.wholeWordsFirst { model.vocabulary = rawTable() }
    return model
  }

  private func rawTable() -> TokenTable {
    var raw = TokenTable(capacity: count)
    for (id, text) in metadata.tokens.enumerated() where types[id] == .normal {
      if let bytes = ByteAlphabet.unmapped(text) { raw.insert(bytes, value: Int32(id)) }
    }
    return raw
  }

  // MARK: llama

  private func scores() throws(TokenizerError) -> [Float] {
    let scores = metadata.scores ?? [Float](repeating: 0, count: count)
    if let index = scores.firstIndex(where: \.isNaN) {
      throw TokenizerError("vocabulary: the score of token \(index) is not a number")
    }
    return scores
  }

  private func isByteToken(_ id: Int) -> Bool {
    types[id] == .byte
      || (metadata.tokenTypes == nil && metadata.tokens[id].count == 6
        && metadata.tokens[id].starts(with: [0x3C, 0x30, 0x78]))
  }

  private func scorePairParts() throws(TokenizerError) -> PipelineTokenizer.Parts {
    let scores = try scores()
    var ranks = [Int32](repeating: 0, count: count)
    var rank: Int32 = 0
    let order = (0..<count).sorted { scores[$0] > scores[$1] }
    for (index, id) in order.enumerated() {
      if index > 0, scores[id] != scores[order[index - 1]] { rank += 1 }
      ranks[id] = rank
    }
    // Control tokens and bytes are no text: letters never add up to them.
    var vocabulary = TokenTable(capacity: count)
    for id in 0..<count where !metadata.tokens[id].isEmpty && types[id] != .control && types[id] != .unknown {
      if !isByteToken(id) { vocabulary.insert(metadata.tokens[id], value: Int32(id)) }
    }
    let model = ScorePairModel(
      vocabulary: vocabulary, ranks: ranks, rankCount: Int(rank) + 1, byteTokens: DocumentNode.byteTokens(in: table),
      unknownToken: token(metadata.unknownToken, default: 0))
    let addsSpace = metadata.addsSpacePrefix ?? true
    var parts = common(.scorePair(model), rule: .sentencePiece, stripsLeadingSpace: addsSpace)
    parts.bytes = Set((0..<count).filter(isByteToken).map(Int32.init))
    let space: [UInt8] = [0xE2, 0x96, 0x81]
    parts.normalizer = .sequence((addsSpace ? [.prepend(space)] : []) + [.replaceText([0x20], with: space)])
    let crosses = (0..<vocabulary.count).contains { PreTokenizer.crossesSpaceBoundary(vocabulary.bytes(at: $0)) }
    if !crosses { parts.preTokenizer = .spaceBoundaries }
    parts.bosToken = token(metadata.bosToken, default: 1)
    parts.eosToken = token(metadata.eosToken, default: 2)
    parts.frame = frame(
      metadata.addsBOS ?? true ? parts.bosToken : nil, metadata.addsEOS ?? false ? parts.eosToken : nil)
    return parts
  }

  // MARK: t5

  private func unigramParts() throws(TokenizerError) -> PipelineTokenizer.Parts {
    let scores = try scores()
    var least = Float.greatestFiniteMagnitude
    var entries: [(key: [UInt8], value: Int32)] = []
    var userDefined: [(key: [UInt8], value: Int32)] = []
    for id in 0..<count {
      if types[id] == .normal { least = min(least, scores[id]) }
      if types[id] == .userDefined { userDefined.append((metadata.tokens[id], Int32(id))) }
      if types[id] == .normal || types[id] == .userDefined || types[id] == .unused {
        entries.append((metadata.tokens[id], Int32(id)))
      }
    }
    let model = UnigramModel(
      trie: ByteTrie(entries),
      scores: scores.indices.map { types.indices.contains($0) && types[$0] == .userDefined ? 0 : Double(scores[$0]) },
      unknownToken: token(metadata.unknownToken, default: 2), unknownScore: Double(least) - 10, byteTokens: nil)
    let addsSpace = metadata.addsSpacePrefix ?? true
    var parts = common(.unigram(model), rule: .sentencePiece, stripsLeadingSpace: addsSpace)
    var map: PrecompiledMap?
    if let bytes = metadata.precompiledMap, !bytes.isEmpty { map = try PrecompiledMap(bytes) }
    parts.normalizer = .sentencePiece(
      SentencePieceNormalizer(
        map: map, userDefined: ByteTrie(userDefined), addsSpacePrefix: addsSpace,
        removesExtraSpaces: metadata.removesExtraSpaces ?? false, spaceIsSuffix: metadata.spaceIsSuffix ?? false))
    parts.bosToken = token(metadata.bosToken)
    parts.eosToken = token(metadata.eosToken, default: 1)
    parts.frame = frame(
      metadata.addsBOS ?? false ? parts.bosToken : nil, metadata.addsEOS ?? true ? parts.eosToken : nil)
    return parts
  }

  // MARK: bert

  private func wordPieceParts() -> PipelineTokenizer.Parts {
    // A word's first piece carries U+2581, later pieces carry nothing.
    let mark: [UInt8] = [0xE2, 0x96, 0x81]
    var initial: [(key: [UInt8], value: Int32)] = []
    var continuing: [(key: [UInt8], value: Int32)] = []
    for id in 0..<count where types[id] != .control && types[id] != .unknown {
      let text = metadata.tokens[id]
      if text.starts(with: mark) {
        initial.append((Array(text.dropFirst(mark.count)), Int32(id)))
      } else {
        continuing.append((text, Int32(id)))
      }
    }
    let model = WordPieceModel(
      initial: ByteTrie(initial), continuing: ByteTrie(continuing),
      unknownToken: token(metadata.unknownToken, default: 100), unknownName: "[UNK]", longestWord: Int.max)
    var parts = common(.wordPiece(model), rule: .wordPiece, stripsLeadingSpace: true)
    let lowercases = metadata.lowercases ?? true
    parts.normalizer = .bert(
      cleansText: true, separatesChinese: true, stripsAccents: metadata.stripsAccents ?? lowercases,
      lowercases: lowercases, allPrivateUse: true)
    parts.preTokenizer = .bert
    parts.bosToken = token(metadata.bosToken, default: 101)
    let separator = token(metadata.separatorToken, default: 102)
    parts.eosToken = token(metadata.eosToken) ?? separator
    parts.frame = frame(parts.bosToken, separator)
    return parts
  }
}
