/// How many columns text takes on a terminal.
///
/// Widths follow Unicode's East Asian Width with ambiguous characters as one column, as terminals and the C library have
/// it. A cluster shown as one emoji (ZWJ sequence, flag, skin tone, keycap, variation selector 16) takes two; any other
/// cluster takes the sum of its scalars.
public enum TextWidth {
  /// Columns of a text; control characters count as the one column of the picture that replaces them.
  public static func columns(of text: some StringProtocol) -> Int {
    var total = 0
    for character in text { total += columns(of: character) }
    return total
  }

  /// Columns of one grapheme cluster: 0, 1 or 2, and more only where several letters make one cluster (Indic conjuncts).
  public static func columns(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    let first = scalars[scalars.startIndex]
    if scalars.index(after: scalars.startIndex) == scalars.endIndex { return columns(of: first) }
    if first == "\r" { return 1 }
    if isEmoji(character) { return 2 }
    return scalars.reduce(0) { $0 + columns(of: $1) }
  }

  /// Columns of one scalar by itself: 0, 1 or 2.
  public static func columns(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    if value >= 0x4E00 && value <= 0x9FFF || value >= 0xAC00 && value <= 0xD7A3 { return 2 }
    if contains(value, in: zeroRanges) { return 0 }
    return contains(value, in: wideRanges) ? 2 : 1
  }

  /// Whether a cluster of several scalars is drawn as one emoji.
  package static func isEmoji(_ character: Character) -> Bool {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, first.properties.isEmoji else { return false }
    var previous = first
    for scalar in scalars.dropFirst() {
      switch scalar.value {
      case 0xFE0F where first.value > 0x7F, 0x20E3 where previous.value == 0xFE0F, 0x1F3FB...0x1F3FF: return true
      case 0x1F1E6...0x1F1FF where (0x1F1E6...0x1F1FF).contains(first.value): return true
      default: if previous.value == 0x200D && scalar.properties.isEmoji { return true }
      }
      previous = scalar
    }
    return false
  }

  /// The parts of a cluster that take a cell each: itself, except where several letters make one cluster.
  static func cells(of character: Character) -> [(text: Character, columns: Int)] {
    let total = columns(of: character)
    let scalars = character.unicodeScalars
    if scalars.count == 1 || isEmoji(character) { return total > 0 ? [(character, total)] : [] }
    var parts: [(text: Character, columns: Int)] = []
    var part = String.UnicodeScalarView()
    var width = 0
    for scalar in scalars {
      let columns = columns(of: scalar)
      if columns > 0 && width > 0 {
        parts.append((Character(String(part)), width))
        part = .init()
        width = 0
      }
      part.append(scalar)
      width += columns
    }
    if width > 0 { parts.append((Character(String(part)), width)) }
    return parts
  }

  /// Whether an ascending list of closed ranges, flattened, contains the value.
  private static func contains(_ value: UInt32, in ranges: [UInt32]) -> Bool {
    var low = 0
    var high = ranges.count / 2
    while low < high {
      let middle = (low + high) / 2
      if ranges[2 * middle + 1] < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count / 2 && ranges[2 * low] <= value
  }
}
