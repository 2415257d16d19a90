import Drawing

/// What charts draw points and lines with.
public enum ChartMarks: String, Hashable, Sendable, CaseIterable {
  /// Braille patterns: two by four dots a cell.
  case braille
  /// Quarter blocks: two by two dots a cell, for fonts without braille.
  case blocks
  /// One letter a cell, another for every series: for terminals without UTF-8.
  case ascii

  /// Dots in a cell, across and down.
  var dots: (across: Int, down: Int) {
    switch self {
    case .braille: (2, 4)
    case .blocks: (2, 2)
    case .ascii: (1, 1)
    }
  }
}

/// A grid of dots finer than cells; each cell belongs to the layer that drew in it last.
struct DotRaster {
  let marks: ChartMarks
  /// Cells.
  let size: Size
  /// Dots across and down.
  let columns: Int
  let rows: Int
  /// Cells are one, two or four dots wide and high: shifts, as divisions are slow where points come by the million.
  private let acrossShift: Int
  private let downShift: Int
  private var patterns: [UInt8]
  private var owners: [Int16]

  init(size: Size, marks: ChartMarks) {
    self.marks = marks
    self.size = size
    acrossShift = marks.dots.across.trailingZeroBitCount
    downShift = marks.dots.down.trailingZeroBitCount
    columns = size.columns * marks.dots.across
    rows = size.rows * marks.dots.down
    patterns = Array(repeating: 0, count: size.columns * size.rows)
    owners = Array(repeating: -1, count: size.columns * size.rows)
  }

  /// Sets a dot; outside the grid nothing happens.
  mutating func set(column: Int, row: Int, owner: Int) {
    guard column >= 0, row >= 0, column < columns, row < rows else { return }
    let (cell, bit) = place(column, row)
    patterns[cell] |= 1 << bit
    owners[cell] = Int16(truncatingIfNeeded: owner)
  }

  /// Sets a column of dots, both ends included.
  mutating func set(column: Int, rows span: ClosedRange<Int>, owner: Int) {
    guard span.upperBound >= 0, span.lowerBound < rows else { return }
    for row in max(0, span.lowerBound)...min(rows - 1, span.upperBound) { set(column: column, row: row, owner: owner) }
  }

  /// Whether a dot is set.
  func isSet(column: Int, row: Int) -> Bool {
    guard column >= 0, row >= 0, column < columns, row < rows else { return false }
    let (cell, bit) = place(column, row)
    return patterns[cell] >> bit & 1 == 1
  }

  /// The cell of a dot and its bit there.
  private func place(_ column: Int, _ row: Int) -> (cell: Int, bit: UInt8) {
    let (cellColumn, cellRow) = (column >> acrossShift, row >> downShift)
    let (x, y) = (column - (cellColumn << acrossShift), row - (cellRow << downShift))
    return (cellRow * size.columns + cellColumn, UInt8((y << acrossShift) | x))
  }

  /// The layer that drew last in a cell, `nil` when none did.
  func owner(x: Int, y: Int) -> Int? {
    let owner = owners[y * size.columns + x]
    return owner < 0 ? nil : Int(owner)
  }

  /// The character of a cell; `letter` stands for its layer where a cell is one letter.
  func character(x: Int, y: Int, letter: Character) -> Character {
    let pattern = Int(patterns[y * size.columns + x])
    return switch marks {
    case .braille: DotRaster.braille[pattern]
    case .blocks: DotRaster.quarters[pattern]
    case .ascii: letter
    }
  }

  /// Braille numbers its dots down the columns, and the lowest row last.
  private static let braille: [Character] = (0..<256).map { pattern in
    let bits: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    let scalar = bits.indices.reduce(UInt32(0x2800)) { pattern >> $1 & 1 == 1 ? $0 | bits[$1] : $0 }
    return Character(Unicode.Scalar(scalar) ?? " ")
  }

  /// By upper left, upper right, lower left, lower right.
  private static let quarters = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
}
