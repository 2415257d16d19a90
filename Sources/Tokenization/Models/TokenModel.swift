/// The part of a tokenizer that turns a piece of text into ids.
enum TokenModel: Sendable {
  case bytePair(BytePairModel)
  case scorePair(ScorePairModel)
  case unigram(UnigramModel)
  case wordPiece(WordPieceModel)
  case wordLevel(WordLevelModel)
}

/// Tokenises the pieces of one text: keeps the working memory and the words it has seen.
struct ModelSession {
  let model: TokenModel
  private var scratch = MergeScratch()
  private var lattice = UnigramModel.Scratch()
  private var cache = WordCache()

  init(_ model: TokenModel) { self.model = model }

  mutating func tokenize(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    if piece.isEmpty { return }
    if piece.count > WordCache.longestWord { return try tokenizeAnew(piece, into: &ids) }
    let slot = cache.slot(of: piece)
    if cache.append(slot, piece, to: &ids) { return }
    let first = ids.count
    try tokenizeAnew(piece, into: &ids)
    cache.store(slot, piece, ids[first...])
  }

  private mutating func tokenizeAnew(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]
  ) throws(TokenizerError) {
    switch model {
    case .bytePair(let model): model.tokenize(piece, scratch: &scratch, into: &ids)
    case .scorePair(let model): model.tokenize(piece, scratch: &scratch, into: &ids)
    case .unigram(let model): try model.tokenize(piece, scratch: &lattice, into: &ids)
    case .wordPiece(let model): try model.tokenize(piece, into: &ids)
    case .wordLevel(let model): try model.tokenize(piece, into: &ids)
    }
  }
}

/// The ids of words seen before in the same text; a newer word takes the place of an older one.
struct WordCache {
  static let longestWord = 32
  private static let slotCount = 1 << 12
  private static let idsPerSlot = 8

  private var lengths: [UInt8] = []
  private var counts: [UInt8] = []
  private var words: [UInt8] = []
  private var ids: [Int32] = []
  private var misses = 0

  func slot(of word: UnsafeBufferPointer<UInt8>) -> Int {
    Int(truncatingIfNeeded: hashOfBytes(word)) & (WordCache.slotCount - 1)
  }

  func append(_ slot: Int, _ word: UnsafeBufferPointer<UInt8>, to output: inout [Int32]) -> Bool {
    guard !lengths.isEmpty, Int(lengths[slot]) == word.count else { return false }
    let start = slot * WordCache.longestWord
    for index in 0..<word.count where words[start + index] != word[index] { return false }
    let first = slot * WordCache.idsPerSlot
    for index in 0..<Int(counts[slot]) { output.append(ids[first + index]) }
    return true
  }

  mutating func store(_ slot: Int, _ word: UnsafeBufferPointer<UInt8>, _ found: ArraySlice<Int32>) {
    guard found.count <= WordCache.idsPerSlot else { return }
    if lengths.isEmpty {
      // A short text is done before the memory would pay.
      misses += 1
      if misses < 64 { return }
      lengths = [UInt8](repeating: 0, count: WordCache.slotCount)
      counts = lengths
      words = [UInt8](repeating: 0, count: WordCache.slotCount * WordCache.longestWord)
      ids = [Int32](repeating: 0, count: WordCache.slotCount * WordCache.idsPerSlot)
    }
    lengths[slot] = UInt8(word.count)
    counts[slot] = UInt8(found.count)
    for (index, byte) in word.enumerated() { words[slot * WordCache.longestWord + index] = byte }
    for (index, id) in found.enumerated() { ids[slot * WordCache.idsPerSlot + index] = id }
  }
}
