/// Decodes ids that arrive one by one; the texts it hands out, put together, are exactly the full decode.
///
/// Half a character is held back until the rest of it arrives, or until `flush()` makes U+FFFD of it.
public struct StreamingDecoder: Sendable {
  private var stages: [DecoderState]
  private let piece: @Sendable (Int32) -> DecodedPiece?

  init(stages: [DecoderStage], piece: @escaping @Sendable (Int32) -> DecodedPiece?) {
    var isFused = false
    self.stages = stages.flatMap { stage -> [DecoderState] in
      switch stage {
      case .fuse, .byteLevel, .byteStream:
        isFused = true
        return [DecoderState(stage)]
      case .strip: return [DecoderState(stage)]
      default:
        defer { isFused = false }
        return isFused ? [DecoderState(.assemble), DecoderState(stage)] : [DecoderState(stage)]
      }
    }
    self.piece = piece
  }

  /// Takes the next token and returns the characters that are now complete, often none.
  public mutating func push(_ id: Int32) -> String {
    guard let token = piece(id) else { return "" }
    return run([token], from: 0)
  }

  /// Ends the text and returns what was held back.
  public mutating func flush() -> String {
    var text = ""
    for index in stages.indices {
      text += run(stages[index].flush(), from: index + 1)
    }
    return text
  }

  private mutating func run(_ tokens: [DecodedPiece], from first: Int) -> String {
    var tokens = tokens
    for index in stages.indices.dropFirst(first) where !tokens.isEmpty {
      tokens = tokens.flatMap { stages[index].push($0) }
    }
    return tokens.reduce(into: "") { $0 += String(decoding: $1.bytes, as: UTF8.self) }
  }
}

/// A token on its way through the decoders.
struct DecodedPiece: Sendable {
  var bytes: [UInt8]
  /// Whether it is an added or control token, whose text stands for itself.
  var isLiteral = false
  /// Whether it goes on with the token before it: what a fusing decoder hands on in parts.
  var isContinuation = false
}
