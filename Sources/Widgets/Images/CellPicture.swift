import Drawing
import Images

/// Pixels turned into cells.
struct CellPicture {
  private let size: Size
  private var cells: [Cell] = []

  subscript(x: Int, y: Int) -> Cell { cells[y * size.columns + x] }

  /// Turns opaque pixels into cells; there must be as many as the rendering has for these cells.
  init(_ pixels: LinearImage, size: Size, rendering: ImageRendering) {
    self.size = size
    switch (rendering.pixels, rendering.colors) {
    case (.ascii, _): cells = pixels.pixels.map(CellPicture.letter)
    case (.braille, _): cells = CellPicture.dots(pixels, size)
    case (_, .none): cells = CellPicture.lit(pixels, size, rendering)
    case (_, .named16): cells = CellPicture.dithered(pixels, size)
    case (_, .palette256): cells = PairedCells(pixels, size, rendering, palette: .terminal256).withinBudget()
    case (_, .trueColor): cells = PairedCells(pixels, size, rendering, palette: nil).withinBudget()
    }
  }

  private static func letter(_ color: LinearColor) -> Cell {
    let letters = Array(" .:-=+*#%@")
    // The eye sees the cube root of light as even steps.
    let lightness = PerceptualColor(color).components.x
    return Cell(letters[min(letters.count - 1, max(0, Int(lightness * Float(letters.count))))])
  }

  /// Lit and dark dots whose density is the pixels' brightness: what each dot is too bright or too dark is handed on to
  /// its neighbours (Floyd and Steinberg, 1976).
  private static func thresholded(_ pixels: LinearImage) -> [Bool] {
    var light = pixels.pixels.map { PerceptualColor($0).components.x }
    var result = [Bool](repeating: false, count: light.count)
    for index in light.indices {
      result[index] = light[index] > 0.5
      let rest = light[index] - (result[index] ? 1 : 0)
      spread(width: pixels.width, height: pixels.height, from: index) { light[$0] += rest * $1 }
    }
    return result
  }

  /// The neighbours to the right and below, each with its share of what is left at a pixel.
  private static func spread(width: Int, height: Int, from index: Int, _ body: (Int, Float) -> Void) {
    let (x, y) = (index % width, index / width)
    for (dx, dy, share) in [(1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)] as [(Int, Int, Float)] {
      if x + dx >= 0, x + dx < width, y + dy < height { body(index + dy * width + dx, share / 16) }
    }
  }

  private static func dots(_ pixels: LinearImage, _ size: Size) -> [Cell] {
    raster(thresholded(pixels), width: pixels.width, size, .braille)
  }

  /// Half and quarter blocks in one colour.
  private static func lit(_ pixels: LinearImage, _ size: Size, _ rendering: ImageRendering) -> [Cell] {
    let lit = thresholded(pixels)
    if rendering.pixelsInCell.across == 2 { return raster(lit, width: pixels.width, size, .blocks) }
    return (0..<size.columns * size.rows).map { cell in
      let (x, y) = (cell % size.columns, cell / size.columns)
      let (top, bottom) = (lit[2 * y * pixels.width + x], lit[(2 * y + 1) * pixels.width + x])
      return Cell(top ? (bottom ? "█" : "▀") : (bottom ? "▄" : " "))
    }
  }

  private static func raster(_ lit: [Bool], width: Int, _ size: Size, _ marks: ChartMarks) -> [Cell] {
    var raster = DotRaster(size: size, marks: marks)
    for (index, isLit) in lit.enumerated() where isLit {
      raster.set(column: index % width, row: index / width, owner: 0)
    }
    return (0..<size.columns * size.rows).map { cell in
      let (x, y) = (cell % size.columns, cell / size.columns)
      return Cell(raster.owner(x: x, y: y) == nil ? " " : raster.character(x: x, y: y, letter: " "))
    }
  }

  /// Half blocks in the 16 named colours, mixed where none is near: what a pixel's colour misses is handed on.
  private static func dithered(_ pixels: LinearImage, _ size: Size) -> [Cell] {
    let palette = ColorPalette.terminal16
    var wanted = pixels.pixels.map { PerceptualColor($0) }
    let exact = wanted
    var colors: [UInt8] = []
    for index in wanted.indices {
      // Flat areas near a colour stay flat: no speckles on white paper.
      let plain = palette.nearest(to: exact[index])
      let isNear = palette.perceived(plain).squaredDistance(to: exact[index]) < 0.002
      let position = isNear ? plain : palette.nearest(to: wanted[index])
      colors.append(palette.indices[position])
      guard !isNear else { continue }
      // Less than all: the few colours are so far apart that whole errors would run away.
      let rest = (wanted[index].components - palette.perceived(position).components) * 0.8
      spread(width: pixels.width, height: pixels.height, from: index) { neighbour, share in
        wanted[neighbour].components += rest * share
      }
    }
    return (0..<size.columns * size.rows).map { cell in
      let (x, y) = (cell % size.columns, cell / size.columns)
      let (top, bottom) = (colors[2 * y * size.columns + x], colors[(2 * y + 1) * size.columns + x])
      if top == bottom { return Cell(" ", style: Style(background: .indexed(top))) }
      return Cell("▀", style: Style(foreground: .indexed(top), background: .indexed(bottom)))
    }
  }
}
