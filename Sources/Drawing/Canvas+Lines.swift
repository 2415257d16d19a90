/// The characters of a border.
public enum BorderKind: Hashable, Sendable, CaseIterable {
  /// Thin lines with square corners.
  case light
  /// Thin lines with round corners.
  case rounded
  /// Thick lines.
  case heavy
  /// Double lines.
  case double
  /// `+`, `-` and `|`.
  case ascii

  /// Horizontal, vertical, upper left, upper right, lower left, lower right.
  var characters: [Character] {
    switch self {
    case .light: Array("─│┌┐└┘")
    case .rounded: Array("─│╭╮╰╯")
    case .heavy: Array("━┃┏┓┗┛")
    case .double: Array("═║╔╗╚╝")
    case .ascii: Array("-|++++")
    }
  }
}

extension Canvas {
  /// Draws a border along the edge of a rectangle, with a title in the upper side if there is room.
  public mutating func box(
    _ area: Rectangle, kind: BorderKind = .rounded, style: Style = .plain, title: String = "", titleStyle: Style? = nil
  ) {
    guard area.columns >= 2, area.rows >= 2 else { return }
    let parts = kind.characters
    let (right, bottom) = (area.maxX - 1, area.maxY - 1)
    horizontalLine(at: Point(x: area.x + 1, y: area.y), columns: area.columns - 2, parts[0], style: style)
    horizontalLine(at: Point(x: area.x + 1, y: bottom), columns: area.columns - 2, parts[0], style: style)
    verticalLine(at: Point(x: area.x, y: area.y + 1), rows: area.rows - 2, parts[1], style: style)
    verticalLine(at: Point(x: right, y: area.y + 1), rows: area.rows - 2, parts[1], style: style)
    write(String(parts[2]), at: area.origin, style: style)
    write(String(parts[3]), at: Point(x: right, y: area.y), style: style)
    write(String(parts[4]), at: Point(x: area.x, y: bottom), style: style)
    write(String(parts[5]), at: Point(x: right, y: bottom), style: style)
    let room = area.columns - 4
    guard !title.isEmpty, room >= 3 else { return }
    let shown = " " + truncated(printableLine(title), to: room - 2) + " "
    write(shown, at: Point(x: area.x + 2, y: area.y), style: titleStyle ?? style)
  }

  /// Draws a row of one character.
  public mutating func horizontalLine(
    at point: Point, columns: Int, _ character: Character = "─", style: Style = .plain
  ) {
    fill(Rectangle(x: point.x, y: point.y, columns: columns, rows: 1), with: character, style: style)
  }

  /// Draws a column of one character.
  public mutating func verticalLine(at point: Point, rows: Int, _ character: Character = "│", style: Style = .plain) {
    fill(Rectangle(x: point.x, y: point.y, columns: 1, rows: rows), with: character, style: style)
  }
}

/// Text cut to a width, with `…` in place of what is missing.
public func truncated(_ text: String, to columns: Int) -> String {
  guard columns > 0 else { return "" }
  var width = 0
  var kept = text.startIndex
  for index in text.indices {
    let next = TextWidth.columns(of: text[index])
    if width + next > columns {
      // What follows does not fit, so the ellipsis needs the last column of what does.
      return String(text[..<kept]) + "…"
    }
    width += next
    if width < columns { kept = text.index(after: index) }
  }
  return text
}
