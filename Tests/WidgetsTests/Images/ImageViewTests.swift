import Drawing
import Images
import TestSupport
import Testing

@testable import Widgets

@Suite struct ImageViewTests {
  /// An image of single pixels, a letter each: white, black, red, blue.
  func image(_ rows: String...) -> ImagePyramid {
    let colors: [Character: [UInt8]] = [
      "w": [255, 255, 255, 255], "k": [0, 0, 0, 255], "r": [255, 0, 0, 255], "b": [0, 0, 255, 255], "_": [9, 9, 9, 0],
    ]
    let pixels = rows.joined().flatMap { colors[$0] ?? [] }
    return ImagePyramid(RGBAImage(width: rows[0].count, height: rows.count, pixels: pixels))
  }

  func frame(
    _ columns: Int, _ rows: Int, _ image: ImagePyramid, _ pixels: ImageRendering.Pixels,
    _ colors: ImageRendering.Colors = .trueColor, viewport: ImageViewport = ImageViewport(), aspect: Double = 2
  ) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    let view = ImageView(
      image, viewport: viewport, rendering: ImageRendering(pixels: pixels, colors: colors), cellAspect: aspect)
    view.draw(in: canvas.bounds, on: &canvas)
    return canvas
  }

  @Test func halfBlocksHoldTwoPixels() {
    let canvas = frame(2, 1, image("wr", "kr"), .halfBlocks)
    // What the first cell set is not set again: black below white, then red alone.
    #expect(canvas[0, 0].character == "▀" || canvas[0, 0].character == "▄")
    let (text, ground) = (canvas[0, 0].style.foreground, canvas[0, 0].style.background)
    let (white, black) = (Color.rgb(255, 255, 255), Color.rgb(0, 0, 0))
    #expect(canvas[0, 0].character == "▀" ? (text, ground) == (white, black) : (text, ground) == (black, white))
    #expect(canvas[1, 0].character == " " && canvas[1, 0].style.background == .rgb(255, 0, 0))
  }

  @Test func quarterBlocksFindEdges() {
    let canvas = frame(1, 1, image("wk", "ww"), .quarterBlocks)
    #expect(["▝", "▙"].contains(canvas[0, 0].character))
    #expect(frame(2, 1, image("kkww", "kkww"), .quarterBlocks).row(0).map(\.character) == [" ", " "])
  }

  @Test func fewerColours() {
    let palette = frame(2, 1, image("rw", "rw"), .halfBlocks, .palette256)
    #expect(palette[0, 0].style.background == .indexed(196) && palette[1, 0].style.background == .indexed(231))
    let named = frame(2, 1, image("rw", "rw"), .halfBlocks, .named16)
    #expect(named[0, 0].style.background == .indexed(9) && named[1, 0].style.background == .indexed(15))
    let ascii = frame(3, 1, image("kwk"), .ascii, .none, aspect: 1)
    #expect(ascii.text == " @\n" && ascii[1, 0].style == .plain)
    #expect(frame(2, 1, image("wwkk", "wwkk", "wwkk", "wwkk"), .braille, .none).text == "⣿\n")
    // Half grey is half the dots.
    let grey = ImagePyramid(
      RGBAImage(width: 1, height: 1, pixels: [99, 99, 99, 255]))
    let dots = frame(20, 10, grey, .braille, .none).lines.joined().unicodeScalars
      .reduce(0) { $0 + ($1.value >= 0x2800 && $1.value < 0x2900 ? ($1.value - 0x2800).nonzeroBitCount : 0) }
    #expect((700...900).contains(dots), "\(dots) of 1600 dots for a lightness of 0.5")
  }

  @Test func picturesKeepTheirShapeAndLieInTheMiddle() throws {
    let wide = ImageView(image("wwww", "wwww"))
    #expect(
      try #require(wide.layout(in: Rectangle(x: 0, y: 0, columns: 20, rows: 20))).cells
        == Rectangle(x: 0, y: 7, columns: 20, rows: 5))
    let tall = ImageView(image("w", "w", "w", "w"))
    #expect(
      try #require(tall.layout(in: Rectangle(x: 2, y: 0, columns: 20, rows: 10))).cells
        == Rectangle(x: 9, y: 0, columns: 5, rows: 10))
  }

  @Test func transparencyShowsTheGround() {
    var canvas = Canvas(size: Size(columns: 1, rows: 1))
    let view = ImageView(
      image("_", "_"), rendering: ImageRendering(pixels: .halfBlocks, colors: .trueColor),
      ground: LinearColor(red: 10, green: 20, blue: 30))
    view.draw(in: canvas.bounds, on: &canvas)
    #expect(canvas[0, 0].style.background == .rgb(10, 20, 30))
  }

  @Test func zoomAndPan() {
    let quarters = image("wwrr", "wwrr", "kkbb", "kkbb")
    let view = ImageViewport().zoomed(by: 2, around: [1, 1])
    #expect(view.zoom == 2 && view.center == [0.75, 0.75])
    let canvas = frame(4, 2, quarters, .halfBlocks, viewport: view)
    #expect(canvas.row(0).allSatisfy { $0.character == " " && $0.style.background == .rgb(0, 0, 255) })
    let moved = view.panned(by: [-5, -5])
    #expect(moved.center == [0.25, 0.25])
    #expect(frame(4, 2, quarters, .halfBlocks, viewport: moved)[0, 0].style.background == .rgb(255, 255, 255))
    var random = ByteMutator(seed: 4)
    var viewport = ImageViewport()
    for _ in 0..<2000 {
      let share = SIMD2(Double(random.below(41)) / 10 - 2, Double(random.below(41)) / 10 - 2)
      viewport =
        random.below(2) == 0
        ? viewport.panned(by: share) : viewport.zoomed(by: [0.3, 0.9, 1.2, 4][random.below(4)], around: share)
      let half = min(0.5, 0.5 / viewport.zoom)
      #expect(viewport.zoom >= 1.0 / 64)
      for middle in [viewport.center.x, viewport.center.y] {
        #expect(middle >= half - 1e-9 && middle <= 1 - half + 1e-9)
      }
    }
  }

  @Test func terminalPalettes() {
    for (rgb, index) in [((255, 0, 0), 196), ((0, 0, 0), 16), ((255, 255, 255), 231), ((128, 128, 128), 244)] {
      let color = LinearColor(red: UInt8(rgb.0), green: UInt8(rgb.1), blue: UInt8(rgb.2))
      let palette = ColorPalette.terminal256
      #expect(Int(palette.indices[palette.nearest(to: PerceptualColor(color))]) == index)
    }
    #expect(ColorPalette.terminal16.indices.count == 16 && ColorPalette.terminal256.indices.count == 240)
  }

  @Test func fartherOffTheImageIsSmallerInTheMiddle() throws {
    let view = ImageView(image("wk", "rb"), viewport: ImageViewport(zoom: 0.5))
    let (cells, region) = try #require(view.layout(in: Rectangle(x: 0, y: 0, columns: 40, rows: 20)))
    #expect(cells == Rectangle(x: 10, y: 5, columns: 20, rows: 10))
    #expect(region == ImageRegion(x: 0, y: 0, width: 2, height: 2))
  }

  @Test func picturesTellWhatIsSeen() throws {
    let pyramid = image("wwrr", "wwrr", "kkbb", "kkbb")
    let area = Rectangle(x: 1, y: 1, columns: 8, rows: 4)
    let whole = try #require(ImageView(pyramid).picture(in: area))
    #expect(whole.area == area)
    #expect(whole == ImageView(pyramid).picture(in: area))
    let closer = ImageViewport().zoomed(by: 2, around: [1, 1])
    let corner = try #require(ImageView(pyramid, viewport: closer).picture(in: area))
    #expect(corner != whole)
    #expect(corner.source.pixels(width: 2, height: 1) == [0, 0, 255, 255, 0, 0, 255, 255])
    #expect(ImageView(image("w")).picture(in: area)?.key != whole.key)
    let clear = ImageView(image("_"), ground: LinearColor(red: 10, green: 20, blue: 30))
    #expect(clear.picture(in: area)?.source.pixels(width: 1, height: 1) == [10, 20, 30, 255])
  }

  @Test func anySizeOfAnyImageStaysInItsArea() {
    var random = ByteMutator(seed: 12)
    for round in 0..<Fixtures.fuzzIterations(usual: 150) {
      let (width, height) = (random.below(30), random.below(30))
      let pixels = (0..<width * height * 4).map { _ in UInt8(random.below(256)) }
      let view = ImageView(
        ImagePyramid(RGBAImage(width: width, height: height, pixels: pixels)),
        viewport: ImageViewport(zoom: Double(1 + random.below(9)), center: [0.2, 0.9]),
        rendering: ImageRendering(
          pixels: ImageRendering.Pixels.allCases[random.below(4)],
          colors: ImageRendering.Colors.allCases[random.below(4)], byteBudget: random.below(2) == 0 ? nil : 200),
        cellAspect: Double(random.below(40)) / 10)
      var canvas = Canvas(size: Size(columns: 24, rows: 12))
      canvas.fill(canvas.bounds, with: "@")
      let area = Rectangle(x: 3, y: 2, columns: round % 19, rows: random.below(9))
      view.draw(in: area, on: &canvas)
      for y in 0..<12 {
        for x in 0..<24 where !area.contains(Point(x: x, y: y)) { #expect(canvas[x, y].character == "@") }
      }
    }
  }
}
