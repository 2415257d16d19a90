/// Splits a text into the pieces that the model sees one by one; the kinds are those of the Hugging Face library.
indirect enum PreTokenizer: Sendable {
  /// When a piece gets a space in front.
  enum PrependScheme: String, Sendable {
    case always, first, never
  }

  case sequence([PreTokenizer])
  case splitPattern(RegularExpression, SplitBehavior, inverted: Bool)
  case splitText([UInt8], SplitBehavior, inverted: Bool)
  /// `mapsBytes` is off where the model's vocabulary is keyed by raw bytes.
  case byteLevel(addsPrefixSpace: Bool, pattern: RegularExpression?, mapsBytes: Bool)
  case whitespace
  case whitespaceSplit
  case bert
  case punctuation(SplitBehavior)
  case digits(individual: Bool)
  case delimiter(UInt32)
  case metaspace(replacement: [UInt8], PrependScheme, splits: Bool)
  case fixedLength(Int)
  /// Cuts before every U+2581 that follows another character: gives the same tokens, sooner, where no token reaches
  /// over such a place.
  case spaceBoundaries

  func split(_ pieces: inout PieceBuffer) {
    switch self {
    case .sequence(let steps): for step in steps { step.split(&pieces) }
    case .splitPattern(let expression, let behavior, let inverted):
      expression.withMatcher { matcher in
        pieces.split(behavior, inverted: inverted) { matcher.forEachMatch(in: $0, $1) }
      }
    case .splitText(let text, let behavior, let inverted):
      pieces.split(behavior, inverted: inverted) { PreTokenizer.find(text, in: $0, $1) }
    case .byteLevel(let addsSpace, let pattern, let mapsBytes):
      PreTokenizer.byteLevel(&pieces, addsSpace, pattern, mapsBytes)
    case .whitespace:
      pieces.split(.removed, inverted: true, matches: PreTokenizer.findWords)
    case .whitespaceSplit: pieces.split(.removed) { PreTokenizer.find($0, $1, isWhiteSpace) }
    case .bert:
      pieces.split(.removed) { PreTokenizer.find($0, $1, isWhiteSpace) }
      pieces.split(.isolated) { PreTokenizer.find($0, $1, isPunctuation) }
    case .punctuation(let behavior): pieces.split(behavior) { PreTokenizer.find($0, $1, isPunctuation) }
    case .digits(let individual):
      pieces.split(individual ? .isolated : .contiguous) { PreTokenizer.find($0, $1, isNumeric) }
    case .delimiter(let value): pieces.split(.removed) { PreTokenizer.find($0, $1) { $0 == value } }
    case .metaspace(let replacement, let scheme, let splits):
      PreTokenizer.metaspace(&pieces, replacement, scheme, splits)
    case .spaceBoundaries: pieces.split(.isolated, matches: PreTokenizer.findSpaceBoundaries)
    case .fixedLength(let length):
      pieces.split(.isolated) { bytes, found in
        var start = 0
        while start < bytes.count {
          var end = start
          for _ in 0..<length where end < bytes.count { end += scalar(in: bytes, at: end).length }
          found(start, end)
          start = end
        }
      }
    }
  }

  /// Finds every single scalar of a kind.
  private static func find(
    _ bytes: UnsafeBufferPointer<UInt8>, _ found: (Int, Int) -> Void, _ isMatch: (UInt32) -> Bool
  ) {
    var index = 0
    while index < bytes.count {
      let (value, length) = scalar(in: bytes, at: index)
      if isMatch(value) { found(index, index + length) }
      index += length
    }
  }

  private static func find(_ text: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, _ found: (Int, Int) -> Void) {
    guard let first = text.first else { return }
    var index = 0
    while index + text.count <= bytes.count {
      if bytes[index] == first, (1..<text.count).allSatisfy({ bytes[index + $0] == text[$0] }) {
        found(index, index + text.count)
        index += text.count
      } else {
        index += 1
      }
    }
  }

  /// Finds runs of word characters and runs of what is neither that nor white space.
  private static func findWords(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Int, Int) -> Void) {
    enum Kind { case space, word, other }
    var start = 0
    var kind = Kind.space
    var index = 0
    while index < bytes.count {
      let (value, length) = scalar(in: bytes, at: index)
      let next: Kind = isWordCharacter(value) ? .word : isWhiteSpace(value) ? .space : .other
      if next != kind {
        if kind != .space { found(start, index) }
        start = index
        kind = next
      }
      index += length
    }
    if kind != .space { found(start, bytes.count) }
  }

  /// Whether a token reaches over a place where `spaceBoundaries` would cut.
  static func crossesSpaceBoundary(_ token: some Collection<UInt8>) -> Bool {
    Array(token).withUnsafeBufferPointer { bytes in
      var pieces = 0
      findSpaceBoundaries(bytes) { _, _ in pieces += 1 }
      return pieces > 1
    }
  }

  private static func findSpaceBoundaries(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (Int, Int) -> Void) {
    var start = 0
    var index = 0
    var afterSpace = true
    while index < bytes.count {
      let isSpace =
        bytes[index] == 0xE2 && index + 2 < bytes.count && bytes[index + 1] == 0x96 && bytes[index + 2] == 0x81
      if isSpace, !afterSpace {
        found(start, index)
        start = index
      }
      afterSpace = isSpace
      index += isSpace ? 3 : 1
    }
    if start < bytes.count { found(start, bytes.count) }
  }

  private static func byteLevel(
    _ pieces: inout PieceBuffer, _ addsSpace: Bool, _ pattern: RegularExpression?, _ mapsBytes: Bool
  ) {
    if addsSpace {
      pieces.rewrite { piece, _, output in
        if piece.first != 0x20 { output.append(0x20) }
        output += piece
      }
    }
    if let pattern { PreTokenizer.splitPattern(pattern, .isolated, inverted: false).split(&pieces) }
    if mapsBytes { pieces.rewrite { $2 += ByteAlphabet.mapped($0) } }
  }

  private static func metaspace(
    _ pieces: inout PieceBuffer, _ replacement: [UInt8], _ scheme: PrependScheme, _ splits: Bool
  ) {
    pieces.rewrite { piece, isAtStart, output in
      let startsWithSpace = piece.first == 0x20 || piece.starts(with: replacement)
      if scheme != .never, !startsWithSpace, scheme == .always || isAtStart { output += replacement }
      for byte in piece {
        if byte == 0x20 { output += replacement } else { output.append(byte) }
      }
    }
    if splits { pieces.split(.mergedWithNext) { find(replacement, in: $0, $1) } }
  }
}
