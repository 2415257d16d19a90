import Drawing
import Images
import Screens
import Sessions
import Testing
import Widgets

@Suite struct PictureScreenTests {
  /// A checkerboard of fields of eight pixels.
  private static let image: ImagePyramid = {
    let (width, height) = (160, 80)
    let pixels = (0..<width * height).flatMap { place -> [UInt8] in
      let isLight = (place % width / 8 + place / width / 8) % 2 == 0
      return isLight ? [255, 255, 255, 255] : [0, 0, 0, 255]
    }
    return ImagePyramid(RGBAImage(width: width, height: height, pixels: pixels))
  }()

  private func screen(_ display: Display, mode: PictureScreen.Mode? = nil) -> PictureScreen {
    var screen = PictureScreen(PictureScreenTests.image, subject: "board.png", mode: mode)
    screen.display = display
    _ = screen.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 80, rows: 24))))
    return screen
  }

  private func frame(_ screen: PictureScreen, _ columns: Int = 80, _ rows: Int = 24) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    screen.view(on: &canvas)
    return canvas
  }

  private func press(_ screen: inout PictureScreen, _ text: String) -> [Effect] {
    text.flatMap { screen.update(TimedEvent(seconds: 1, event: .key(KeyPress(.character($0))))) }
  }

  private static let pixels = Display(cellPixels: Size(columns: 10, rows: 20), pixels: "Kitty")

  @Test func pixelsWhereTheTerminalTakesThem() throws {
    var screen = screen(PictureScreenTests.pixels)
    #expect(screen.mode == .pixels && frame(screen).lines[23].contains("pixels (Kitty)"))
    let picture = try #require(frame(screen).pictures.first)
    #expect(picture.area == Rectangle(x: 0, y: 1, columns: 80, rows: 20))
    // The help lies over the image, of which the cells are left.
    _ = press(&screen, "?")
    #expect(frame(screen).pictures.isEmpty && frame(screen).text.contains("keys"))
    _ = press(&screen, "?mm")
    #expect(screen.mode == .cells(.quarterBlocks) && frame(screen).pictures.isEmpty)
    _ = press(&screen, "MM")
    #expect(screen.mode == .pixels)
    screen.display.pixels = ""
    #expect(screen.mode == .cells(.quarterBlocks) && frame(screen).pictures.isEmpty)
  }

  @Test func whatIsWantedIsKept() {
    #expect(screen(PictureScreenTests.pixels, mode: .cells(.braille)).mode == .cells(.braille))
    #expect(screen(Display(colors: 256), mode: .pixels).mode == .cells(.quarterBlocks))
    #expect(screen(Display(colors: 0), mode: nil).mode == .cells(.braille))
    var ascii = screen(Display(colors: 256, isASCII: true))
    #expect(ascii.mode == .cells(.ascii))
    _ = press(&ascii, "m")
    #expect(ascii.mode == .cells(.ascii))
  }

  @Test func zoomFitAndActualSize() {
    var screen = screen(PictureScreenTests.pixels)
    #expect(frame(screen).lines[23].contains("500 %"))
    _ = press(&screen, "1")
    #expect(frame(screen).lines[23].contains(" 100 %"))
    #expect(frame(screen).pictures.first?.area.size == Size(columns: 16, rows: 4))
    _ = press(&screen, "++0")
    #expect(screen.viewport == ImageViewport())
    _ = press(&screen, "+l")
    #expect(screen.viewport.zoom == 1.25 && screen.viewport.center.x > 0.5)
    #expect(press(&screen, "q") == [.leave])
  }

  @Test func theMouseZoomsAndMoves() {
    var screen = screen(PictureScreenTests.pixels)
    func mouse(_ input: MouseInput) { _ = screen.update(TimedEvent(seconds: 1, event: .mouse(input))) }
    for _ in 0..<4 { mouse(MouseInput(.wheelUp, x: 79, y: 20)) }
    // What lies under the mouse stays there.
    #expect(screen.viewport.zoom > 2 && screen.viewport.center.x > 0.75 && screen.viewport.center.y > 0.7)
    let before = screen.viewport.center
    mouse(MouseInput(.press, x: 10, y: 10))
    mouse(MouseInput(.drag, x: 50, y: 15))
    #expect(screen.viewport.center.x < before.x && screen.viewport.center.y < before.y)
    mouse(MouseInput(.release, x: 50, y: 15))
    let held = screen.viewport
    mouse(MouseInput(.drag, x: 10, y: 10))
    #expect(screen.viewport == held)
  }

  @Test func anySizeIsDrawn() {
    var screen = screen(PictureScreenTests.pixels)
    for (columns, rows) in [(0, 0), (1, 1), (20, 5), (80, 24), (400, 120)] {
      _ = screen.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: columns, rows: rows))))
      #expect(frame(screen, columns, rows).pictures.allSatisfy { $0.area.maxX <= columns && $0.area.maxY <= rows })
    }
  }
}
