/// SentencePiece's BPE: neighbours merge when their text is a token, the one with the best score first.
struct ScorePairModel: Sendable {
  /// The tokens that text can become.
  var vocabulary: TokenTable
  /// By token id: 0 is the best score, equal scores share a rank.
  var ranks: [Int32]
  var rankCount: Int
  /// The tokens `<0x00>`...`<0xFF>`, or -1.
  var byteTokens: [Int32]
  var unknownToken: Int32?

  func tokenize(_ text: UnsafeBufferPointer<UInt8>, scratch: inout MergeScratch, into ids: inout [Int32]) {
    scratch.clear()
    var index = 0
    while index < text.count {
      let length = scalar(in: text, at: index).length
      let symbol = vocabulary.find(UnsafeBufferPointer(rebasing: text[index..<index + length]))
      scratch.add(symbol, at: index)
      index += length
    }
    scratch.merge(ScorePairRules(model: self, text: text), end: text.count)
    for (index, symbol) in scratch.symbols.enumerated() {
      if symbol >= 0 {
        ids.append(symbol)
        continue
      }
      for byte in text[Int(scratch.starts[index])..<Int(scratch.starts[index + 1])] {
        let id = byteTokens[Int(byte)]
        if id >= 0 { ids.append(id) } else if let unknownToken { ids.append(unknownToken) }
      }
    }
  }
}

private struct ScorePairRules: MergeRules {
  let model: ScorePairModel
  let text: UnsafeBufferPointer<UInt8>

  @inline(__always)
  func candidate(left: Int32, right: Int32, start: Int32, end: Int32) -> Int32 {
    if Int(end - start) > model.vocabulary.longest { return -1 }
    return model.vocabulary.find(UnsafeBufferPointer(rebasing: text[Int(start)..<Int(end)]))
  }
  @inline(__always)
  func rank(of candidate: Int32) -> Int32 { model.ranks[Int(candidate)] }
  @inline(__always)
  func symbol(of candidate: Int32) -> Int32 { candidate }
  var rankCount: Int { model.rankCount }
}
