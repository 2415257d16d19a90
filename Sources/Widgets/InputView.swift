public import Drawing

/// Shows an `InputLine`, wrapped over the rows of its area, with the terminal's cursor in it.
public struct InputView: Widget {
  /// What is edited.
  public var input: InputLine
  /// Stands before the first row.
  public var prompt: String
  /// Shown while there is no text.
  public var placeholder: String
  /// Whether the cursor is shown.
  public var hasFocus: Bool
  /// The colours.
  public var theme: Theme

  /// Creates a view.
  public init(
    _ input: InputLine, prompt: String = "> ", placeholder: String = "", hasFocus: Bool = true, theme: Theme = .dark
  ) {
    self.input = input
    self.prompt = prompt
    self.placeholder = placeholder
    self.hasFocus = hasFocus
    self.theme = theme
  }

  /// Rows that the whole text needs in this many columns.
  public func rows(columns: Int) -> Int {
    lines(columns: columns - TextWidth.columns(of: prompt)).count
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let style = theme[.input]
    canvas.fill(area, style: style)
    let indent = canvas.write(printableLine(prompt), at: area.origin, style: theme[.accent].over(style), in: area)
    let lines = lines(columns: area.columns - indent)
    let row = lines.lastIndex { $0.source.lowerBound <= input.cursor } ?? 0
    let first = max(0, min(row - area.rows + 1, lines.count - area.rows))
    for (y, line) in lines.dropFirst(first).prefix(area.rows).enumerated() {
      canvas.write(printable(line.text), at: Point(x: area.x + indent, y: area.y + y), style: style, in: area)
    }
    if input.isEmpty {
      canvas.write(
        printableLine(placeholder), at: Point(x: area.x + indent, y: area.y), style: theme[.placeholder].over(style),
        in: area)
    }
    guard hasFocus else { return }
    let x = min(indent + column(in: lines[row]), area.columns - 1)
    canvas.cursor = Point(x: area.x + x, y: area.y + row - first)
  }

  /// The rows; one column stays free for a cursor at the end.
  private func lines(columns: Int) -> [WrappedLine] {
    wrap(input.text, to: max(1, columns - 1), tabWidth: 4)
  }

  /// The column of the cursor in its row.
  private func column(in line: WrappedLine) -> Int {
    let text = input.text
    let start = text.utf8.index(text.utf8.startIndex, offsetBy: line.source.lowerBound)
    let end = text.utf8.index(text.utf8.startIndex, offsetBy: input.cursor)
    var column = 0
    for character in text[start..<end] {
      column += character == "\t" ? 4 - column % 4 : TextWidth.columns(of: character)
    }
    return column
  }
}
