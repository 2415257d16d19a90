/// One cell of a canvas.
public struct Cell: Hashable, Sendable {
  /// What stands in the cell: one grapheme cluster. In the right half of a wide one, a space.
  public var character: Character
  /// Columns the character takes: 1 or 2; 0 in the right half of a wide character.
  public var width: UInt8
  /// How it looks.
  public var style: Style

  /// Creates a cell.
  public init(_ character: Character = " ", width: UInt8 = 1, style: Style = .plain) {
    self.character = character
    self.width = width
    self.style = style
  }

  /// A space in the terminal's own look.
  public static let blank = Cell()
}

/// A grid of styled cells that screens draw on; a terminal shows it, a test reads it.
///
/// Everything is clipped: drawing outside does nothing. A wide character is never half drawn; where only half would fit
/// or half is overwritten, the rest becomes a space. Control characters never enter a cell: they are drawn as pictures.
public struct Canvas: Hashable, Sendable {
  /// Its columns and rows.
  public let size: Size
  /// Where the terminal's cursor stands; `nil` hides it.
  public var cursor: Point?
  /// Where images lie in pixels. What is drawn over a part of one later takes it away: its cells are left.
  public private(set) var pictures: [CanvasPicture] = []
  private var cells: [Cell]

  /// A blank canvas.
  public init(size: Size, style: Style = .plain) {
    self.size = size
    cells = Array(repeating: Cell(style: style), count: size.columns * size.rows)
  }

  /// The rectangle of the whole canvas.
  public var bounds: Rectangle { Rectangle(size: size) }

  /// The cell at a place; blank outside the canvas.
  public subscript(x: Int, y: Int) -> Cell {
    guard x >= 0, y >= 0, x < size.columns, y < size.rows else { return .blank }
    return cells[y * size.columns + x]
  }

  /// The cells of a row; empty outside the canvas.
  public func row(_ y: Int) -> ArraySlice<Cell> {
    guard y >= 0, y < size.rows else { return [] }
    return cells[y * size.columns..<(y + 1) * size.columns]
  }

  /// Writes one row of text from `point` on, clipped to `area` and the canvas.
  ///
  /// - Returns: the columns the text takes, clipped or not, so that the next piece can be placed after it.
  @discardableResult
  public mutating func write(
    _ text: some StringProtocol, at point: Point, style: Style = .plain, in area: Rectangle? = nil
  ) -> Int {
    let clip = area.map { $0.intersection(bounds) } ?? bounds
    var x = point.x
    for character in text {
      if character.isASCII, let ascii = character.asciiValue {
        let shown = ascii >= 0x20 && ascii < 0x7F && character != "\r\n"
        put(shown ? character : visible(character), 1, Point(x: x, y: point.y), style, clip)
        x += 1
        continue
      }
      for part in TextWidth.cells(of: visible(character)) {
        put(part.text, part.columns, Point(x: x, y: point.y), style, clip)
        x += part.columns
      }
    }
    return x - point.x
  }

  /// Writes spans one after the other; see `write(_:at:style:in:)`.
  @discardableResult
  public mutating func write(
    _ spans: [Span], at point: Point, over style: Style = .plain, in area: Rectangle? = nil
  ) -> Int {
    var x = point.x
    for span in spans {
      x += write(span.text, at: Point(x: x, y: point.y), style: span.style.over(style), in: area)
    }
    return x - point.x
  }

  /// Fills a rectangle with one character (a space if its width is not 1).
  public mutating func fill(_ area: Rectangle, with character: Character = " ", style: Style = .plain) {
    let clip = area.intersection(bounds)
    guard !clip.isEmpty else { return }
    let safe = visible(character)
    let cell = Cell(TextWidth.columns(of: safe) == 1 ? safe : " ", style: style)
    cover(clip)
    for y in clip.y..<clip.maxY {
      splitWide(before: clip.x, y: y)
      splitWide(before: clip.maxX, y: y)
      for x in clip.x..<clip.maxX { cells[y * size.columns + x] = cell }
    }
  }

  /// Shows an image in pixels over what its cells hold now, where the terminal can; one that reaches outside is left out.
  public mutating func show(_ picture: CanvasPicture) {
    guard !picture.area.isEmpty, picture.area.intersection(bounds) == picture.area else { return }
    cover(picture.area)
    pictures.append(picture)
  }

  /// Takes away the pictures that something is drawn over.
  private mutating func cover(_ area: Rectangle) {
    guard !pictures.isEmpty else { return }
    pictures.removeAll { !$0.area.intersection(area).isEmpty }
  }

  /// Puts a cell of one column whose character is known to be harmless, such as those that charts and images draw with:
  /// they are many, and looking into each takes longer than drawing it.
  package mutating func put(_ cell: Cell, at point: Point) {
    guard bounds.contains(point) else { return }
    cover(Rectangle(x: point.x, y: point.y, columns: 1, rows: 1))
    splitWide(before: point.x, y: point.y)
    splitWide(before: point.x + 1, y: point.y)
    cells[point.y * size.columns + point.x] = cell
  }

  /// Changes the style of what stands in a rectangle and leaves the characters.
  public mutating func restyle(_ area: Rectangle, _ change: (Style) -> Style) {
    let clip = area.intersection(bounds)
    guard !clip.isEmpty else { return }
    for y in clip.y..<clip.maxY {
      for x in clip.x..<clip.maxX {
        let index = y * size.columns + x
        cells[index].style = change(cells[index].style)
      }
    }
  }

  /// Copies another canvas with its upper left cell at `point`; its cursor is not copied, its pictures only whole.
  public mutating func draw(_ other: Canvas, at point: Point, in area: Rectangle? = nil) {
    let clip = area.map { $0.intersection(bounds) } ?? bounds
    for y in 0..<other.size.rows {
      for (x, cell) in other.row(y).enumerated() where cell.width > 0 {
        put(cell.character, Int(cell.width), Point(x: point.x + x, y: point.y + y), cell.style, clip)
      }
    }
    for var picture in other.pictures {
      picture.area.x += point.x
      picture.area.y += point.y
      if picture.area.intersection(clip) == picture.area { show(picture) }
    }
  }

  /// Puts one cluster of known width; a wide one that is cut by the clip becomes spaces.
  private mutating func put(_ character: Character, _ width: Int, _ point: Point, _ style: Style, _ clip: Rectangle) {
    guard point.y >= clip.y, point.y < clip.maxY, point.x < clip.maxX, point.x + width > clip.x else { return }
    let first = max(point.x, clip.x)
    let end = min(point.x + width, clip.maxX)
    cover(Rectangle(x: first, y: point.y, columns: end - first, rows: 1))
    splitWide(before: first, y: point.y)
    splitWide(before: end, y: point.y)
    let start = point.y * size.columns
    if end - first < width {
      for x in first..<end { cells[start + x] = Cell(style: style) }
      return
    }
    cells[start + first] = Cell(character, width: UInt8(width), style: style)
    if width == 2 { cells[start + first + 1] = Cell(" ", width: 0, style: style) }
  }

  /// Turns a wide character whose halves lie on both sides of column `x` into two spaces.
  private mutating func splitWide(before x: Int, y: Int) {
    guard x > 0, x < size.columns else { return }
    let index = y * size.columns + x
    guard cells[index].width == 0 else { return }
    cells[index] = Cell(style: cells[index].style)
    cells[index - 1] = Cell(style: cells[index - 1].style)
  }

  /// The character with everything a terminal might obey replaced.
  private func visible(_ character: Character) -> Character {
    let scalars = character.unicodeScalars
    guard scalars.contains(where: { replacement(for: $0, keepsLines: false) != nil }) else { return character }
    if character == "\r\n" { return "␍" }
    // A cluster that holds a replaced scalar is that scalar alone: controls do not combine.
    return scalars.first.flatMap { replacement(for: $0, keepsLines: false) }.map(Character.init) ?? "\u{FFFD}"
  }
}
