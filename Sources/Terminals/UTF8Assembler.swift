import Sessions

/// Puts the bytes of typed UTF-8 together; what is malformed becomes U+FFFD, one for each ill-formed part.
struct UTF8Assembler {
  private var bytes: [UInt8] = []
  /// Modifiers of the character that is being read.
  var modifiers: KeyPress.Modifiers = []

  /// Whether no character is unfinished.
  var isEmpty: Bool { bytes.isEmpty }

  /// Takes a byte of 0x80 or more.
  mutating func append(_ byte: UInt8) -> [Unicode.Scalar] {
    var found: [Unicode.Scalar] = []
    if let first = bytes.first, !Self.continues(first: first, count: bytes.count, byte) {
      found.append("\u{FFFD}")
      bytes.removeAll()
    }
    if bytes.isEmpty && !(0xC2...0xF4).contains(byte) { return found + ["\u{FFFD}"] }
    bytes.append(byte)
    if bytes.count == Self.length(bytes[0]) {
      found += String(decoding: bytes, as: UTF8.self).unicodeScalars
      bytes.removeAll()
    }
    return found
  }

  /// The replacement for an unfinished character.
  mutating func flush() -> Unicode.Scalar? {
    defer { bytes.removeAll() }
    return bytes.isEmpty ? nil : "\u{FFFD}"
  }

  private static func length(_ first: UInt8) -> Int {
    first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  }

  /// Whether a byte may follow (Unicode 15, table 3-7: no overlong forms, surrogates or values past 10FFFF).
  private static func continues(first: UInt8, count: Int, _ byte: UInt8) -> Bool {
    guard count == 1 else { return (0x80...0xBF).contains(byte) }
    return switch first {
    case 0xE0: (0xA0...0xBF).contains(byte)
    case 0xED: (0x80...0x9F).contains(byte)
    case 0xF0: (0x90...0xBF).contains(byte)
    case 0xF4: (0x80...0x8F).contains(byte)
    default: (0x80...0xBF).contains(byte)
    }
  }
}
