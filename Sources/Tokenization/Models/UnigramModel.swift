/// The unigram language model: the segmentation of the best sum of scores (Kudo 2018), by Viterbi's algorithm.
struct UnigramModel: Sendable {
  var trie: ByteTrie
  /// Log probability of each token.
  var scores: [Double]
  var unknownToken: Int32?
  /// The score of a character that no token covers.
  var unknownScore: Double
  /// The tokens `<0x00>`...`<0xFF>` where unknown text becomes its bytes.
  var byteTokens: [Int32]?

  struct Scratch {
    var best: [Double] = []
    var tokens: [Int32] = []
    var origins: [Int32] = []

    mutating func prepare(size: Int) {
      while origins.count <= size {
        best.append(0)
        tokens.append(-1)
        origins.append(-1)
      }
      for index in 0...size { origins[index] = -1 }
      best[0] = 0
    }

    /// The token that covers the whole text alone.
    func singleToken(_ size: Int) -> Int32? { origins[size] == 0 && tokens[size] >= 0 ? tokens[size] : nil }
  }

  /// - Throws: where a character has no token and the vocabulary none for the unknown.
  func tokenize(
    _ text: UnsafeBufferPointer<UInt8>, scratch: inout Scratch, into ids: inout [Int32]
  ) throws(TokenizerError) {
    let size = text.count
    scratch.prepare(size: size)
    var start = 0
    while start < size {
      let length = scalar(in: text, at: start).length
      let score = scratch.best[start]
      var coversScalar = false
      trie.forEachPrefix(of: text, from: start) { end, token in
        relax(&scratch, start, end, token, score + scores[Int(token)])
        if end - start == length { coversScalar = true }
      }
      if !coversScalar { relax(&scratch, start, start + length, -1, score + unknownScore) }
      start += length
    }
    if let end = scratch.singleToken(size), end != unknownToken { return ids.append(end) }
    var path: [(token: Int32, start: Int, end: Int)] = []
    var end = size
    while end > 0 {
      let token = scratch.tokens[end]
      let start = Int(scratch.origins[end])
      if token < 0 || token == unknownToken, let last = path.last, last.token < 0 {
        path[path.count - 1].start = start
      } else {
        path.append((token == unknownToken ? -1 : token, start, end))
      }
      end = start
    }
    for piece in path.reversed() {
      if piece.token >= 0 { ids.append(piece.token) } else { try addUnknown(text[piece.start..<piece.end], &ids) }
    }
  }

  @inline(__always)
  private func relax(_ scratch: inout Scratch, _ start: Int, _ end: Int, _ token: Int32, _ score: Double) {
    guard scratch.origins[end] < 0 || score > scratch.best[end] else { return }
    scratch.best[end] = score
    scratch.tokens[end] = token
    scratch.origins[end] = Int32(truncatingIfNeeded: start)
  }

  private func addUnknown(
    _ text: Slice<UnsafeBufferPointer<UInt8>>, _ ids: inout [Int32]
  ) throws(TokenizerError) {
    if let byteTokens, text.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
      ids += text.map { byteTokens[Int($0)] }
      return
    }
    guard let unknownToken else {
      throw TokenizerError("tokenize: a character has no token and the vocabulary names no unknown token (unk_id)")
    }
    ids.append(unknownToken)
  }
}
