import JSONText
import OrderedCollections

extension PipelineTokenizer {
  /// Reads a Hugging Face tokenizer.json. Truncation and padding that the file asks for are left to the caller: text
  /// is never cut here.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - configuration: the file tokenizer_config.json beside it, which names the BOS and EOS tokens.
  /// - Throws: `TokenizerError` naming the place; kinds of steps that are not supported are errors too.
  public convenience init(tokenizerJSON bytes: [UInt8], configuration: [UInt8]? = nil) throws {
    self.init(try Self.parts(ofJSON: bytes, configuration: configuration))
  }

  private static func parts(ofJSON bytes: [UInt8], configuration: [UInt8]?) throws(TokenizerError) -> Parts {
    let root = try document(bytes, name: "tokenizer.json")
    let model = try root.required("model")
    let type = try model.modelType()
    var vocabulary: DocumentVocabulary
    var scores: [Double] = []
    switch type {
    case "Unigram": (vocabulary, scores) = try model.unigramVocabulary()
    case "BPE", "WordPiece", "WordLevel": vocabulary = try model.vocabulary()
    default: throw model.failure("unknown model \"\(type)\"")
    }
    let modelVocabulary = vocabulary
    let added = try addedTokens(root, &vocabulary)
    let control = Set(added.filter(\.isSpecial).map(\.id))
    let preTokenizer = root["pre_tokenizer"]
    let usesBytes =
      type == "BPE" && preTokenizer?.endsInByteLevel == true && model["continuing_subword_prefix"] == nil
      && model["end_of_word_suffix"] == nil && model["byte_fallback"]?.value.bool != true
    let tokenModel: TokenModel
    switch type {
    case "BPE":
      tokenModel = .bytePair(try model.bytePairModel(modelVocabulary, usesBytes: usesBytes, control: control))
    case "Unigram": tokenModel = .unigram(try model.unigramModel(modelVocabulary, scores: scores, control: control))
    case "WordPiece": tokenModel = .wordPiece(try model.wordPieceModel(modelVocabulary, control: control))
    default:
      let unknown = try model.unknownToken(in: modelVocabulary.table)
      tokenModel = .wordLevel(
        WordLevelModel(vocabulary: modelVocabulary.table, unknownToken: unknown.id, unknownName: unknown.name))
    }
    var parts = Parts(
      pieces: vocabulary.pieces, added: added, control: control, normalizer: try root["normalizer"]?.normalizer(),
      preTokenizer: try preTokenizer?.preTokenizer(mapsBytes: !usesBytes), model: tokenModel,
      frame: try root["post_processor"]?.frame() ?? [.text], decoders: try root["decoder"]?.decoders() ?? [.spaced])
    if case .bytePair(let model) = tokenModel, canCutAtSpaces(model, modelVocabulary) {
      parts.preTokenizer = parts.preTokenizer.map { .sequence([$0, .spaceBoundaries]) } ?? .spaceBoundaries
    }
    try checkFrame(parts)
    try nameTokens(&parts, vocabulary.table, configuration)
    return parts
  }

  static func document(_ bytes: [UInt8], name: String) throws(TokenizerError) -> DocumentNode {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw TokenizerError("\(name): not JSON: \(error)")
    }
    guard value.object != nil else { throw TokenizerError("\(name): expected an object, got \(value.kind)") }
    return DocumentNode(value: value, path: "")
  }

  /// Whether merges never reach over the start of a word, so that words can be tokenised one by one.
  private static func canCutAtSpaces(_ model: BytePairModel, _ vocabulary: DocumentVocabulary) -> Bool {
    guard case .scalars(let prefix, let suffix) = model.units, prefix.isEmpty, suffix.isEmpty, !model.wholeWordsFirst,
      vocabulary.table.find([0xE2, 0x96, 0x81]) >= 0
    else { return false }
    return !model.results.contains { PreTokenizer.crossesSpaceBoundary(vocabulary.pieces[Int($0)]) }
  }

  private static func checkFrame(_ parts: Parts) throws(TokenizerError) {
    for case .tokens(let ids) in parts.frame {
      for id in ids where id < 0 || Int(id) >= parts.pieces.count {
        throw TokenizerError(
          "tokenizer.json: post_processor: token id \(id) is outside the vocabulary of \(parts.pieces.count)")
      }
    }
  }

  /// Reads the added tokens; those that the model lacks join the vocabulary.
  private static func addedTokens(
    _ root: DocumentNode, _ vocabulary: inout DocumentVocabulary
  ) throws(TokenizerError) -> [AddedToken] {
    let nodes = try root["added_tokens"]?.elements() ?? []
    let limit = DocumentNode.largestID(tokens: vocabulary.table.count + nodes.count)
    var tokens: [AddedToken] = []
    for node in nodes {
      let content = try node.required("content").text()
      var id = Int32(try node.required("id").integer(in: 0...limit))
      if content.isEmpty { continue }
      let known = vocabulary.table.find(content)
      if known >= 0 { id = known } else { vocabulary.add(content, id: id) }
      let isSpecial = try node.flag("special", default: false)
      tokens.append(
        AddedToken(
          id: id, content: content, isSpecial: isSpecial, stripsLeft: try node.flag("lstrip", default: false),
          stripsRight: try node.flag("rstrip", default: false),
          isSingleWord: try node.flag("single_word", default: false),
          isNormalized: try node.flag("normalized", default: !isSpecial)))
    }
    return tokens
  }

  /// Finds the BOS and EOS tokens and those that end generation.
  private static func nameTokens(
    _ parts: inout Parts, _ table: TokenTable, _ configuration: [UInt8]?
  ) throws(TokenizerError) {
    func token(_ text: String) -> Int32? {
      let id = table.find(Array(text.utf8))
      return id < 0 ? nil : id
    }
    if let configuration {
      let root = try document(configuration, name: "tokenizer_config.json")
      func named(_ key: String) -> Int32? {
        (root.value[key]?.string ?? root.value[key]?["content"]?.string).flatMap(token)
      }
      parts.bosToken = named("bos_token")
      parts.eosToken = named("eos_token")
    }
    if parts.bosToken == nil, case .tokens(let ids)? = parts.frame.first { parts.bosToken = ids.first }
    for name in SpecialTokenNames.endOfGeneration {
      if let id = token(name), parts.control.contains(id) { parts.endTokens.insert(id) }
    }
    if parts.eosToken == nil {
      parts.eosToken = ["</s>", "<|end_of_text|>", "<|endoftext|>", "<eos>"].compactMap(token).first {
        parts.control.contains($0)
      }
    }
    if let eos = parts.eosToken { parts.endTokens.insert(eos) }
  }
}

/// Texts by which models mark the end of what they say.
enum SpecialTokenNames {
  static let endOfGeneration = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
    "<turn|>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
    "<end_of_utterance>", "<eos>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<|eom|>", "<|eot|>",
    "<|end_of_turn|>",
  ]
  /// Tokens that end a turn; a vocabulary that types them as text has them as control tokens all the same.
  static let endOfTurn = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>",
    "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
  ]
}
