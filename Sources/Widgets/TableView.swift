public import Drawing

/// Rows in columns under a header, of which only those in sight are asked for: instant at any length.
public struct TableView: Widget {
  /// A column.
  public struct Column: Hashable, Sendable {
    /// How wide it is.
    public enum Width: Hashable, Sendable {
      case fixed(Int)
      /// A share of what the fixed columns leave.
      case share(Int)
    }

    /// Its title.
    public var title: String
    /// How wide it is.
    public var width: Width
    /// Whether its cells end at its right edge, as numbers do.
    public var isRightAligned: Bool

    /// Creates a column.
    public init(_ title: String, _ width: Width, isRightAligned: Bool = false) {
      self.title = title
      self.width = width
      self.isRightAligned = isRightAligned
    }
  }

  /// The columns.
  public var columns: [Column]
  /// The selection.
  public var selection: ListSelection
  /// The column that the rows are ordered by, marked in the header; `nil` where none decides.
  public var order: (column: Int, isDescending: Bool)?
  /// Whether the table has the focus.
  public var hasFocus: Bool
  /// The colours.
  public var theme: Theme
  /// The cells of a row, one for each column.
  public var row: (Int) -> [String]

  /// Creates a table.
  public init(
    _ columns: [Column], _ selection: ListSelection, order: (column: Int, isDescending: Bool)? = nil,
    hasFocus: Bool = true, theme: Theme = .dark, row: @escaping (Int) -> [String]
  ) {
    self.columns = columns
    self.selection = selection
    self.order = order
    self.hasFocus = hasFocus
    self.theme = theme
    self.row = row
  }

  /// The rectangle of the rows, below the header: what a click is compared with.
  public func rowArea(in area: Rectangle) -> Rectangle { area.splitTop(area.rows > 1 ? 1 : 0).rest }

  /// The row at a place.
  public func row(at point: Point, in area: Rectangle) -> Int? {
    let body = rowArea(in: area)
    guard body.contains(point) else { return nil }
    let row = selection.firstVisible(rows: body.rows) + point.y - body.y
    return row < selection.count ? row : nil
  }

  /// The column whose title is at a place; the gap behind a column belongs to it.
  public func column(at point: Point, in area: Rectangle) -> Int? {
    guard area.contains(point), !rowArea(in: area).contains(point) else { return nil }
    var end = area.x + 2
    for (index, width) in widths(in: area.columns - 3).enumerated() where width > 0 {
      end += width + 1
      if point.x < end { return index }
    }
    return nil
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let body = rowArea(in: area)
    // Two columns for the mark of the selection, one for the scroll bar.
    let widths = widths(in: area.columns - 3)
    if body.rows < area.rows {
      let titles = columns.enumerated().map { index, column in
        guard let order, order.column == index else { return column.title }
        return column.title + (order.isDescending ? "▼" : "▲")
      }
      let header = line(titles, widths)
      canvas.write("  " + header, at: area.origin, style: theme[.title], in: area)
    }
    ListView(selection, hasFocus: hasFocus, theme: theme) { index in [Span(line(row(index), widths))] }
      .draw(in: body, on: &canvas)
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, width) in widths.enumerated() where width > 0 {
      let cell = truncated(printableLine(cells.indices.contains(index) ? cells[index] : ""), to: width)
      let padding = String(repeating: " ", count: width - TextWidth.columns(of: cell))
      text += (text.isEmpty ? "" : " ") + (columns[index].isRightAligned ? padding + cell : cell + padding)
    }
    return text
  }

  private func widths(in total: Int) -> [Int] {
    let gaps = max(0, columns.count - 1)
    var rest = max(0, total - gaps)
    var shares = 0
    for column in columns {
      switch column.width {
      case .fixed(let width): rest -= width
      case .share(let share): shares += max(1, share)
      }
    }
    var room = max(0, total - gaps)
    return columns.map { column in
      let wanted =
        switch column.width {
        case .fixed(let width): width
        case .share(let share): max(0, rest) * max(1, share) / max(1, shares)
        }
      // Where there is no room, the columns at the right go first.
      let width = max(0, min(wanted, room))
      room -= width
      return width
    }
  }
}
