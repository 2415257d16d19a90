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
