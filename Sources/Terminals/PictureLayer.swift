import Drawing
import Images

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps the images in pixels on a terminal as a canvas has them: what has to be sent beside the cells, frame by frame.
///
/// Below an image lie cells that ncurses takes for text, so that it does not erase them with what stands beside them. In
/// tmux, which knows nothing of images, these are the placeholders of the Kitty protocol.
struct PictureLayer {
  /// How images are brought to a terminal.
  enum Way: Hashable {
    case kitty, kittyInTmux
    /// With so many colours, and images no larger than this many pixels.
    case sixel(registers: Int, largest: Size?)
  }

  /// What a frame needs.
  struct Change {
    /// The canvas with what lies below the images.
    var canvas: Canvas
    /// Bytes that go before the cells.
    var before: [UInt8] = []
    /// Bytes that go behind the cells.
    var behind: [UInt8] = []
    /// Rows whose cells have to be sent again, as pixels lie on them that are to go.
    var staleRows: [Range<Int>] = []
  }

  private struct Shown {
    var picture: CanvasPicture
    var slot: Int
  }

  private var shown: [Shown] = []
  private var way: Way?

  /// Forgets what is shown, when something else has drawn on the terminal: it is all sent again.
  mutating func forget() { shown = [] }

  /// What takes all images away.
  var removal: [UInt8] { shown.flatMap { graphics($0.slot)?.delete ?? [] } }

  /// What brings a terminal from the images it shows to those of a canvas.
  ///
  /// - Parameters:
  ///   - way: how it takes images; `nil` leaves the cells as they are.
  ///   - cell: width and height of a cell in pixels, where known.
  mutating func change(to canvas: Canvas, way: Way?, cell: Size?) -> Change {
    var change = Change(canvas: canvas)
    let wanted = way == nil ? [] : canvas.pictures
    for gone in shown where !wanted.contains(gone.picture) {
      change.before += graphics(gone.slot)?.delete ?? []
      // New pixels in the same place cover the old ones.
      let isCovered = wanted.contains { $0.area == gone.picture.area }
      if case .sixel = self.way, !isCovered {
        let rows = gone.picture.area.intersection(canvas.bounds)
        if !rows.isEmpty { change.staleRows.append(rows.y..<rows.maxY) }
      }
    }
    let kept = shown.filter { wanted.contains($0.picture) }
    self.way = way
    shown = []
    for picture in wanted {
      if let same = kept.first(where: { $0.picture == picture }) {
        shown.append(same)
      } else {
        let used = Set((kept + shown).map(\.slot))
        let slot = (0..<240).first { !used.contains($0) } ?? 0
        shown.append(Shown(picture: picture, slot: slot))
        change.behind += bytes(of: picture, slot, cell ?? Size(columns: 10, rows: 20))
      }
      layGround(of: picture, shown[shown.count - 1].slot, on: &change.canvas)
    }
    return change
  }

  private func graphics(_ slot: Int) -> KittyGraphics? {
    switch way {
    case .kitty: KittyGraphics(slot: slot, program: Int(getpid()))
    case .kittyInTmux: KittyGraphics(slot: slot, program: Int(getpid()), isInTmux: true)
    case .sixel, nil: nil
    }
  }

  private func layGround(of picture: CanvasPicture, _ slot: Int, on canvas: inout Canvas) {
    let area = picture.area
    let inTmux = way == .kittyInTmux ? graphics(slot) : nil
    let style = inTmux.map { Style(foreground: .indexed(UInt8($0.placeholderColor & 0xFF))) } ?? .plain
    for y in 0..<area.rows {
      for x in 0..<area.columns {
        // A space that does not break is no blank to ncurses, which erases blanks together with what stands beside them.
        let character = inTmux.map { $0.placeholder(row: y, column: x) ?? " " } ?? "\u{A0}"
        canvas.put(Cell(character, style: style), at: Point(x: area.x + x, y: area.y + y))
      }
    }
  }

  private func bytes(of picture: CanvasPicture, _ slot: Int, _ cell: Size) -> [UInt8] {
    let area = picture.area
    let (width, height) = (area.columns * cell.columns, area.rows * cell.rows)
    guard width > 0, height > 0, width * height <= 1 << 25 else { return [] }
    let image = RGBAImage(width: width, height: height, pixels: picture.source.pixels(width: width, height: height))
    switch way {
    case .kitty, .kittyInTmux:
      guard let graphics = graphics(slot), let png = try? image.png() else { return [] }
      return placed(graphics.show(png: png, columns: area.columns, rows: area.rows), at: area.origin)
    case .sixel(let registers, let largest):
      // Terminals cut larger ones off, so it comes in tiles of whole cells.
      let encoder = SixelEncoder(colors: registers)
      let across = max(1, (largest?.columns ?? .max) / cell.columns)
      let down = max(1, (largest?.rows ?? .max) / cell.rows)
      var output: [UInt8] = []
      for y in stride(from: 0, to: area.rows, by: min(down, area.rows)) {
        for x in stride(from: 0, to: area.columns, by: min(across, area.columns)) {
          let (columns, rows) = (min(across, area.columns - x), min(down, area.rows - y))
          let tile = image.cropped(
            x: x * cell.columns, y: y * cell.rows, width: columns * cell.columns, height: rows * cell.rows)
          output += placed(encoder.encode(tile), at: Point(x: area.x + x, y: area.y + y))
        }
      }
      return output
    case nil: return []
    }
  }

  /// Draws at a cell, and leaves the cursor where ncurses knows it.
  private func placed(_ bytes: [UInt8], at point: Point) -> [UInt8] {
    Array("\u{1B}7\u{1B}[\(point.y + 1);\(point.x + 1)H".utf8) + bytes + Array("\u{1B}8".utf8)
  }
}
