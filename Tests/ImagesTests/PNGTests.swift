import Files
import Images
import JSONText
import OrderedCollections
import TestSupport
import Testing

@Suite struct PNGTests {
  @Test func localCopiesBehaveAsExpected() throws {
    try check(Fixtures.local + "/malformed", atLeast: 30)
  }

  @Test(.needsSharedFixtures) func sharedFilesBehaveAsExpected() throws {
    try check(try #require(Fixtures.shared) + "/malformed", atLeast: 30)
  }

  private func check(_ folder: String, atLeast count: Int) throws {
    let manifest = try JSONValue(parsing: try Fixtures.bytes(folder + "/manifest.json"))
    let cases = try #require(manifest["files"]?.array).filter { $0["kind"] == "png" }
    #expect(cases.count >= count)
    for entry in cases {
      let file = try #require(entry["file"]?.string)
      let bytes = try Fixtures.bytes(folder + "/" + file)
      guard let width = entry["expect"]?["width"]?.integer else {
        let error = #expect(throws: ImageError.self, "\(file)") { try RGBAImage(png: bytes) }
        #expect(error?.description.isEmpty == false)
        #expect(error?.description.utf8.allSatisfy { $0 >= 0x20 } == true)
        continue
      }
      let image = try RGBAImage(png: bytes)
      #expect(image.width == width, "\(file)")
      #expect(image.height == entry["expect"]?["height"]?.integer, "\(file)")
      #expect(sha256Hex(of: image.pixels) == entry["expect"]?["rgba8_sha256"]?.string, "\(file)")
      let first = (0..<4).map { pixel in image.pixels[pixel * 4..<pixel * 4 + 4].map { JSONValue.integer(Int($0)) } }
      if let expected = entry["expect"]?["first_pixels"]?.array {
        #expect(first.map { .array($0) } == expected, "\(file)")
      }
      let size = try bytes.withUnsafeBytes { try RGBAImage.size(ofPNG: $0) }
      #expect((size.width, size.height) == (image.width, image.height))
    }
  }

  static func gradient(width: Int, height: Int, isOpaque: Bool) -> RGBAImage {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        let alpha = isOpaque ? 255 : UInt8(truncatingIfNeeded: row * column)
        pixels += [UInt8(truncatingIfNeeded: row * 7), UInt8(truncatingIfNeeded: column * 5), 77, alpha]
      }
    }
    return RGBAImage(width: width, height: height, pixels: pixels)
  }

  @Test(arguments: [(1, 1), (1, 300), (300, 1), (17, 31), (256, 3)], [true, false])
  func whatIsWrittenIsRead(size: (Int, Int), isOpaque: Bool) throws {
    let image = PNGTests.gradient(width: size.0, height: size.1, isOpaque: isOpaque)
    let encoded = try image.png()
    #expect(try RGBAImage(png: encoded) == image)
    #expect(try image.png() == encoded)
    // Colour type 2 is RGB, 6 RGBA; one column of row products is opaque nowhere.
    #expect(encoded[25] == (isOpaque ? 2 : 6))
  }

  @Test func anImageWithoutPixelsIsNoPNG() {
    #expect(throws: ImageError.self) { try RGBAImage(width: 0, height: 5, pixels: []).png() }
  }

  @Test func aSizeThatTheFileCannotHoldIsRefusedBeforeItIsBelieved() throws {
    let honest = try RGBAImage(width: 8, height: 8, pixels: [UInt8](repeating: 9, count: 256)).png()
    for (width, height) in [(65_535, 65_535), (1_000_000, 1), (1, 1_000_000), (3000, 3000)] {
      let lying = PNGFile(honest).withSize(width: width, height: height).bytes
      let error = #expect(throws: ImageError.self) { try RGBAImage(png: lying) }
      #expect(error?.problem.contains("cannot come out of a file") == true)
    }
    for (width, height) in [(0x7FFF_FFFF, 1), (1, 0x8000_0000), (0xFFFF_FFFF, 0xFFFF_FFFF)] {
      let lying = PNGFile(honest).withSize(width: width, height: height).bytes
      #expect(throws: ImageError.self) { try RGBAImage(png: lying) }
    }
  }

  @Test func manyPixelsFromFewBytesAreReadAndLimited() throws {
    let image = RGBAImage(width: 900, height: 700, pixels: [UInt8](repeating: 255, count: 900 * 700 * 4))
    let encoded = try image.png()
    #expect(encoded.count * 64 < image.pixels.count)
    #expect(try RGBAImage(png: encoded) == image)
    let error = #expect(throws: ImageError.self) { try RGBAImage(png: encoded, mostPixels: 900 * 700 - 1) }
    #expect(error?.problem.contains("more than the limit") == true)
    // The declared size fits the file's bytes, yet the data ends early.
    let lying = PNGFile(encoded).withSize(width: 900, height: 760).bytes
    #expect(throws: ImageError.self) { try RGBAImage(png: lying) }
  }

  @Test func aFileCutAnywhereIsRefused() throws {
    let encoded = try PNGTests.gradient(width: 9, height: 9, isOpaque: false).png()
    for count in 0..<encoded.count {
      #expect(throws: ImageError.self, "\(count) bytes") { try RGBAImage(png: Array(encoded.prefix(count))) }
    }
  }
}

/// A PNG file as its chunks, to be put together again with right check sums.
struct PNGFile {
  var chunks: [(type: [UInt8], data: [UInt8])] = []

  /// Takes a well-formed file apart.
  init(_ bytes: [UInt8]) {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard position + 12 + length <= bytes.count else { return }
      chunks.append(
        (Array(bytes[position + 4..<position + 8]), Array(bytes[position + 8..<position + 8 + length])))
      position += 12 + length
    }
  }

  func withSize(width: Int, height: Int) -> PNGFile {
    var copy = self
    copy.chunks[0].data.replaceSubrange(0..<8, with: PNGFile.bigEndian(width) + PNGFile.bigEndian(height))
    return copy
  }

  var bytes: [UInt8] {
    RGBAImage.pngSignature
      + chunks.flatMap { chunk in
        let body = chunk.type + chunk.data
        return PNGFile.bigEndian(chunk.data.count) + body + PNGFile.bigEndian(Int(PNGFile.checkSum(body)))
      }
  }

  static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The CRC-32 of the PNG specification, annex D.
  static func checkSum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = .max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
    return ~sum
  }
}
