/// The font that frames are drawn with as images.
///
/// Letters, digits and signs of the Latin, Greek and Cyrillic scripts are those of "9x18" of X11's misc-fixed fonts
/// ("Public domain font. Share and enjoy."); lines, blocks and braille are computed, so that they join without gaps; what
/// the font lacks is a box with the character's code in it.
public enum BitmapFont {
  /// Pixels in a row of a cell.
  public static let columns = 9
  /// Rows of pixels of a cell.
  public static let rows = 18
  /// The row of an underline.
  static let underlineRow = 15

  /// The rows of a character from the top, the leftmost pixel in bit `cells * columns - 1`.
  static func glyph(of character: Character, cells: Int) -> [UInt32] {
    guard let scalar = character.unicodeScalars.first else { return empty }
    let value = scalar.value
    // A character with marks above or below is shown as what carries them: better than a box.
    if let drawn = drawnGlyph(value) { return centred(drawn, cells: cells) }
    if let stored = storedGlyph(value) { return centred(stored, cells: cells) }
    return scalar.properties.isWhitespace ? empty : codeBox(value, cells: cells)
  }

  static let empty = [UInt32](repeating: 0, count: rows)

  private static func centred(_ glyph: [UInt32], cells: Int) -> [UInt32] {
    cells == 1 ? glyph : glyph.map { $0 << UInt32(columns * (cells - 1) / 2) }
  }

  /// A glyph of the table: 9 bits a row, 18 rows, 6 bits a character from `0` on.
  private static func storedGlyph(_ value: UInt32) -> [UInt32]? {
    guard let range = table.last(where: { $0.first <= value }) else { return nil }
    let start = Int(value - range.first) * bytesPerGlyph
    let text = range.glyphs
    guard start + bytesPerGlyph <= text.utf8CodeUnitCount else { return nil }
    var rows: [UInt32] = []
    var (bits, count) = (UInt32(0), 0)
    for offset in start..<start + bytesPerGlyph {
      bits = bits << 6 | UInt32(text.utf8Start[offset] &- 48)
      count += 6
      if count >= 9 {
        rows.append(bits >> UInt32(count - 9) & 0x1FF)
        count -= 9
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return rows
  }

  /// Characters of text for one glyph: 18 rows of 9 bits in pieces of 6.
  private static let bytesPerGlyph = columns * rows / 6

  /// A run of characters with consecutive codes.
  struct Run: Sendable {
    let first: UInt32
    let glyphs: StaticString
  }
}
