import CPNG

/// The size of a PNG image.
public struct PNGSize: Sendable, Hashable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
}

extension RGBAImage {
  /// The bytes every PNG file begins with.
  public static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The most pixels an image may have unless the caller says otherwise; 256 MiB as RGBA.
  public static let mostPixels = 1 << 26

  /// Decodes a PNG of any kind: samples of 16 bits lose their low byte, nothing is corrected for gamma, of an
  /// animation the still image is taken.
  ///
  /// Memory follows the file: a size that the file's bytes cannot possibly inflate to is refused, and what is large
  /// for its file is decoded once without keeping the pixels before room for them is made.
  ///
  /// - Throws: `ImageError` when it is no PNG, is malformed or cut off, or has more than `mostPixels` pixels.
  public init(png bytes: UnsafeRawBufferPointer, mostPixels: Int = RGBAImage.mostPixels) throws(ImageError) {
    let size = try RGBAImage.checkedSize(ofPNG: bytes, mostPixels: mostPixels)
    width = Int(size.width)
    height = Int(size.height)
    let count = width * height * 4
    // Pixels of a few bits, and rows that repeat, take far less room in the file than in memory.
    if count > 1 << 20, count / 64 > bytes.count { try RGBAImage.decode(bytes, into: nil) }
    // The error is carried out by hand: the initialiser of arrays does not know typed errors.
    var failure: ImageError?
    pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Interlaced passes leave gaps until the last one; a fault in between must not expose what was there.
      buffer.initialize(repeating: 0)
      do throws(ImageError) { try RGBAImage.decode(bytes, into: buffer.baseAddress) } catch { failure = error }
      initialized = count
    }
    if let failure { throw failure }
  }

  /// Decodes a PNG of any kind.
  public init(png bytes: [UInt8], mostPixels: Int = RGBAImage.mostPixels) throws(ImageError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(ImageError) in try RGBAImage(png: buffer, mostPixels: mostPixels) }
    }
    self = try result.get()
  }

  /// The image as a PNG file: RGB where every pixel is opaque, RGBA else. Equal pixels give equal bytes.
  ///
  /// - Throws: `ImageError` when a side is 0 or longer than the format's reader takes (1,000,000).
  public func png() throws(ImageError) -> [UInt8] {
    guard width > 0, height > 0 else { throw ImageError("an image of \(width) x \(height) pixels cannot be a PNG") }
    let isOpaque = stride(from: 3, to: pixels.count, by: 4).allSatisfy { pixels[$0] == 255 }
    guard isOpaque else { return try RGBAImage.encode(pixels, width: width, height: height, channels: 4) }
    let count = width * height
    let rgb = [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, initialized in
      for pixel in 0..<count {
        for channel in 0..<3 { buffer[pixel * 3 + channel] = pixels[pixel * 4 + channel] }
      }
      initialized = count * 3
    }
    return try RGBAImage.encode(rgb, width: width, height: height, channels: 3)
  }

  /// The size of a PNG from its header.
  ///
  /// - Throws: `ImageError` when it is no PNG, or what precedes the pixels is malformed.
  public static func size(ofPNG bytes: UnsafeRawBufferPointer) throws(ImageError) -> PNGSize {
    let size = try checkedSize(ofPNG: bytes, mostPixels: .max)
    return PNGSize(width: Int(size.width), height: Int(size.height))
  }
}

extension RGBAImage {
  /// deflate turns one bit into at most 258 bytes of four: no stream grows more than 1032-fold.
  private static let greatestInflation: UInt64 = 1032

  private static func checkedSize(
    ofPNG bytes: UnsafeRawBufferPointer, mostPixels: Int
  ) throws(ImageError) -> cpng_size {
    guard bytes.starts(with: pngSignature) else { throw ImageError(notPNG(bytes), offset: 0) }
    var size = cpng_size()
    var error = cpng_error()
    guard cpng_read_size(bytes.baseAddress, bytes.count, &size, &error) else { throw ImageError(error) }
    let shown = "\(size.width) x \(size.height) pixels"
    guard size.stored_bytes <= UInt64(bytes.count) * greatestInflation else {
      throw ImageError("\(shown) cannot come out of a file of \(bytes.count) bytes", offset: 16)
    }
    guard UInt64(size.width) * UInt64(size.height) <= UInt64(mostPixels) else {
      throw ImageError("\(shown) are more than the limit of \(mostPixels); make the image smaller", offset: 16)
    }
    return size
  }

  private static func notPNG(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "the file is empty" }
    if pngSignature.starts(with: bytes) { return "the file ends within the PNG signature" }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "expected a PNG image, got a JPEG image; convert it to PNG" }
    if bytes.starts(with: Array("GIF8".utf8)) { return "expected a PNG image, got a GIF image; convert it to PNG" }
    if bytes.starts(with: Array("RIFF".utf8)) { return "expected a PNG image, got a RIFF (WebP?) file" }
    return "expected a PNG image: the signature is missing"
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer, into pixels: UnsafeMutablePointer<UInt8>?)
    throws(ImageError)
  {
    var error = cpng_error()
    guard cpng_decode(bytes.baseAddress, bytes.count, pixels, &error) else { throw ImageError(error) }
  }

  private static func encode(
    _ pixels: [UInt8], width: Int, height: Int, channels: UInt32
  ) throws(ImageError) -> [UInt8] {
    guard let columns = UInt32(exactly: width), let rows = UInt32(exactly: height) else {
      throw ImageError("an image of \(width) x \(height) pixels cannot be a PNG")
    }
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    var error = cpng_error()
    guard cpng_encode(pixels, columns, rows, channels, &encoded, &count, &error) else { throw ImageError(error) }
    defer { cpng_release(encoded) }
    return Array(UnsafeBufferPointer(start: encoded, count: count))
  }
}

extension ImageError {
  init(_ error: cpng_error) {
    let message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    self.init(message, offset: error.offset)
  }
}
