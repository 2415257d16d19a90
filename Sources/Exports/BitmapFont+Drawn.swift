// Glyphs that are computed: they must meet those of the neighbouring cells, whatever the size of a cell.
extension BitmapFont {
  /// A line, block or braille character; `nil` for any other.
  static func drawnGlyph(_ value: UInt32) -> [UInt32]? {
    switch value {
    case 0x2500...0x257F: return line(value)
    case 0x2580...0x259F: return block(Int(value))
    case 0x2800...0x28FF: return braille(value - 0x2800)
    default: return nil
    }
  }

  /// A rectangle of pixels; a part outside the cell is left out.
  private static func rectangle(_ x: Range<Int>, _ y: Range<Int>) -> [UInt32] {
    var bits = UInt32(0)
    for column in x.clamped(to: 0..<columns) { bits |= 1 << UInt32(columns - 1 - column) }
    var glyph = empty
    for row in y.clamped(to: 0..<rows) { glyph[row] = bits }
    return glyph
  }

  private static func union(_ glyphs: [[UInt32]]) -> [UInt32] {
    glyphs.reduce(empty) { result, glyph in zip(result, glyph).map { $0 | $1 } }
  }

  private static func braille(_ dots: UInt32) -> [UInt32] {
    // Unicode numbers the dots down the left column, down the right one, then the bottom two.
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return union(
      places.enumerated().filter { dots >> UInt32($0.offset) & 1 == 1 }.map { _, place in
        let (x, y) = (1 + place.0 * 5, 1 + place.1 * 9 / 2)
        return rectangle(x..<x + 2, y..<y + 2)
      })
  }

  private static func block(_ value: Int) -> [UInt32] {
    let (middleX, middleY) = (columns / 2, rows / 2)
    let quadrants = [
      rectangle(0..<middleX, 0..<middleY), rectangle(middleX..<columns, 0..<middleY),
      rectangle(0..<middleX, middleY..<rows), rectangle(middleX..<columns, middleY..<rows),
    ]
    switch value {
    case 0x2580: return rectangle(0..<columns, 0..<middleY)
    case 0x2581...0x2588: return rectangle(0..<columns, rows - rows * (value - 0x2580) / 8..<rows)
    case 0x2589...0x258F: return rectangle(0..<columns * (0x2590 - value) / 8, 0..<rows)
    case 0x2590: return rectangle(middleX..<columns, 0..<rows)
    case 0x2591...0x2593: return shade(value - 0x2590)
    case 0x2594: return rectangle(0..<columns, 0..<rows / 8)
    case 0x2595: return rectangle(columns - 1..<columns, 0..<rows)
    default:
      // Which quadrants U+2596 to U+259F fill: upper left 1, upper right 2, lower left 4, lower right 8.
      let filled = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14][value - 0x2596]
      return union(quadrants.indices.filter { filled >> $0 & 1 == 1 }.map { quadrants[$0] })
    }
  }

  /// One, two or three quarters of the pixels.
  private static func shade(_ quarters: Int) -> [UInt32] {
    let order = [[0, 2], [3, 1]]
    return (0..<rows).map { row in
      (0..<columns).reduce(UInt32(0)) { bits, column in
        bits << 1 | (order[row % 2][column % 2] < quarters ? 1 : 0)
      }
    }
  }

  /// The weights of a line character's arms, 0 none, 1 light, 2 heavy, 3 double: left, right, up, down.
  private static func arms(_ value: UInt32) -> [Int]? {
    switch value {
    case 0x2500, 0x2504, 0x2508, 0x254C: return [1, 1, 0, 0]
    case 0x2501, 0x2505, 0x2509, 0x254D: return [2, 2, 0, 0]
    case 0x2502, 0x2506, 0x250A, 0x254E: return [0, 0, 1, 1]
    case 0x2503, 0x2507, 0x250B, 0x254F: return [0, 0, 2, 2]
    case 0x250C...0x251B:
      // Four corners, each light, with the horizontal heavy, with the vertical heavy, heavy.
      let (corner, weight) = (Int(value - 0x250C) / 4, Int(value - 0x250C) % 4)
      let (horizontal, vertical) = (weight & 1 + 1, weight >> 1 + 1)
      return [
        corner % 2 == 1 ? horizontal : 0, corner % 2 == 0 ? horizontal : 0, corner >= 2 ? vertical : 0,
        corner < 2 ? vertical : 0,
      ]
    case 0x251C...0x254B: return junctions[Int(value - 0x251C)]
    case 0x2550: return [3, 3, 0, 0]
    case 0x2551: return [0, 0, 3, 3]
    case 0x2552...0x256C:
      // Runs of three: the horizontal double, the vertical double, both.
      let (shape, weight) = (Int(value - 0x2552) / 3, Int(value - 0x2552) % 3)
      let (horizontal, vertical) = ([3, 1, 3][weight], [1, 3, 3][weight])
      let mask = [
        [0, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0], [1, 0, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 1],
        [1, 1, 1, 0], [1, 1, 1, 1],
      ][shape]
      return [mask[0] * horizontal, mask[1] * horizontal, mask[2] * vertical, mask[3] * vertical]
    case 0x256D: return [0, 1, 0, 1]
    case 0x256E: return [1, 0, 0, 1]
    case 0x256F: return [1, 0, 1, 0]
    case 0x2570: return [0, 1, 1, 0]
    case 0x2574...0x257B:
      let side = [0, 2, 1, 3][Int(value - 0x2574) % 4]
      return (0..<4).map { $0 == side ? (value < 0x2578 ? 1 : 2) : 0 }
    case 0x257C: return [1, 2, 0, 0]
    case 0x257D: return [0, 0, 1, 2]
    case 0x257E: return [2, 1, 0, 0]
    case 0x257F: return [0, 0, 2, 1]
    default: return nil
    }
  }

  /// U+251C to U+254B: left, right, up, down.
  private static let junctions: [[Int]] = [
    [0, 1, 1, 1], [0, 2, 1, 1], [0, 1, 2, 1], [0, 1, 1, 2], [0, 1, 2, 2], [0, 2, 2, 1], [0, 2, 1, 2], [0, 2, 2, 2],
    [1, 0, 1, 1], [2, 0, 1, 1], [1, 0, 2, 1], [1, 0, 1, 2], [1, 0, 2, 2], [2, 0, 2, 1], [2, 0, 1, 2], [2, 0, 2, 2],
    [1, 1, 0, 1], [2, 1, 0, 1], [1, 2, 0, 1], [2, 2, 0, 1], [1, 1, 0, 2], [2, 1, 0, 2], [1, 2, 0, 2], [2, 2, 0, 2],
    [1, 1, 1, 0], [2, 1, 1, 0], [1, 2, 1, 0], [2, 2, 1, 0], [1, 1, 2, 0], [2, 1, 2, 0], [1, 2, 2, 0], [2, 2, 2, 0],
    [1, 1, 1, 1], [2, 1, 1, 1], [1, 2, 1, 1], [2, 2, 1, 1], [1, 1, 2, 1], [1, 1, 1, 2], [1, 1, 2, 2], [2, 1, 2, 1],
    [1, 2, 2, 1], [2, 1, 1, 2], [1, 2, 1, 2], [2, 2, 2, 1], [2, 2, 1, 2], [2, 1, 2, 2], [1, 2, 2, 2], [2, 2, 2, 2],
  ]

  private static func line(_ value: UInt32) -> [UInt32] {
    if (0x2571...0x2573).contains(value) { return diagonals(rising: value != 0x2572, falling: value != 0x2571) }
    guard let arms = arms(value) else { return empty }
    let (x, y) = (columns / 2, rows / 2)
    // The pixels across a stroke, around the middle.
    func strokes(_ weight: Int, _ middle: Int) -> [Range<Int>] {
      switch weight {
      case 1: [middle..<middle + 1]
      case 2: [middle - 1..<middle + 2]
      case 3: [middle - 1..<middle, middle + 1..<middle + 2]
      default: []
      }
    }
    // Arms reach over the middle by as much as the strokes that cross them are thick.
    let acrossX = arms[2...].max() ?? 0 > 1 ? 1 : 0
    let acrossY = arms[..<2].max() ?? 0 > 1 ? 1 : 0
    var parts: [[UInt32]] = []
    for stroke in strokes(arms[0], y) { parts.append(rectangle(0..<x + acrossX + 1, stroke)) }
    for stroke in strokes(arms[1], y) { parts.append(rectangle(x - acrossX..<columns, stroke)) }
    for stroke in strokes(arms[2], x) { parts.append(rectangle(stroke, 0..<y + acrossY + 1)) }
    for stroke in strokes(arms[3], x) { parts.append(rectangle(stroke, y - acrossY..<rows)) }
    var glyph = union(parts)
    let isDashed = (0x2504...0x250B).contains(value) || (0x254C...0x254F).contains(value)
    if isDashed {
      let gaps: UInt32 = arms[0] > 0 ? 0b110_110_110 : 0b111_111_111
      glyph = glyph.enumerated().map { row, bits in arms[0] == 0 && row % 3 == 2 ? 0 : bits & gaps }
    }
    return glyph
  }

  private static func diagonals(rising: Bool, falling: Bool) -> [UInt32] {
    (0..<rows).map { row in
      let column = row * columns / rows
      return (rising ? 1 << UInt32(column) : 0) | (falling ? 1 << UInt32(columns - 1 - column) : 0)
    }
  }

  /// A box with the character's code in hexadecimal: two rows of digits, 3 x 5 pixels each.
  static func codeBox(_ value: UInt32, cells: Int) -> [UInt32] {
    let width = columns * cells
    var glyph = empty
    let side = UInt32(1) << UInt32(width - 1) | 1
    let whole = (UInt32(1) << UInt32(width)) - 1
    for row in 1..<rows - 1 { glyph[row] = row == 1 || row == rows - 2 ? whole : side }
    let text = Array(String(value, radix: 16, uppercase: true).utf8)
    let digits = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 4 - text.count)) + text
    let perRow = (digits.count + 1) / 2
    // A narrow cell holds two digits a row; of a code of five or six the last four are shown.
    let shown = cells == 1 ? Array(digits.suffix(4)) : digits
    for (index, digit) in shown.enumerated() {
      let inRow = cells == 1 ? 2 : perRow
      let (column, row) = (index % inRow, index / inRow)
      let x = 1 + (width - 2 - inRow * 4 + 1) / 2 + column * 4
      for (line, bits) in digitRows(digit).enumerated() {
        let shift = width - x - 3
        if shift >= 0 { glyph[3 + row * 7 + line] |= bits << UInt32(shift) }
      }
    }
    return glyph
  }

  private static func digitRows(_ digit: UInt8) -> [UInt32] {
    // Five rows of three bits each, the top row first.
    let shapes: [UInt32] = [
      0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111,
      0b101_101_111_001_001, 0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_001_001_001,
      0b111_101_111_101_111, 0b111_101_111_001_111, 0b111_101_111_101_101, 0b110_101_110_101_110,
      0b111_100_100_100_111, 0b110_101_101_101_110, 0b111_100_111_100_111, 0b111_100_111_100_100,
    ]
    let index = digit <= UInt8(ascii: "9") ? Int(digit) - 48 : Int(digit) - 55
    return (0..<5).map { shapes[index] >> UInt32(12 - 3 * $0) & 7 }
  }
}
