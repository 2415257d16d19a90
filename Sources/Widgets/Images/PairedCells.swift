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
    var part = [LinearColor](repeating: LinearColor(.zero), count: across * down)
    for y in 0..<size.rows {
      for x in 0..<size.columns {
        for index in part.indices {
          part[index] = pixels.pixels[(y * down + index / across) * pixels.width + x * across + index % across]
        }
        let (mask, first, second) = PairedCells.divided(part)
        pairs.append(Pair(mask: mask, first: shade(first), second: shade(second)))
      }
    }
  }

  /// The division of a cell's pixels in two groups with the least squared differences from the groups' means.
  private static func divided(_ pixels: [LinearColor]) -> (mask: Int, LinearColor, LinearColor) {
    guard pixels.count > 2 else { return (1, pixels[0], pixels[1]) }
    // Flat cells, of which most pictures have many, have nothing to divide.
    if pixels.allSatisfy({ $0 == pixels[0] }) { return (0, pixels[0], pixels[0]) }
    let perceived = pixels.map { PerceptualColor($0).components }
    let total = perceived.reduce(SIMD3<Float>()) { $0 + $1 }
    var best = (mask: 0, gain: -Float.infinity)
    // The last pixel is always in the second group: the other half of the divisions are the same ones.
    for mask in 0..<1 << (pixels.count - 1) {
      var sum = SIMD3<Float>()
      for index in perceived.indices where mask >> index & 1 == 1 { sum += perceived[index] }
      let count = Float(mask.nonzeroBitCount)
      let rest = total - sum
      // The squares of all pixels are the same in every division: the squares of the groups' sums decide.
      let gain =
        (count > 0 ? (sum * sum).sum() / count : 0) + (rest * rest).sum() / (Float(perceived.count) - count)
      if gain > best.gain + 1e-6 { best = (mask, gain) }
    }
    var (front, back) = (SIMD4<Float>(), SIMD4<Float>())
    for index in pixels.indices {
      if best.mask >> index & 1 == 1 { front += pixels[index].channels } else { back += pixels[index].channels }
    }
    let count = Float(best.mask.nonzeroBitCount)
    let second = LinearColor(back / (Float(pixels.count) - count))
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
    let changes = [(newText, text), (newGround, ground)].filter { $0.0.color != $0.1?.color }
    let cost = changes.isEmpty ? 0 : 2 + changes.reduce(0) { $0 + 1 + PairedCells.bytes($1.0) }
    return (characters[mask], newText, newGround, 3 + cost)
  }

  /// The parameters that set a colour.
  private static func bytes(_ shade: Shade) -> Int {
    switch shade.color {
    case .standard: 2
    case .indexed(let index): index < 8 ? 2 : index < 16 ? 3 : 5 + "\(index)".utf8.count
    case .rgb(let red, let green, let blue): 7 + "\(red)\(green)\(blue)".utf8.count
    }
  }
}
