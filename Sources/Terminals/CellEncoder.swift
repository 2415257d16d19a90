import CTerminal
import Drawing

/// Says how a cell of a canvas is put on the terminal: pieces that ncurses and every terminal give the same columns.
struct CellEncoder {
  let colors: Int
  let isASCII: Bool
  /// Characters beyond ASCII that can be shown all the same.
  private let extras: Set<UInt32>
  private let capacity = Int(terminal_cell_capacity())

  init(colors: Int, isASCII: Bool, extras: Set<UInt32> = []) {
    self.colors = colors
    self.isASCII = isASCII
    self.extras = extras
  }

  /// The same with other colours.
  func with(colors: Int) -> CellEncoder { CellEncoder(colors: colors, isASCII: isASCII, extras: extras) }

  /// Calls `body` with the scalars of each piece and its distance from the cell in columns.
  ///
  /// ncurses counts columns by base scalars. A cluster whose scalars do not add up to its width (a ZWJ sequence, a skin
  /// tone, variation selector 16, a character newer than the C library) would move everything right of it, so its first
  /// scalar stands for it, followed by a space where that is narrower.
  func forEachPiece(of cell: Cell, _ body: ([UInt32], Int) -> Void) {
    let width = Int(cell.width)
    guard width > 0 else { return }
    if let ascii = cell.character.asciiValue, ascii >= 0x20 && ascii < 0x7F { return body([UInt32(ascii)], 0) }
    if isASCII {
      let scalars = cell.character.unicodeScalars
      if let only = scalars.first?.value, scalars.count == 1, extras.contains(only) { return body([only], 0) }
      for x in 0..<width { body([UInt32(asciiFallback(for: cell.character).asciiValue ?? 0x3F)], x) }
      return
    }
    let pieces = split(cell.character)
    if pieces.reduce(0, { $0 + $1.columns }) == width {
      var x = 0
      for piece in pieces {
        body(Array(piece.scalars.prefix(capacity)), x)
        x += piece.columns
      }
      return
    }
    var first = pieces.first ?? (scalars: [0xFFFD], columns: 1)
    // Without the selector the base is as narrow as ncurses takes it to be.
    first.scalars.removeAll { $0 == 0xFE0F || $0 == 0x200D }
    if first.columns > width || first.scalars.isEmpty { first = ([0xFFFD], 1) }
    body(Array(first.scalars.prefix(capacity)), 0)
    for x in first.columns..<max(width, first.columns) { body([0x20], x) }
  }

  /// The scalars of a cluster, each printing one with the marks on it.
  private func split(_ character: Character) -> [(scalars: [UInt32], columns: Int)] {
    var pieces: [(scalars: [UInt32], columns: Int)] = []
    for scalar in character.unicodeScalars {
      let columns = Int(terminal_scalar_columns(scalar.value))
      if columns == 0 && !pieces.isEmpty {
        pieces[pieces.count - 1].scalars.append(scalar.value)
      } else if columns > 0 {
        pieces.append(([scalar.value], columns))
      } else {
        pieces.append(([0xFFFD], 1))
      }
    }
    return pieces
  }

  /// The colour's number on this terminal; -1 is its own colour.
  func index(of color: Color) -> Int {
    guard colors > 0 else { return -1 }
    if colors >= 1 << 24 {
      return switch color {
      case .standard: -1
      // With direct colour ncurses keeps 0-7 for the palette; all else is RGB.
      case .indexed(let index) where index < 8: Int(index)
      case .indexed(let index): Palette.rgb(index)
      case .rgb(let red, let green, let blue): max(8, Int(red) << 16 | Int(green) << 8 | Int(blue))
      }
    }
    switch color {
    case .standard: return -1
    case .indexed(let index): return Int(index) < colors ? Int(index) : Palette.nearest(Palette.rgb(index), of: colors)
    case .rgb(let red, let green, let blue):
      return Palette.nearest(Int(red) << 16 | Int(green) << 8 | Int(blue), of: colors)
    }
  }
}

/// The usual palette of 256 colours.
enum Palette {
  private static let named = [
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00,
    0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
  ]
  private static let levels = [0, 95, 135, 175, 215, 255]

  /// A palette colour as 0xRRGGBB.
  static func rgb(_ index: UInt8) -> Int {
    let index = Int(index)
    if index < 16 { return named[index] }
    if index >= 232 { return (8 + (index - 232) * 10) * 0x010101 }
    let cube = index - 16
    return levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6]
  }

  /// The nearest palette colour a terminal with this many colours has.
  static func nearest(_ rgb: Int, of colors: Int) -> Int {
    if colors < 256 {
      let candidates = 0..<min(colors, 16)
      return candidates.min { distance(named[$0], rgb) < distance(named[$1], rgb) } ?? -1
    }
    // The named colours are the user's to change, so only the cube and the greys are sure.
    let parts = [rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF].map { value in
      levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0
    }
    let cube = 16 + 36 * parts[0] + 6 * parts[1] + parts[2]
    let mean = ((rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF)) / 3
    let grey = 232 + min(23, max(0, (mean - 3) / 10))
    return distance(Self.rgb(UInt8(grey)), rgb) < distance(Self.rgb(UInt8(cube)), rgb) ? grey : cube
  }

  private static func distance(_ a: Int, _ b: Int) -> Int {
    [16, 8, 0].reduce(0) { sum, shift in
      let difference = (a >> shift & 0xFF) - (b >> shift & 0xFF)
      return sum + difference * difference
    }
  }
}
