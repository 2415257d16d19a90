import Drawing
import Images

/// Cells of two colours each: for every cell the division of its pixels in two that loses least, and the choice of
/// characters and colours that costs the fewest bytes on the way to a terminal.
struct PairedCells {
  /// A colour with what is needed to compare and to name it.
  private struct Shade: Hashable {
    var perceived: PerceptualColor
    var color: Color
  }

  /// The pixels of a cell in two groups; `mask` has a bit for each pixel of the first.
  private struct Pair {
    var mask: Int
    var first: Shade
    var second: Shade
  }

  private let size: Size
  private let budget: Int?
  private let characters: [Character]
  private var pairs: [Pair] = []

  /// - Parameter palette: the colours to choose from; `nil` for any.
  init(_ pixels: LinearImage, _ size: Size, _ rendering: ImageRendering, palette: ColorPalette?) {
    self.size = size
    budget = rendering.byteBudget
    let (across, down) = rendering.pixelsInCell
    // By upper left, upper right, lower left, lower right; or by upper and lower.
    characters = Array(across == 2 ? " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█" : " ▀▄█")
    var known: [Int: Shade] = [:]
    func shade(_ color: LinearColor) -> Shade {
      let (red, green, blue) = color.sRGB
      let key = Int(red) << 16 | Int(green) << 8 | Int(blue)
      if let shade = known[key] { return shade }
      var shade = Shade(perceived: PerceptualColor(color), color: .rgb(red, green, blue))
      if let palette {
        let position = palette.nearest(to: shade.perceived)
        shade = Shade(perceived: palette.perceived(position), color: .indexed(palette.indices[position]))
      }
      known[key] = shade
      return shade
    }
    pairs.reserveCapacity(size.columns * size.rows)
    for y in 0..<size.rows {
      for x in 0..<size.columns {
        let start = y * down * pixels.width + x * across
        let colors =
          across == 2
          ? PairedCells.divided(
            pixels.pixels[start], pixels.pixels[start + 1], pixels.pixels[start + pixels.width],
            pixels.pixels[start + pixels.width + 1])
          : (mask: 1, first: pixels.pixels[start], second: pixels.pixels[start + pixels.width])
        let second = shade(colors.second)
        let first = colors.first == colors.second ? second : shade(colors.first)
        pairs.append(Pair(mask: colors.mask, first: first, second: second))
      }
    }
  }

  /// The division of four pixels in two groups with the least squared differences from the groups' means.
  private static func divided(
    _ a: LinearColor, _ b: LinearColor, _ c: LinearColor, _ d: LinearColor
  ) -> (mask: Int, first: LinearColor, second: LinearColor) {
    // Flat cells, of which most pictures have many, have nothing to divide.
    if a == d, b == d, c == d { return (0, d, d) }
    let perceived = (
      PerceptualColor(a).components, PerceptualColor(b).components, PerceptualColor(c).components,
      PerceptualColor(d).components
    )
    let total = perceived.0 + perceived.1 + perceived.2 + perceived.3
    var best = (mask: 0, gain: -Float.infinity)
    // The last pixel is always in the second group: the other half of the divisions are the same ones.
    for mask in 0..<8 {
      var sum = SIMD3<Float>()
      if mask & 1 != 0 { sum += perceived.0 }
      if mask & 2 != 0 { sum += perceived.1 }
      if mask & 4 != 0 { sum += perceived.2 }
      let count = Float(mask.nonzeroBitCount)
      let rest = total - sum
      // The squares of all pixels are the same in every division: the squares of the groups' sums decide.
      let gain = (count > 0 ? (sum * sum).sum() / count : 0) + (rest * rest).sum() / (4 - count)
      if gain > best.gain + 1e-6 { best = (mask, gain) }
    }
    var front = SIMD4<Float>()
    if best.mask & 1 != 0 { front += a.channels }
    if best.mask & 2 != 0 { front += b.channels }
    if best.mask & 4 != 0 { front += c.channels }
    let back = a.channels + b.channels + c.channels + d.channels - front
    let count = Float(best.mask.nonzeroBitCount)
    let second = LinearColor(back / (4 - count))
    return (best.mask, count > 0 ? LinearColor(front / count) : second, second)
  }

  /// The cells, with as little change from the exact colours as the budget asks for.
  func withinBudget() -> [Cell] {
    let exact = laidOut(tolerance: 0.0004)
    guard let budget, exact.bytes > budget else { return exact.cells }
    var (low, high): (Float, Float) = (0, 0.5)
    var best = laidOut(tolerance: high)
    for _ in 0..<8 {
      let middle = (low + high) / 2
      // Small tolerances matter most: the scale is squared.
      let attempt = laidOut(tolerance: middle * middle)
      if attempt.bytes <= budget { (best, high) = (attempt, middle) } else { low = middle }
    }
    return best.cells
  }

  /// Chooses characters and colours from left to right: a colour within the tolerance (a squared distance) of the one
  /// that is set stays, and of a character and its complement the one that changes less is taken.
  private func laidOut(tolerance: Float) -> (cells: [Cell], bytes: Int) {
    var cells: [Cell] = []
    cells.reserveCapacity(pairs.count)
    var bytes = 0
    for y in 0..<size.rows {
      var (text, ground): (Shade?, Shade?)
      for x in 0..<size.columns {
        let pair = pairs[y * size.columns + x]
        let straight = choice(pair.mask, pair.first, pair.second, text, ground, tolerance)
        let complement = characters.count - 1 - pair.mask
        let turned = choice(complement, pair.second, pair.first, text, ground, tolerance)
        let chosen = turned.bytes < straight.bytes ? turned : straight
        (text, ground) = (chosen.text, chosen.ground)
        bytes += chosen.bytes
        let style = Style(foreground: text?.color ?? .standard, background: ground?.color ?? .standard)
        cells.append(Cell(chosen.character, style: style))
      }
      // The end of the line and of its colours.
      bytes += 5
    }
    return (cells, bytes)
  }

  private func choice(
    _ mask: Int, _ front: Shade, _ back: Shade, _ text: Shade?, _ ground: Shade?, _ tolerance: Float
  ) -> (character: Character, text: Shade?, ground: Shade?, bytes: Int) {
    func kept(_ wanted: Shade, _ current: Shade?) -> Shade {
      guard let current, current.perceived.squaredDistance(to: wanted.perceived) <= tolerance else { return wanted }
      return current
    }
    let isPlain = mask == 0 || front.perceived.squaredDistance(to: back.perceived) <= tolerance
    let newGround = kept(back, ground)
    if isPlain {
      return (" ", text, newGround, 1 + (newGround.color == ground?.color ? 0 : 3 + PairedCells.bytes(newGround)))
    }
    let newText = kept(front, text)
    if newText.color == newGround.color { return (" ", text, newGround, newGround.color == ground?.color ? 1 : 12) }
    var cost = 0
    if newText.color != text?.color { cost += 1 + PairedCells.bytes(newText) }
    if newGround.color != ground?.color { cost += 1 + PairedCells.bytes(newGround) }
    return (characters[mask], newText, newGround, 3 + (cost > 0 ? 2 + cost : 0))
  }

  /// The parameters that set a colour.
  private static func bytes(_ shade: Shade) -> Int {
    func digits(_ value: UInt8) -> Int { value < 10 ? 1 : value < 100 ? 2 : 3 }
    switch shade.color {
    case .standard: return 2
    case .indexed(let index): return index < 8 ? 2 : index < 16 ? 3 : 5 + digits(index)
    case .rgb(let red, let green, let blue): return 7 + digits(red) + digits(green) + digits(blue)
    }
  }
}
