import Drawing
import Images
import TestSupport
import Testing
import Widgets

@testable import Terminals

/// What pictures cost on the line to the terminal.
@Suite struct PictureBytesTests {
  static let screenshot = ImagePyramid(
    RGBAImage(width: 1654, height: 1530, pixels: Screenshot.pixels(width: 1654, height: 1530)))

  /// The bytes of a picture that fills 120x33 cells: the cells are taken to be so high that none is left over.
  func bytes(_ rendering: ImageRendering, _ image: ImagePyramid = screenshot) -> Int {
    var canvas = Canvas(size: Size(columns: 120, rows: 33))
    let view = ImageView(image, rendering: rendering, cellAspect: 120 * 1530 / (33 * 1654.0))
    #expect(view.layout(in: canvas.bounds)?.cells == canvas.bounds)
    view.draw(in: canvas.bounds, on: &canvas)
    return StyledText(canvas, colors: rendering.colors.rawValue).bytes.count
  }

  @Test(arguments: [ImageRendering.Pixels.halfBlocks, .quarterBlocks], [ImageRendering.Colors.palette256, .trueColor])
  func aBudgetIsKept(pixels: ImageRendering.Pixels, colors: ImageRendering.Colors) {
    for budget in [23_000, 12_000] {
      #expect(bytes(ImageRendering(pixels: pixels, colors: colors, byteBudget: budget)) <= budget)
    }
  }

  /// Noise is the worst there is.
  @Test func aBudgetIsKeptForNoise() {
    var random = ByteMutator(seed: 30)
    let pixels = (0..<240 * 222 * 4).map { $0 % 4 == 3 ? 255 : UInt8(random.below(256)) }
    let noise = ImagePyramid(RGBAImage(width: 240, height: 222, pixels: pixels))
    #expect(bytes(ImageRendering(byteBudget: 23_000), noise) <= 23_000)
    #expect(bytes(ImageRendering(), noise) > 23_000)
  }
}
