import CTerminal

/// A charset of one byte a character, as locales have that are not UTF-8: ISO 8859, KOI8, Windows code pages.
struct ByteCharset: Hashable {
  /// The characters of the bytes from 0x80; `nil` where a byte is none by itself.
  private let upper: [Unicode.Scalar?]

  /// - Parameter scalar: what a byte stands for.
  init(_ scalar: (UInt8) -> Unicode.Scalar?) { upper = (UInt8(0x80)...0xFF).map(scalar) }

  /// The charset of the locale that is set; `nil` where that is ASCII, in which bytes beyond it can only be UTF-8 from a
  /// terminal that nobody told.
  static var current: ByteCharset? {
    guard terminal_charset_is_larger_than_ascii() else { return nil }
    return ByteCharset { byte in
      let value = terminal_byte_scalar(byte)
      return value == 0 ? nil : Unicode.Scalar(value)
    }
  }

  /// The character of a byte.
  subscript(byte: UInt8) -> Unicode.Scalar {
    if byte < 0x80 { return Unicode.Scalar(byte) }
    return upper[Int(byte) - 0x80] ?? "\u{FFFD}"
  }

  /// Bytes as text.
  func text(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { $0.unicodeScalars.append(self[$1]) }
  }

  /// The characters beyond ASCII that a terminal of this charset shows in one column.
  var printable: Set<UInt32> {
    Set(upper.compactMap { $0?.value }.filter { $0 > 0xA0 && $0 != 0xAD && terminal_scalar_columns($0) == 1 })
  }
}
