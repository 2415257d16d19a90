public import Drawing

/// Which row of a list is selected and which is the first shown: what list keys change.
public struct ListSelection: Hashable, Sendable {
  /// The selected row; `nil` when the list is empty.
  public private(set) var selected: Int?
  /// Rows in the list.
  public private(set) var count: Int
  /// The first row shown.
  public private(set) var first = 0

  /// The first row of a list of this length.
  public init(count: Int) {
    self.count = max(0, count)
    selected = count > 0 ? 0 : nil
  }

  /// The list has another length now; the selection stays where it can.
  public mutating func setCount(_ count: Int) {
    self.count = max(0, count)
    select(selected ?? 0)
  }

  /// Selects a row, the nearest there is.
  public mutating func select(_ row: Int) {
    selected = count == 0 ? nil : min(max(0, row), count - 1)
  }

  /// Moves the selection by rows (a page is the height shown).
  public mutating func move(by rows: Int) {
    // Clamped first: a caller's Int.max must not overflow.
    select((selected ?? 0) + min(max(rows, -count), count))
  }

  /// The first row to show in this height so that the selection is in sight, near where it was.
  public mutating func reveal(rows: Int) { first = firstVisible(rows: rows) }

  /// The row that a list of this height shows first: what a click is counted from.
  public func firstVisible(rows: Int) -> Int {
    guard rows > 0, let selected else { return 0 }
    let start = min(max(first, selected - rows + 1), selected)
    return max(0, min(start, count - rows))
  }
}

/// A list of rows, of which only those in sight are asked for: instant at any length.
public struct ListView: Widget {
  /// The selection.
  public var selection: ListSelection
  /// Whether the list has the focus.
  public var hasFocus: Bool
  /// The colours.
  public var theme: Theme
  /// The spans of a row.
  public var row: (Int) -> [Span]

  /// Creates a list.
  public init(
    _ selection: ListSelection, hasFocus: Bool = true, theme: Theme = .dark, row: @escaping (Int) -> [Span]
  ) {
    self.selection = selection
    self.hasFocus = hasFocus
    self.theme = theme
    self.row = row
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let first = selection.firstVisible(rows: area.rows)
    for y in 0..<min(area.rows, selection.count - first) {
      let isSelected = first + y == selection.selected
      // A mark as well as a colour: no meaning by colour alone.
      let style = isSelected ? theme[hasFocus ? .selection : .inactiveSelection] : theme[.text]
      let line = Rectangle(x: area.x, y: area.y + y, columns: area.columns, rows: 1)
      canvas.fill(line, style: style)
      canvas.write(isSelected ? "▸ " : "  ", at: line.origin, style: style, in: line)
      let spans = row(first + y).map {
        Span(printableLine($0.text), isSelected ? style.adding($0.style.attributes) : $0.style)
      }
      canvas.write(spans, at: Point(x: area.x + 2, y: area.y + y), over: style, in: line)
    }
    drawScrollBar(at: first, of: selection.count, in: area, on: &canvas, style: theme[.border])
  }
}
