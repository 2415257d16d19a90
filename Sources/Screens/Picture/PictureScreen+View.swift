public import Drawing
import Images
import Sessions
import Widgets

// How an image looks, at any size of the terminal.
extension PictureScreen {
  /// The image, and the status line where there is room for it.
  func areas(in size: Size) -> (picture: Rectangle, status: Rectangle) {
    let (picture, status) = Rectangle(size: size).splitBottom(size.rows >= 4 ? 1 : 0)
    return (picture, status)
  }

  /// The image with cells.
  var imageView: ImageView {
    var rendering = ImageRendering(colors: display.colors, isASCII: display.isASCII)
    if case .cells(let pixels) = mode { rendering.pixels = pixels }
    return ImageView(image, viewport: viewport, rendering: rendering, cellAspect: display.cellAspect)
  }

  /// Pixels of the screen for one of the image: of a rendering with cells, the parts that it divides them into.
  var scale: Double {
    guard let (cells, region) = imageView.layout(in: areas(in: size).picture), region.width > 0 else { return 1 }
    let across: Int
    switch mode {
    case .pixels: across = display.cellPixels?.columns ?? 10
    case .cells: across = imageView.rendering.pixelsInCell.across
    }
    return Double(cells.columns * across) / region.width
  }

  /// Draws the whole screen.
  public func view(on canvas: inout Canvas) {
    let (area, status) = areas(in: canvas.size)
    let image = imageView
    // The cells lie below the pixels too: something may be drawn over these.
    image.draw(in: area, on: &canvas)
    if mode == .pixels, let picture = image.picture(in: area) { canvas.show(picture) }
    drawStatus(in: status, on: &canvas)
    guard let helpRow else { return }
    KeyHelpOverlay(keys: help, first: helpRow, theme: theme).draw(on: &canvas)
  }

  private func drawStatus(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    canvas.fill(area, style: theme[.statusBar])
    var text = " " + truncated(printableLine(subject), to: max(8, area.columns / 3))
    let percent = Int((scale * 100).rounded())
    let items = [
      "\(image.image.width)x\(image.image.height)", "\(percent) %",
      mode == .pixels ? "pixels (\(display.pixels))" : mode.name, "? help", "+ - zoom  0 fit  1 1:1  m mode  q leave",
    ]
    for item in items where TextWidth.columns(of: text + item) + 4 <= area.columns { text += " │ " + item }
    canvas.write(text, at: area.origin, style: theme[.statusBar], in: area)
  }
}
