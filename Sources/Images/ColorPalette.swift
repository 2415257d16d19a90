#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A colour in a space where equal distances look about equally different.
///
/// Source: Björn Ottosson, "A perceptual color space for image processing" (Oklab, 2020).
public struct PerceptualColor: Hashable, Sendable {
  /// Lightness, green to red, blue to yellow.
  public var components: SIMD3<Float>

  /// An opaque colour of linear light.
  public init(_ color: LinearColor) {
    let c = color.channels
    let long = cbrt(0.4122214708 * c.x + 0.5363325363 * c.y + 0.0514459929 * c.z)
    let medium = cbrt(0.2119034982 * c.x + 0.6806995451 * c.y + 0.1073969566 * c.z)
    let short = cbrt(0.0883024619 * c.x + 0.2817188376 * c.y + 0.6299787005 * c.z)
    components = SIMD3(
      0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
      1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
      0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
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

  /// A palette of given colours.
  public init(_ colors: [LinearColor], indices: [UInt8]? = nil) {
    self.colors = colors
    self.indices = indices ?? colors.indices.map { UInt8(truncatingIfNeeded: $0) }
    perceived = colors.map(PerceptualColor.init)
  }

  /// The position of the colour that looks nearest; 0 in an empty palette.
  public func nearest(to color: PerceptualColor) -> Int {
    var best = 0
    var least = Float.infinity
    for index in perceived.indices {
      let distance = perceived[index].squaredDistance(to: color)
      if distance < least { (best, least) = (index, distance) }
    }
    return best
  }

  /// A colour of the palette as it is perceived.
  public func perceived(_ position: Int) -> PerceptualColor { perceived[position] }

  /// The cube and the greys of terminals with 256 colours: the first 16 are the user's to change, so they are left out.
  public static let terminal256: ColorPalette = {
    let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = (0..<216).map {
      LinearColor(red: levels[$0 / 36], green: levels[$0 / 6 % 6], blue: levels[$0 % 6])
    }
    let greys = (0..<24).map { (step: Int) in
      let level = UInt8(8 + 10 * step)
      return LinearColor(red: level, green: level, blue: level)
    }
    return ColorPalette(cube + greys, indices: Array(16...255))
  }()

  /// The 16 named colours as xterm has them.
  public static let terminal16 = ColorPalette(
    [
      (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
      (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
      (255, 255, 255),
    ].map { LinearColor(red: $0.0, green: $0.1, blue: $0.2) })

  /// At most `count` colours that stand for an image's opaque pixels: the box of colours with the widest spread is halved
  /// at its median until there are enough (Heckbert, "Color image quantization", 1982).
  public static func adapted(to image: RGBAImage, count: Int) -> ColorPalette {
    var histogram: [UInt32: Int] = [:]
    for start in stride(from: 0, to: image.pixels.count, by: 4) where image.pixels[start + 3] >= 128 {
      // Six bits a channel: finer differences than the palette can hold.
      let parts = (0..<3).map { UInt32(image.pixels[start + $0] >> 2) }
      histogram[parts[0] << 16 | parts[1] << 8 | parts[2], default: 0] += 1
    }
    func channel(_ color: UInt32, _ channel: Int) -> UInt32 { color >> UInt32(16 - 8 * channel) & 0xFF }
    var boxes = [histogram.sorted { $0.key < $1.key }]
    while boxes.count < max(1, count) {
      var widest = (box: 0, channel: 0, spread: UInt32(0))
      for (index, box) in boxes.enumerated() {
        for part in 0..<3 {
          let values = box.map { channel($0.key, part) }
          guard let low = values.min(), let high = values.max(), high - low > widest.spread else { continue }
          widest = (index, part, high - low)
        }
      }
      guard widest.spread > 0 else { break }
      let sorted = boxes[widest.box].sorted { channel($0.key, widest.channel) < channel($1.key, widest.channel) }
      let half = sorted.reduce(0) { $0 + $1.value } / 2
      var (middle, passed) = (0, 0)
      while middle < sorted.count - 1, passed + sorted[middle].value <= half || middle == 0 {
        passed += sorted[middle].value
        middle += 1
      }
      boxes[widest.box] = Array(sorted[..<middle])
      boxes.append(Array(sorted[middle...]))
    }
    return ColorPalette(
      boxes.filter { !$0.isEmpty }.map { box in
        let total = box.reduce(0) { $0 + $1.value }
        let means = (0..<3).map { part in
          // The middle of the four levels that share six bits, black and white kept exact.
          let mean = box.reduce(0) { $0 + Int(channel($1.key, part)) * $1.value } / total
          return UInt8(mean << 2 | mean >> 4)
        }
        return LinearColor(red: means[0], green: means[1], blue: means[2])
      })
  }
}
