import JSONText
import OrderedCollections

/// The vocabulary of a tokenizer.json while it is read.
struct DocumentVocabulary {
  /// Ids by text.
  var table: TokenTable
  /// Texts by id.
  var pieces: [[UInt8]] = []

  init(capacity: Int) { table = TokenTable(capacity: capacity) }

  mutating func add(_ text: [UInt8], id: Int32) {
    table.insert(text, value: id)
    if Int(id) >= pieces.count { pieces += [[UInt8]](repeating: [], count: Int(id) + 1 - pieces.count) }
    pieces[Int(id)] = text
  }
}

extension DocumentNode {
  /// The largest id that a file of so many tokens may use: gaps are common, tables of ids must stay in proportion.
  static func largestID(tokens: Int) -> Int { 4 * tokens + 100_000 }

  func modelType() throws(TokenizerError) -> String {
    if let type = self["type"] { return try type.string() }
    // Old files leave the type out.
    if self["merges"] != nil { return "BPE" }
    if value["vocab"]?.array != nil { return "Unigram" }
    return self["continuing_subword_prefix"] != nil ? "WordPiece" : "WordLevel"
  }

  /// Reads `vocab` as an object of ids.
  func vocabulary() throws(TokenizerError) -> DocumentVocabulary {
    let node = try required("vocab")
    guard let members = node.value.object else { throw node.failure("expected an object, got \(node.value.kind)") }
    var vocabulary = DocumentVocabulary(capacity: members.count)
    let range = 0...DocumentNode.largestID(tokens: members.count)
    for (text, id) in members {
      let number = try DocumentNode(value: id, path: "\(node.path)[\"\(text)\"]").integer(in: range)
      vocabulary.add(Array(text.utf8), id: Int32(number))
    }
    return vocabulary
  }

  /// The id of the token that `unk_token` names.
  func unknownToken(in table: TokenTable) throws(TokenizerError) -> (id: Int32?, name: String) {
    guard let node = self["unk_token"] else { return (nil, "") }
    let name = try node.string()
    let id = table.find(Array(name.utf8))
    return (id < 0 ? nil : id, name)
  }

  static func byteTokens(in table: TokenTable) -> [Int32] {
    let digits = Array("0123456789ABCDEF".utf8)
    return (0..<256).map { byte in
      table.find([0x3C, 0x30, 0x78, digits[byte >> 4], digits[byte & 15], 0x3E])
    }
  }

  func bytePairModel(
    _ vocabulary: DocumentVocabulary, usesBytes: Bool, control: Set<Int32>
  ) throws(TokenizerError) -> BytePairModel {
    let prefix = try self["continuing_subword_prefix"]?.text() ?? []
    let suffix = try self["end_of_word_suffix"]?.text() ?? []
    let (merges, results) = try mergeTable(vocabulary.table, prefixLength: prefix.count)
    var model = BytePairModel(
      vocabulary: vocabulary.table, tokenCount: Int32(max(vocabulary.pieces.count, 1)),
      units: .scalars(continuingPrefix: prefix, wordSuffix: suffix), merges: merges, results: results)
    model.wholeWordsFirst = try flag("ignore_merges", default: false)
    model.controlTokens = control
    let unknown = try unknownToken(in: vocabulary.table)
    model.unknownToken = unknown.id
    model.fusesUnknown = try flag("fuse_unk", default: false)
    if try flag("byte_fallback", default: false) { model.byteTokens = DocumentNode.byteTokens(in: vocabulary.table) }
    if usesBytes {
      model.units = .bytes
      model.byteSymbols = ByteAlphabet.scalars.map { value in
        var text: [UInt8] = []
        appendUTF8(value, to: &text)
        return vocabulary.table.find(text)
      }
      model.vocabulary = DocumentNode.rawTable(vocabulary.table)
    }
    return model
  }

  /// The vocabulary keyed by the bytes that the tokens stand for.
  private static func rawTable(_ table: TokenTable) -> TokenTable {
    var raw = TokenTable(capacity: table.count)
    for entry in 0..<table.count {
      if let bytes = ByteAlphabet.unmapped(Array(table.bytes(at: entry))) {
        raw.insert(bytes, value: table.value(at: entry))
      }
    }
    return raw
  }

  private func mergeTable(
    _ table: TokenTable, prefixLength: Int
  ) throws(TokenizerError) -> (PairTable, [Int32]) {
    let node = try required("merges")
    guard let list = node.value.array else { throw node.failure("expected an array, got \(node.value.kind)") }
    var merges = PairTable(capacity: list.count)
    var results: [Int32] = []
    results.reserveCapacity(list.count)
    for (index, entry) in list.enumerated() {
      let place = DocumentNode(value: entry, path: "\(node.path)[\(index)]")
      if let line = entry.string, line.hasPrefix("#version") { continue }
      let (left, right) = try place.mergeParts()
      guard right.count >= prefixLength else { throw place.failure("second part is shorter than the prefix of parts") }
      var ids: [Int32] = []
      for part in [left, right, left + right[prefixLength...]] {
        let id = table.find(part)
        guard id >= 0 else {
          throw place.failure("\"\(String(decoding: part, as: UTF8.self))\" is not in the vocabulary")
        }
        ids.append(id)
      }
      merges.set(ids[0], ids[1], to: Int32(results.count))
      results.append(ids[2])
    }
    return (merges, results)
  }

  private func mergeParts() throws(TokenizerError) -> (left: [UInt8], right: [UInt8]) {
    if let line = value.string {
      let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw failure("merge of \(parts.count) parts, want 2") }
      return (Array(parts[0]), Array(parts[1]))
    }
    let parts = try elements()
    guard parts.count == 2 else { throw failure("merge of \(parts.count) parts, want 2") }
    return (try parts[0].text(), try parts[1].text())
  }

  /// Reads `vocab` as a list of tokens with scores.
  func unigramVocabulary() throws(TokenizerError) -> (vocabulary: DocumentVocabulary, scores: [Double]) {
    let node = try required("vocab")
    guard let list = node.value.array else { throw node.failure("expected an array, got \(node.value.kind)") }
    var vocabulary = DocumentVocabulary(capacity: list.count)
    var scores: [Double] = []
    for (index, entry) in list.enumerated() {
      guard let pair = entry.array, pair.count == 2, let text = pair[0].string, let score = pair[1].double else {
        throw node.failure("entry \(index): expected a token and its score")
      }
      guard score.isFinite else { throw node.failure("entry \(index): score \(score) is not finite") }
      vocabulary.add(Array(text.utf8), id: Int32(index))
      scores.append(score)
    }
    return (vocabulary, scores)
  }

  func unigramModel(
    _ vocabulary: DocumentVocabulary, scores: [Double], control: Set<Int32>
  ) throws(TokenizerError) -> UnigramModel {
    var unknown: Int32?
    if let node = self["unk_id"] {
      guard !scores.isEmpty else {
        throw node.failure("the vocabulary is empty, it must hold at least the unknown token")
      }
      unknown = Int32(try node.integer(in: 0...scores.count - 1))
    }
    let entries = vocabulary.pieces.enumerated().map { (key: $1, value: Int32($0)) }
    let usesBytes = try flag("byte_fallback", default: false)
    return UnigramModel(
      trie: ByteTrie(entries.filter { !control.contains($0.value) || $0.value == unknown }), scores: scores,
      unknownToken: unknown, unknownScore: (scores.min() ?? 0) - 10,
      byteTokens: usesBytes ? DocumentNode.byteTokens(in: vocabulary.table) : nil)
  }

  func wordPieceModel(_ vocabulary: DocumentVocabulary, control: Set<Int32>) throws(TokenizerError) -> WordPieceModel {
    let prefix = try self["continuing_subword_prefix"]?.text() ?? Array("##".utf8)
    let longest = try self["max_input_chars_per_word"]?.integer(in: 0...Int(Int32.max)) ?? 100
    var name = "[UNK]"
    if let node = self["unk_token"] { name = try node.string() }
    let unknown = vocabulary.table.find(Array(name.utf8))
    var initial: [(key: [UInt8], value: Int32)] = []
    var continuing: [(key: [UInt8], value: Int32)] = []
    for entry in 0..<vocabulary.table.count {
      let id = vocabulary.table.value(at: entry)
      let text = Array(vocabulary.table.bytes(at: entry))
      if control.contains(id), id != unknown { continue }
      initial.append((text, id))
      if text.starts(with: prefix) { continuing.append((Array(text.dropFirst(prefix.count)), id)) }
    }
    return WordPieceModel(
      initial: ByteTrie(initial), continuing: ByteTrie(continuing), unknownToken: unknown < 0 ? nil : unknown,
      unknownName: name, longestWord: longest)
  }
}
