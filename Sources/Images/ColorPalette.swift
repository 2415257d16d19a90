/// A colour in a space where equal distances look about equally different.
///
/// Source: Björn Ottosson, "A perceptual color space for image processing" (Oklab, 2020).
public struct PerceptualColor: Hashable, Sendable {
  /// Lightness, green to red, blue to yellow.
  public var components: SIMD3<Float>

  /// An opaque colour of linear light.
  public init(_ color: LinearColor) {
    let c = color.channels
    let long = PerceptualColor.cubeRoot(0.4122214708 * c.x + 0.5363325363 * c.y + 0.0514459929 * c.z)
    let medium = PerceptualColor.cubeRoot(0.2119034982 * c.x + 0.6806995451 * c.y + 0.1073969566 * c.z)
    let short = PerceptualColor.cubeRoot(0.0883024619 * c.x + 0.2817188376 * c.y + 0.6299787005 * c.z)
    components = SIMD3(
      0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
      1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
      0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
  }

  /// The cube root of a number from 0 to 1, to six digits: colours are converted by the ten thousand, and the C library's
  /// takes several times as long.
  private static func cubeRoot(_ value: Float) -> Float {
    let value = max(0, value)
    // A third of the exponent is a first guess; each of Newton's steps doubles its digits.
    var root = Float(bitPattern: value.bitPattern / 3 + 0x2A51_37A0)
    for _ in 0..<3 { root = (2 * root + value / (root * root)) / 3 }
    return value == 0 ? 0 : root
  }

  /// The square of the distance to another colour; black and white are 1 apart.
  public func squaredDistance(to other: PerceptualColor) -> Float {
    let difference = components - other.components
    return (difference * difference).sum()
  }
}

/// A few colours, to which others are brought.
public struct ColorPalette: Sendable {
  /// The colours.
  public let colors: [LinearColor]
  /// The number each colour has in the terminal.
  public let indices: [UInt8]
  private let perceived: [PerceptualColor]
  /// The same in columns, eight colours at a time, filled up with one that is far from all.
  private let columns: [(SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)]

  /// A palette of given colours.
  public init(_ colors: [LinearColor], indices: [UInt8]? = nil) {
    self.colors = colors
    self.indices = indices ?? colors.indices.map { UInt8(truncatingIfNeeded: $0) }
    let perceived = colors.map(PerceptualColor.init)
    self.perceived = perceived
    columns = stride(from: 0, to: colors.count, by: 8).map { start in
      var (light, green, blue) = (SIMD8<Float>(repeating: 1e9), SIMD8<Float>(), SIMD8<Float>())
      for lane in 0..<min(8, colors.count - start) {
        let components = perceived[start + lane].components
        (light[lane], green[lane], blue[lane]) = (components.x, components.y, components.z)
      }
      return (light, green, blue)
    }
  }

  /// The position of the colour that looks nearest; 0 in an empty palette.
  public func nearest(to color: PerceptualColor) -> Int {
    let wanted = color.components
    var least = SIMD8<Float>(repeating: .infinity)
    var best = SIMD8<Int32>()
    for (index, column) in columns.enumerated() {
      let (light, green, blue) = (column.0 - wanted.x, column.1 - wanted.y, column.2 - wanted.z)
      let distance = light * light + green * green + blue * blue
      let isNearer = distance .< least
      least.replace(with: distance, where: isNearer)
      best.replace(with: SIMD8(repeating: Int32(truncatingIfNeeded: index)), where: isNearer)
    }
    // Of equally near ones the first.
    var lane = 0
    for other in 1..<8 where least[other] < least[lane] || least[other] == least[lane] && best[other] < best[lane] {
      lane = other
    }
    return Int(best[lane]) * 8 + lane
  }

  /// A colour of the palette as it is perceived.
  public func perceived(_ position: Int) -> PerceptualColor { perceived[position] }
}
