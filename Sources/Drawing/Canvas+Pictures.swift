/// What can give its pixels at any size.
public protocol PixelSource: Sendable {
  /// Red, green, blue and alpha with 8 bits each, row by row from the top: `width * height * 4` bytes.
  func pixels(width: Int, height: Int) -> [UInt8]
}

/// A part of a canvas that shows an image in pixels on terminals that can. What the cells there hold is for all others.
public struct CanvasPicture: Sendable {
  /// What tells pictures apart: equal ones have equal pixels at every size.
  public struct Key: Hashable, Sendable {
    /// The image's number in this program.
    public var image: Int
    /// The part of it that is shown: left, top, width and height in its pixels.
    public var region: SIMD4<Double>
    /// Creates a key.
    public init(image: Int, region: SIMD4<Double>) {
      self.image = image
      self.region = region
    }
  }

  /// The cells it takes.
  public var area: Rectangle
  /// What it shows.
  public var key: Key
  /// Where its pixels come from.
  public var source: any PixelSource

  /// Creates a picture.
  public init(area: Rectangle, key: Key, source: any PixelSource) {
    self.area = area
    self.key = key
    self.source = source
  }
}

extension CanvasPicture: Hashable {
  /// Whether both show the same in the same place.
  public static func == (one: CanvasPicture, other: CanvasPicture) -> Bool {
    one.area == other.area && one.key == other.key
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(area)
    hasher.combine(key)
  }
}
