/// A step from tokens back to text; the kinds are those of the Hugging Face library and one for GGUF vocabularies.
enum DecoderStage: Sendable {
  /// Characters of the byte alphabet become bytes, bytes become text.
  case byteLevel
  /// Tokens `<0xNN>` become bytes; a run of them that is no UTF-8 becomes one U+FFFD a byte.
  case byteFallback
  case fuse
  /// Puts the parts of fused tokens together for a step that must see them whole.
  case assemble
  case strip(content: [UInt8], start: Int, stop: Int)
  case replaceText([UInt8], with: [UInt8])
  case replacePattern(RegularExpression, with: [UInt8])
  case metaspace(replacement: [UInt8], dropsFirst: Bool)
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  case bpe(suffix: [UInt8])
  case ctc(pad: [UInt8], delimiter: [UInt8], cleansUp: Bool)
  /// No decoder: tokens with spaces between.
  case spaced
  /// Pieces that are bytes already.
  case byteStream(stripsLeadingSpace: Bool)
}

/// A decoder step at work on a sequence of tokens.
struct DecoderState: Sendable {
  let stage: DecoderStage
  private var isFirst = true
  /// Bytes or a token held back.
  private var held: [UInt8] = []
  private var isHolding = false
  private var budget = 0

  init(_ stage: DecoderStage) { self.stage = stage }

  /// Takes a token, returns what can follow at once.
  mutating func push(_ token: DecodedPiece) -> [DecodedPiece] {
    var token = token
    defer { isFirst = false }
    switch stage {
    case .byteLevel:
      let bytes = ByteAlphabet.unmapped(token.bytes) ?? token.bytes
      return stream(bytes)
    case .byteStream(let strips):
      if strips, isFirst, token.bytes.first == 0x20 { token.bytes.removeFirst() }
      return stream(token.bytes)
    case .fuse:
      token.isContinuation = !isFirst
      return [token]
    case .strip(let content, let start, let stop): return strip(token, content, start, stop)
    case .byteFallback:
      if let byte = byteToken(token.bytes) {
        held.append(byte)
        return []
      }
      return takeHeldBytes() + [token]
    case .metaspace(let replacement, let dropsFirst):
      token.bytes = replacing(replacement, in: token.bytes, with: dropsFirst && isFirst ? [] : [0x20])
      return [token]
    case .wordPiece(let prefix, let cleansUp):
      if !isFirst {
        if token.bytes.starts(with: prefix) {
          token.bytes.removeFirst(prefix.count)
        } else {
          token.bytes.insert(0x20, at: 0)
        }
      }
      if cleansUp { token.bytes = cleanedUp(token.bytes) }
      return [token]
    case .spaced:
      if !isFirst { token.bytes.insert(0x20, at: 0) }
      return [token]
    case .replaceText(let pattern, let content):
      token.bytes = replacing(pattern, in: token.bytes, with: content)
      return [token]
    case .replacePattern(let expression, let content):
      token.bytes = Normalizer.replacePattern(expression, with: content).normalize(token.bytes)
      return [token]
    case .assemble: return assemble(token)
    case .bpe(let suffix): return holdBPE(token, suffix)
    case .ctc: return pushCTC(token)
    }
  }

  /// Ends the sequence, returns what was held back.
  mutating func flush() -> [DecodedPiece] {
    switch stage {
    case .byteLevel, .byteStream:
      defer { held = [] }
      return held.isEmpty
        ? [] : [DecodedPiece(bytes: Array(String(decoding: held, as: UTF8.self).utf8), isContinuation: true)]
    case .byteFallback: return takeHeldBytes()
    case .strip(_, _, let stop):
      defer { held = [] }
      return stop > 0 && isHolding ? [DecodedPiece(bytes: trimmedEnd(), isContinuation: true)] : []
    case .assemble:
      defer { isHolding = false }
      return isHolding ? [DecodedPiece(bytes: held)] : []
    case .bpe(let suffix):
      defer { isHolding = false }
      return isHolding ? [DecodedPiece(bytes: replacing(suffix, in: held, with: []))] : []
    default: return []
    }
  }

  /// Hands on the complete characters of a stream of bytes.
  private mutating func stream(_ bytes: [UInt8]) -> [DecodedPiece] {
    held += bytes
    let tail = incompleteTail(held)
    if held.count == tail { return [] }
    let complete = held[..<(held.count - tail)]
    let text =
      complete.allSatisfy { $0 < 0x80 } ? Array(complete) : Array(String(decoding: complete, as: UTF8.self).utf8)
    held.removeFirst(held.count - tail)
    let isContinuation = isHolding
    isHolding = true
    return [DecodedPiece(bytes: text, isContinuation: isContinuation)]
  }

  private func byteToken(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: [0x3C, 0x30, 0x78]), token[5] == 0x3E else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  private mutating func takeHeldBytes() -> [DecodedPiece] {
    if held.isEmpty { return [] }
    defer { held = [] }
    if String(validating: held, as: UTF8.self) != nil { return [DecodedPiece(bytes: held)] }
    return held.map { _ in DecodedPiece(bytes: [0xEF, 0xBF, 0xBD]) }
  }

  private mutating func strip(_ token: DecodedPiece, _ content: [UInt8], _ start: Int, _ stop: Int) -> [DecodedPiece] {
    var output: [DecodedPiece] = []
    if !token.isContinuation {
      if isHolding, stop > 0 { output.append(DecodedPiece(bytes: trimmedEnd(), isContinuation: true)) }
      held = []
      budget = start
    }
    var token = token
    while budget > 0, !token.bytes.isEmpty {
      if token.bytes.starts(with: content) {
        token.bytes.removeFirst(content.count)
        budget -= 1
      } else {
        budget = 0
      }
    }
    isHolding = true
    guard stop > 0 else { return output + [token] }
    // The end of the token is not known yet: keep back as many characters at its end as could be stripped.
    held += token.bytes
    var keep = held.count
    for _ in 0..<stop where held[..<keep].reversed().starts(with: content.reversed()) { keep -= content.count }
    token.bytes = Array(held[..<keep])
    held.removeFirst(keep)
    return output + [token]
  }

  private func trimmedEnd() -> [UInt8] {
    guard case .strip(let content, _, let stop) = stage else { return held }
    var text = held[...]
    for _ in 0..<stop where text.reversed().starts(with: content.reversed()) { text.removeLast(content.count) }
    return Array(text)
  }

  private mutating func assemble(_ token: DecodedPiece) -> [DecodedPiece] {
    if token.isContinuation, isHolding {
      held += token.bytes
      return []
    }
    let output = isHolding ? [DecodedPiece(bytes: held)] : []
    held = token.bytes
    isHolding = true
    return output
  }

  private mutating func holdBPE(_ token: DecodedPiece, _ suffix: [UInt8]) -> [DecodedPiece] {
    let output = isHolding ? [DecodedPiece(bytes: replacing(suffix, in: held, with: [0x20]))] : []
    held = token.bytes
    isHolding = true
    return output
  }

  private mutating func pushCTC(_ token: DecodedPiece) -> [DecodedPiece] {
    guard case .ctc(let pad, let delimiter, let cleansUp) = stage, !(isHolding && held == token.bytes) else {
      return []
    }
    held = token.bytes
    isHolding = true
    var text = replacing(pad, in: token.bytes, with: [])
    if cleansUp { text = replacing(delimiter, in: cleanedUp(text), with: [0x20]) }
    return text.isEmpty ? [] : [DecodedPiece(bytes: text)]
  }
}

/// Takes out the spaces that tokenising English put before punctuation (`cleanup` of the reference library).
func cleanedUp(_ text: [UInt8]) -> [UInt8] {
  guard text.contains(0x20) else { return text }
  let rules: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]
  return rules.reduce(text) { replacing(Array($1.0.utf8), in: $0, with: Array($1.1.utf8)) }
}
