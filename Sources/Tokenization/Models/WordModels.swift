/// WordPiece: the longest token at each place of a word, from left to right (Schuster and Nakajima 2012; BERT).
struct WordPieceModel: Sendable {
  /// What a word may begin with.
  var initial: ByteTrie
  /// What may follow, without the prefix that marks it.
  var continuing: ByteTrie
  var unknownToken: Int32?
  var unknownName: String
  /// Longer words, in characters, are unknown.
  var longestWord: Int

  func tokenize(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    let count = ids.count
    var start = 0
    if word.count > longestWord {
      var characters = 0
      for byte in word where byte & 0xC0 != 0x80 { characters += 1 }
      if characters > longestWord { return try addUnknown(&ids) }
    }
    while start < word.count {
      guard let (end, token) = (start == 0 ? initial : continuing).longest(in: word, from: start) else {
        ids.removeLast(ids.count - count)
        return try addUnknown(&ids)
      }
      ids.append(token)
      start = end
    }
  }

  private func addUnknown(_ ids: inout [Int32]) throws(TokenizerError) {
    guard let unknownToken else {
      throw TokenizerError(
        "tokenize: a word has no tokens and the unknown token \(unknownName) is not in the vocabulary")
    }
    ids.append(unknownToken)
  }
}

/// A token for each whole word.
struct WordLevelModel: Sendable {
  var vocabulary: TokenTable
  var unknownToken: Int32?
  var unknownName: String

  func tokenize(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
    let id = vocabulary.find(word)
    if id >= 0 { return ids.append(id) }
    guard let unknownToken else {
      throw TokenizerError("tokenize: a word is not in the vocabulary and neither is the unknown token \(unknownName)")
    }
    ids.append(unknownToken)
  }
}
