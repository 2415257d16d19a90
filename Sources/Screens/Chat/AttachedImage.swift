import Drawing
import Images
import Sessions
import Widgets

/// An image as rows of a transcript: a line that names it, and the picture in cells.
struct AttachedImage {
  let image: ImageReference
  let shelf: ImageShelf
  let display: Display
  let theme: Theme

  /// The most cells of a picture: it is to be recognised, not to fill the screen.
  private static let largest = Size(columns: 60, rows: 14)

  func rows(columns: Int) -> [[Span]] {
    let size = image.width > 0 && image.height > 0 ? " \(image.width)x\(image.height)" : ""
    let mark = display.isASCII ? "[image] " : "▣ "
    let name = mark + printableLine(image.name) + size
    guard let pixels = shelf[image] else {
      return [[Span(truncated(name + " (its file is not in the session)", to: columns), theme[.muted])]]
    }
    var view = ImageView(
      pixels, rendering: ImageRendering(colors: display.colors, isASCII: display.isASCII),
      cellAspect: display.cellAspect)
    if theme[.accent].foreground == .standard, !display.isASCII { view.rendering = ImageRendering(colors: 0) }
    let room = Rectangle(
      x: 0, y: 0, columns: min(AttachedImage.largest.columns, columns), rows: AttachedImage.largest.rows)
    let title = [Span(truncated(name, to: columns), theme[.link])]
    guard let cells = view.layout(in: room)?.cells else { return [title] }
    var canvas = Canvas(size: cells.size)
    view.draw(in: canvas.bounds, on: &canvas)
    return [title] + (0..<cells.rows).map { spans(of: canvas.row($0)) }
  }

  /// The cells as text, a piece for each stretch of one style.
  private func spans(of row: ArraySlice<Cell>) -> [Span] {
    var spans: [Span] = []
    for cell in row {
      if spans.last?.style == cell.style {
        spans[spans.count - 1].text.append(cell.character)
      } else {
        spans.append(Span(String(cell.character), cell.style))
      }
    }
    return spans
  }
}
