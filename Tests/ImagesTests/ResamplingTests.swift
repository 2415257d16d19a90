import Images
import TestSupport
import Testing

@Suite struct ResamplingTests {
  func noise(_ width: Int, _ height: Int, seed: UInt64) -> RGBAImage {
    var random = ByteMutator(seed: seed)
    return RGBAImage(
      width: width, height: height,
      pixels: (0..<width * height * 4).map { $0 % 4 == 3 ? 255 : UInt8(random.below(256)) })
  }

  @Test func anImageAtItsOwnSizeIsItself() {
    let image = noise(17, 9, seed: 1)
    let whole = ImageRegion(x: 0, y: 0, width: 17, height: 9)
    let same = ImagePyramid(image).sampled(whole, width: 17, height: 9).rgba
    for (a, b) in zip(same.pixels, image.pixels) { #expect(abs(Int(a) - Int(b)) <= 1) }
  }

  /// Light is averaged, not its encoding: half black, half white is 188, not 128.
  @Test func averagesAreTakenInLinearLight() {
    let stripes = RGBAImage(
      width: 64, height: 64,
      pixels: (0..<64 * 64).flatMap { pixel -> [UInt8] in
        pixel % 2 == 0 ? [0, 0, 0, 255] : [255, 255, 255, 255]
      })
    for size in [1, 2, 7, 16, 32] {
      let small = ImagePyramid(stripes).sampled(
        ImageRegion(x: 0, y: 0, width: 64, height: 64), width: size, height: size)
      let mean = small.pixels.reduce(Float(0)) { $0 + $1.luminance } / Float(small.pixels.count)
      #expect(abs(mean - 0.5) < 0.01)
      if size == 1 { #expect(small.rgba.pixels[0] == 188) }
    }
  }

  /// Each pixel is the mean of what it covers, through whatever copy it is taken.
  @Test(arguments: [(33, 21, 5, 3), (100, 100, 13, 17), (64, 8, 4, 4), (5, 5, 20, 20)])
  func theMeanOfAllIsKept(width: Int, height: Int, columns: Int, rows: Int) {
    let image = noise(width, height, seed: 2)
    let region = ImageRegion(x: 0, y: 0, width: Double(width), height: Double(height))
    let pyramid = ImagePyramid(image)
    func mean(_ image: LinearImage) -> Float {
      image.pixels.reduce(Float(0)) { $0 + $1.luminance } / Float(image.pixels.count)
    }
    let exact = mean(pyramid.sampled(region, width: width, height: height))
    #expect(abs(mean(pyramid.sampled(region, width: columns, height: rows)) - exact) < 0.02)
  }

  @Test func transparentPixelsHaveNoColour() {
    let image = RGBAImage(width: 2, height: 1, pixels: [255, 0, 0, 255, 0, 255, 0, 0])
    let mixed = ImagePyramid(image).sampled(ImageRegion(x: 0, y: 0, width: 2, height: 1), width: 1, height: 1).rgba
    #expect(mixed.pixels == [255, 0, 0, 128])
    // What lies outside is transparent too.
    let outside = ImagePyramid(image).sampled(ImageRegion(x: 5, y: 5, width: 2, height: 2), width: 2, height: 2)
    #expect(outside.pixels.allSatisfy { $0.channels == .zero })
  }

  @Test func palettes() {
    // The nearest of many is the nearest one by one, whatever the count.
    for count in [1, 7, 8, 9, 240] {
      let colors: [LinearColor] = (0..<count).map { number in
        let (red, blue) = (UInt8(number * 37 % 256), UInt8(number * 11 % 256))
        return LinearColor(red: red, green: UInt8(number), blue: blue)
      }
      let palette = ColorPalette(colors)
      for value in 0..<100 {
        let wanted = PerceptualColor(LinearColor(red: UInt8(value * 2), green: UInt8(255 - value), blue: UInt8(value)))
        let distances = colors.map { PerceptualColor($0).squaredDistance(to: wanted) }
        #expect(distances[palette.nearest(to: wanted)] <= (distances.min() ?? 0) + 1e-6)
      }
    }
    #expect(ColorPalette([]).nearest(to: PerceptualColor(LinearColor(.zero))) == 0)
    let image = noise(40, 40, seed: 3)
    #expect(ColorPalette.adapted(to: image, count: 16).colors.count == 16)
    let flat = RGBAImage(width: 4, height: 4, pixels: (0..<16).flatMap { _ in [255, 255, 255, 255] as [UInt8] })
    #expect(ColorPalette.adapted(to: flat, count: 16).colors.map { $0.sRGB.red } == [255])
    #expect(ColorPalette.adapted(to: RGBAImage(width: 0, height: 0, pixels: []), count: 4).colors.isEmpty)
  }
}
