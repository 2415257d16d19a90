/// An image with copies of half, a quarter and so on of its size, from which any part is drawn at any size in time that
/// depends on what is drawn, not on the image.
///
/// All averages are taken in linear light: fine text keeps its brightness. Memory is a third more than the image's
/// pixels as four floats each, of which the full size is kept in bytes.
public struct ImagePyramid: Sendable {
  /// The image itself.
  public let image: RGBAImage
  /// `halves[k]` has one pixel for `2^(k+1)` by `2^(k+1)` of the image.
  private let halves: [LinearImage]

  /// Prepares an image.
  public init(_ image: RGBAImage) {
    self.image = image
    var halves: [LinearImage] = []
    var (width, height) = (image.width, image.height)
    while width > 1 || height > 1, width > 0, height > 0 {
      let last = halves.last
      let next = ImagePyramid.halved(width: width, height: height) { x, y in
        last.map { $0.pixels[y * width + x] } ?? ImagePyramid.pixel(image, x, y)
      }
      halves.append(next)
      (width, height) = (next.width, next.height)
    }
    self.halves = halves
  }

  private static func pixel(_ image: RGBAImage, _ x: Int, _ y: Int) -> LinearColor {
    let start = (y * image.width + x) * 4
    return LinearColor(
      red: image.pixels[start], green: image.pixels[start + 1], blue: image.pixels[start + 2],
      alpha: image.pixels[start + 3])
  }

  /// Means of two by two pixels; of those there are at an odd edge.
  private static func halved(width: Int, height: Int, _ pixel: (Int, Int) -> LinearColor) -> LinearImage {
    let (columns, rows) = ((width + 1) / 2, (height + 1) / 2)
    var pixels: [LinearColor] = []
    pixels.reserveCapacity(columns * rows)
    for y in 0..<rows {
      for x in 0..<columns {
        var sum = SIMD4<Float>()
        var count: Float = 0
        for row in 2 * y..<min(height, 2 * y + 2) {
          for column in 2 * x..<min(width, 2 * x + 2) {
            sum += pixel(column, row).channels
            count += 1
          }
        }
        pixels.append(LinearColor(sum / count))
      }
    }
    return LinearImage(width: columns, height: rows, pixels: pixels)
  }

  /// A part of the image at a given size: each pixel is the mean of what it covers.
  ///
  /// What lies outside the image is transparent. A side of 0 or less gives an empty image.
  public func sampled(_ region: ImageRegion, width: Int, height: Int) -> LinearImage {
    guard width > 0, height > 0 else { return LinearImage(width: 0, height: 0, pixels: []) }
    // The smallest copy that still has a pixel for every one wanted.
    let scale = min(region.width / Double(width), region.height / Double(height))
    var level = -1
    var size = 1.0
    while level + 1 < halves.count, size * 2 <= scale {
      level += 1
      size *= 2
    }
    let source = level < 0 ? (width: image.width, height: image.height) : (halves[level].width, halves[level].height)
    let columns = ImagePyramid.covered(region.x / size, region.width / size, parts: width, of: source.width)
    let rows = ImagePyramid.covered(region.y / size, region.height / size, parts: height, of: source.height)
    let copy = level < 0 ? [] : halves[level].pixels
    var pixels: [LinearColor] = []
    pixels.reserveCapacity(width * height)
    for row in rows {
      for column in columns {
        var sum = SIMD4<Float>()
        for (y, down) in row {
          for (x, across) in column {
            let color = level < 0 ? ImagePyramid.pixel(image, x, y) : copy[y * source.width + x]
            sum += color.channels * (down * across)
          }
        }
        pixels.append(LinearColor(sum))
      }
    }
    return LinearImage(width: width, height: height, pixels: pixels)
  }

  /// For each of equal parts of a stretch: the positions it covers, with the share of the part that each takes.
  private static func covered(_ start: Double, _ length: Double, parts: Int, of count: Int) -> [[(Int, Float)]] {
    let step = length / Double(parts)
    return (0..<parts).map { part in
      let (from, to) = (start + Double(part) * step, start + Double(part + 1) * step)
      guard step > 0, from < Double(count), to > 0 else { return [] }
      let first = max(0, Int(max(0, from)))
      let last = min(count - 1, Int(to.rounded(.up)) - 1)
      guard first <= last else { return [] }
      return (first...last).map { position in
        let overlap = min(to, Double(position + 1)) - max(from, Double(position))
        return (position, Float(max(0, overlap) / step))
      }
    }
  }
}
