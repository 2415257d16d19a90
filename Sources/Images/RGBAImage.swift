/// An image in memory: red, green, blue and alpha, 8 bits each, not premultiplied.
public struct RGBAImage: Sendable, Hashable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width * height * 4` bytes, row by row from the top.
  public var pixels: [UInt8]

  /// Creates an image; `pixels` must hold `width * height * 4` bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width >= 0 && height >= 0 && pixels.count == width * height * 4, "pixels do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// A part of the image, which must lie within it.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> RGBAImage {
    precondition(x >= 0 && y >= 0 && x + width <= self.width && y + height <= self.height, "the part is not within")
    if width == self.width, height == self.height { return self }
    var part: [UInt8] = []
    part.reserveCapacity(width * height * 4)
    for row in y..<y + height {
      let start = (row * self.width + x) * 4
      part += pixels[start..<start + width * 4]
    }
    return RGBAImage(width: width, height: height, pixels: part)
  }
}

/// Why an image cannot be read or written.
public struct ImageError: Error, Hashable, CustomStringConvertible {
  /// What is wrong: expected, got, and the remedy if there is one.
  public let problem: String
  /// Where in the file, in bytes from its start.
  public let offset: Int?

  /// Creates an error.
  public init(_ problem: String, offset: Int? = nil) {
    self.problem = problem
    self.offset = offset
  }

  /// The fault in one line.
  public var description: String { offset.map { "byte \($0): \(problem)" } ?? problem }
}
