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

  /// The colour's number on this terminal; -1 is its own colour. Where there are all colours, numbers below 256 are the
  /// palette's and others 0xRRGGBB.
  func index(of color: Color) -> Int {
    guard colors > 0 else { return -1 }
    switch color {
    case .standard: return -1
    case .indexed(let index):
      if Int(index) < colors { return Int(index) }
      return ColorDepth.nearest(color.paletteRGB ?? 0, of: colors)
    case .rgb(let red, let green, let blue):
      let rgb = Int(red) << 16 | Int(green) << 8 | Int(blue)
      guard colors >= 1 << 24 else { return ColorDepth.nearest(rgb, of: colors) }
      // The darkest blues get the least green that makes them no palette's number.
      return rgb < 256 ? rgb | 0x100 : rgb
    }
  }
}

/// Brings colours to terminals that have fewer.
enum ColorDepth {
  /// The number of the nearest palette colour that a terminal with this many has.
  static func nearest(_ rgb: Int, of colors: Int) -> Int {
    if colors < 256 {
      return (0..<min(colors, 16)).min { distance(of: $0, rgb) < distance(of: $1, rgb) } ?? -1
    }
    // The named colours are the user's to change, so only the cube and the greys are sure.
    let levels = Color.cubeLevels
    let parts = [rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF].map { value in
      levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0
    }
    let cube = 16 + 36 * parts[0] + 6 * parts[1] + parts[2]
    let mean = ((rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF)) / 3
    let grey = 232 + min(23, max(0, (mean - 3) / 10))
    return distance(of: grey, rgb) < distance(of: cube, rgb) ? grey : cube
  }

  private static func distance(of index: Int, _ rgb: Int) -> Int {
    let color = Color.indexed(UInt8(index)).paletteRGB ?? 0
    return [16, 8, 0].reduce(0) { sum, shift in
      let difference = (color >> shift & 0xFF) - (rgb >> shift & 0xFF)
      return sum + difference * difference
    }
  }
}
