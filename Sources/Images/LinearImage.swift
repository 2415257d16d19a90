#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A colour in linear light: red, green and blue from 0 to 1, multiplied by alpha. Such colours may be averaged.
public struct LinearColor: Hashable, Sendable {
  /// Red, green, blue, alpha.
  public var channels: SIMD4<Float>

  /// A colour of given channels.
  public init(_ channels: SIMD4<Float>) { self.channels = channels }

  /// A colour of sRGB with 8 bits a channel.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    let alpha = Float(alpha) / 255
    channels = SIMD4(
      LinearColor.decoded[Int(red)] * alpha, LinearColor.decoded[Int(green)] * alpha,
      LinearColor.decoded[Int(blue)] * alpha, alpha)
  }

  /// The colour over an opaque one.
  public func over(_ ground: LinearColor) -> LinearColor {
    LinearColor(channels + ground.channels * (1 - channels.w))
  }

  /// The colour in sRGB with 8 bits a channel, its alpha left out.
  public var sRGB: (red: UInt8, green: UInt8, blue: UInt8) {
    let scale = channels.w > 0 ? 1 / channels.w : 0
    func encode(_ value: Float) -> UInt8 {
      LinearColor.encoded[Int(min(1, max(0, value * scale)) * Float(LinearColor.encoded.count - 1) + 0.5)]
    }
    return (encode(channels.x), encode(channels.y), encode(channels.z))
  }

  /// Brightness as the eye weighs channels (Rec. 709), from 0 to 1.
  public var luminance: Float { channels.x * 0.2126 + channels.y * 0.7152 + channels.z * 0.0722 }

  private static let decoded: [Float] = (0..<256).map { value in
    let value = Float(value) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }

  private static let encoded: [UInt8] = (0..<8192).map { index in
    let value = Float(index) / 8191
    let encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
    return UInt8((encoded * 255).rounded())
  }
}

/// An image in linear light.
public struct LinearImage: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width * height` colours, row by row from the top.
  public var pixels: [LinearColor]

  /// Creates an image; `pixels` must hold `width * height` colours.
  public init(width: Int, height: Int, pixels: [LinearColor]) {
    precondition(width >= 0 && height >= 0 && pixels.count == width * height, "pixels do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The image with 8 bits a channel.
  public var rgba: RGBAImage {
    let bytes = [UInt8](unsafeUninitializedCapacity: pixels.count * 4) { bytes, count in
      for (index, pixel) in pixels.enumerated() {
        let (red, green, blue) = pixel.sRGB
        (bytes[index * 4], bytes[index * 4 + 1], bytes[index * 4 + 2]) = (red, green, blue)
        bytes[index * 4 + 3] = UInt8((min(1, max(0, pixel.channels.w)) * 255).rounded())
      }
      count = pixels.count * 4
    }
    return RGBAImage(width: width, height: height, pixels: bytes)
  }
}

/// A part of an image in its pixels; it may be finer than a pixel.
public struct ImageRegion: Hashable, Sendable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// From the left to the right edge.
  public var width: Double
  /// From the upper to the lower edge.
  public var height: Double

  /// Creates a region.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
