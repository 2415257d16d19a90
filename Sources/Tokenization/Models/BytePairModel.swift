/// Byte pair encoding with a list of merges (Sennrich et al. 2016; GPT-2's byte level).
struct BytePairModel: Sendable {
  /// How the characters of a word become the first symbols.
  enum Units: Sendable {
    /// Each byte is a symbol; the vocabulary is keyed by raw bytes.
    case bytes
    /// Each scalar is one, with what stands before all but the first and behind the last.
    case scalars(continuingPrefix: [UInt8], wordSuffix: [UInt8])
  }

  /// Symbols by their text: token ids, then symbols that are no tokens.
  var vocabulary: TokenTable
  /// Numbers from here on are symbols of merges that are no tokens.
  var tokenCount: Int32
  var units: Units
  var merges: PairTable
  /// The symbol that each merge makes, by rank.
  var results: [Int32]
  var wholeWordsFirst = false
  /// Tokens that text never becomes as a whole word.
  var controlTokens: Set<Int32> = []
  var unknownToken: Int32?
  var fusesUnknown = false
  /// The tokens `<0x00>`...`<0xFF>` where a missing character becomes its bytes.
  var byteTokens: [Int32]?
  /// The symbol of each byte, or -1.
  var byteSymbols: [Int32] = []

  func tokenize(_ word: UnsafeBufferPointer<UInt8>, scratch: inout MergeScratch, into ids: inout [Int32]) {
    if wholeWordsFirst {
      let id = vocabulary.find(word)
      if id >= 0, id < tokenCount, !controlTokens.contains(id) {
        ids.append(id)
        return
      }
    }
    scratch.clear()
    switch units {
    case .bytes: addBytes(word, &scratch)
    case .scalars(let prefix, let suffix): addScalars(word, prefix, suffix, &scratch)
    }
    scratch.merge(BytePairRules(merges: merges, results: results), end: word.count)
    for (index, symbol) in scratch.symbols.enumerated() {
      if symbol < tokenCount {
        ids.append(symbol)
      } else {
        spell(word, Int(scratch.starts[index])..<Int(scratch.starts[index + 1]), into: &ids)
      }
    }
  }

  /// A symbol that is no token is written byte by byte.
  private func spell(_ word: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into ids: inout [Int32]) {
    for byte in word[range] {
      let id = byteTokens?[Int(byte)] ?? (byteSymbols.isEmpty ? -1 : byteSymbols[Int(byte)])
      if id >= 0, id < tokenCount { ids.append(id) } else if let unknownToken { ids.append(unknownToken) }
    }
  }

  private func addBytes(_ word: UnsafeBufferPointer<UInt8>, _ scratch: inout MergeScratch) {
    var isUnknown = false
    for (index, byte) in word.enumerated() {
      let symbol = byteSymbols[Int(byte)]
      if symbol >= 0 {
        scratch.add(symbol, at: index)
        isUnknown = false
      } else if let unknownToken {
        if !(isUnknown && fusesUnknown) { scratch.add(unknownToken, at: index) }
        isUnknown = true
      }
    }
  }

  private func addScalars(
    _ word: UnsafeBufferPointer<UInt8>, _ prefix: [UInt8], _ suffix: [UInt8], _ scratch: inout MergeScratch
  ) {
    var index = 0
    var isUnknown = false
    while index < word.count {
      let length = scalar(in: word, at: index).length
      var symbol: Int32
      var text: [UInt8] = []
      let needsPrefix = index > 0 && !prefix.isEmpty
      let needsSuffix = index + length == word.count && !suffix.isEmpty
      if needsPrefix || needsSuffix {
        if needsPrefix { text += prefix }
        text += word[index..<index + length]
        if needsSuffix { text += suffix }
        symbol = vocabulary.find(text)
      } else {
        symbol = vocabulary.find(UnsafeBufferPointer(rebasing: word[index..<index + length]))
      }
      if symbol >= 0 {
        scratch.add(symbol, at: index)
        isUnknown = false
      } else if addByteTokens(text.isEmpty ? Array(word[index..<index + length]) : text, at: index, &scratch) {
        isUnknown = false
      } else if let unknownToken {
        if !(isUnknown && fusesUnknown) { scratch.add(unknownToken, at: index) }
        isUnknown = true
      }
      index += length
    }
  }

  private func addByteTokens(_ text: [UInt8], at index: Int, _ scratch: inout MergeScratch) -> Bool {
    guard let byteTokens, text.allSatisfy({ byteTokens[Int($0)] >= 0 }) else { return false }
    for (offset, byte) in text.enumerated() { scratch.add(byteTokens[Int(byte)], at: index + offset) }
    return true
  }
}

private struct BytePairRules: MergeRules {
  let merges: PairTable
  let results: [Int32]

  @inline(__always)
  func candidate(left: Int32, right: Int32, start: Int32, end: Int32) -> Int32 { merges.find(left, right) }
  @inline(__always)
  func rank(of candidate: Int32) -> Int32 { candidate }
  @inline(__always)
  func symbol(of candidate: Int32) -> Int32 { results[Int(candidate)] }
  var rankCount: Int { results.count }
}
