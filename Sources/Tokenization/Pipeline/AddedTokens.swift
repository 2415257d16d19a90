/// A token found in the text before anything else happens to it.
struct AddedToken: Sendable {
  var id: Int32
  var content: [UInt8]
  var isSpecial = false
  /// Takes the white space before or behind it along.
  var stripsLeft = false
  var stripsRight = false
  /// Counts only where no word character touches it.
  var isSingleWord = false
  /// Is looked for in the normalized text.
  var isNormalized = false
}

/// Finds added tokens: leftmost, then longest.
struct AddedTokens: Sendable {
  private let tokens: [AddedToken]
  private let original: Finder
  private let normalized: Finder

  /// Those found when control tokens are wanted, and those found always.
  private struct Finder: Sendable {
    let all: ByteTrie
    let plain: ByteTrie

    init(_ entries: [(key: [UInt8], value: Int32)], _ tokens: [AddedToken]) {
      all = ByteTrie(entries)
      plain = ByteTrie(entries.filter { !tokens[Int($0.value)].isSpecial })
    }
  }

  /// A stretch of text, or of a text that is the token `id`.
  struct Span {
    var range: Range<Int>
    var id: Int32?
  }

  init(_ tokens: [AddedToken], normalizer: Normalizer?) {
    self.tokens = tokens
    var original: [(key: [UInt8], value: Int32)] = []
    var normalized: [(key: [UInt8], value: Int32)] = []
    for (index, token) in tokens.enumerated() where !token.content.isEmpty {
      if token.isNormalized {
        normalized.append((normalizer?.normalize(token.content) ?? token.content, Int32(index)))
      } else {
        original.append((token.content, Int32(index)))
      }
    }
    self.original = Finder(original, tokens)
    self.normalized = Finder(normalized, tokens)
  }

  /// Splits a text at the tokens in it; special ones count only where they lie whole in one of the `special` ranges,
  /// which are in order.
  func split(_ text: [UInt8], isNormalized: Bool, special: [Range<Int>]) -> [Span] {
    let finder = isNormalized ? normalized : original
    let trie = special.isEmpty ? finder.plain : finder.all
    var allowed = special[...]
    if trie.isEmpty { return text.isEmpty ? [] : [Span(range: 0..<text.count)] }
    var spans: [Span] = []
    var rest = 0
    text.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        guard trie.begins(with: bytes[index]), var match = trie.longest(in: bytes, from: index) else {
          index += 1
          continue
        }
        while let first = allowed.first, first.upperBound <= index { allowed.removeFirst() }
        if tokens[Int(match.value)].isSpecial {
          let isAllowed = allowed.first.map { $0.contains(index) && match.end <= $0.upperBound } ?? false
          if !isAllowed {
            guard let plain = finder.plain.longest(in: bytes, from: index) else {
              index += 1
              continue
            }
            match = plain
          }
        }
        let token = tokens[Int(match.value)]
        var (start, end) = (index, match.end)
        index = end
        if token.isSingleWord, AddedTokens.touchesWord(bytes, start, end) { continue }
        if token.stripsLeft {
          while start > rest, let space = AddedTokens.spaceBefore(bytes, start) { start -= space }
          start = max(start, rest)
        }
        if token.stripsRight {
          while end < bytes.count, isWhiteSpace(scalar(in: bytes, at: end).value) {
            end += scalar(in: bytes, at: end).length
          }
        }
        if rest < start { spans.append(Span(range: rest..<start)) }
        spans.append(Span(range: start..<end, id: token.id))
        rest = end
        index = max(index, end)
      }
    }
    if rest < text.count { spans.append(Span(range: rest..<text.count)) }
    return spans
  }

  private static func scalarBefore(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) -> (value: UInt32, length: Int)? {
    guard end > 0 else { return nil }
    var start = end - 1
    while start > 0, end - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return (scalar(in: bytes, at: start).value, end - start)
  }

  private static func spaceBefore(_ bytes: UnsafeBufferPointer<UInt8>, _ end: Int) -> Int? {
    guard let last = scalarBefore(bytes, end), isWhiteSpace(last.value) else { return nil }
    return last.length
  }

  private static func touchesWord(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    if let last = scalarBefore(bytes, start), isWordCharacter(last.value) { return true }
    return end < bytes.count && isWordCharacter(scalar(in: bytes, at: end).value)
  }
}
