import Synchronization

/// An image with copies of half, a quarter and so on of its size, from which any part is drawn at any size in time that
/// depends on what is drawn, not on the image.
///
/// All averages are taken in linear light: fine text keeps its brightness. Memory is a third more than the image's
/// pixels as four floats each, of which the full size is kept in bytes.
public struct ImagePyramid: Sendable {
  /// A number that no other image has in this program.
  public let id: Int
  /// The image itself.
  public let image: RGBAImage
  /// `halves[k]` has one pixel for `2^(k+1)` by `2^(k+1)` of the image.
  private let halves: [LinearImage]

  /// Prepares an image.
  public init(_ image: RGBAImage) {
    id = ImagePyramid.count.add(1, ordering: .relaxed).newValue
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

  private static let count = Atomic(0)

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
    let columns = Coverage(region.x / size, region.width / size, parts: width, of: source.width)
    let rows = Coverage(region.y / size, region.height / size, parts: height, of: source.height)
    var pixels = [LinearColor](repeating: LinearColor(.zero), count: width * height)
    if level < 0 {
      ImagePyramid.sum(columns, rows, into: &pixels) { ImagePyramid.pixel(image, $0, $1).channels }
    } else {
      halves[level].pixels.withUnsafeBufferPointer { copy in
        ImagePyramid.sum(columns, rows, into: &pixels) { copy[$1 * source.width + $0].channels }
      }
    }
    return LinearImage(width: width, height: height, pixels: pixels)
  }

  /// Means of what each pixel covers.
  @inline(__always)
  private static func sum(
    _ columns: Coverage, _ rows: Coverage, into pixels: inout [LinearColor], _ color: (Int, Int) -> SIMD4<Float>
  ) {
    let width = columns.firsts.count
    for row in rows.firsts.indices {
      for column in columns.firsts.indices {
        var sum = SIMD4<Float>()
        let (left, right) = (columns.starts[column], columns.starts[column + 1])
        for down in rows.starts[row]..<rows.starts[row + 1] {
          let y = rows.firsts[row] + down - rows.starts[row]
          var line = SIMD4<Float>()
          for across in left..<right {
            line += color(columns.firsts[column] + across - left, y) * columns.shares[across]
          }
          sum += line * rows.shares[down]
        }
        pixels[row * width + column] = LinearColor(sum)
      }
    }
  }

  /// For each of equal parts of a stretch: the positions it covers, with the share of the part that each takes.
  private struct Coverage {
    /// The first position of each part.
    var firsts: [Int] = []
    /// Where each part's shares begin, and the end of the last.
    var starts: [Int] = [0]
    var shares: [Float] = []

    init(_ start: Double, _ length: Double, parts: Int, of count: Int) {
      let step = length / Double(parts)
      for part in 0..<parts {
        let (from, to) = (start + Double(part) * step, start + Double(part + 1) * step)
        let first = max(0, Int(max(0, min(from, Double(count)))))
        let last = min(count - 1, Int(min(to, Double(count)).rounded(.up)) - 1)
        if step > 0, from < Double(count), to > 0, first <= last {
          for position in first...last {
            let overlap = min(to, Double(position + 1)) - max(from, Double(position))
            shares.append(Float(max(0, overlap) / step))
          }
        }
        firsts.append(first)
        starts.append(shares.count)
      }
    }
  }
}
