/// Neighbouring cells of one row that look alike.
public struct StyledRun: Hashable, Sendable {
  /// Their text; a wide character stands once.
  public var text: String
  /// How they look.
  public var style: Style
  /// The first column.
  public var x: Int
  /// The columns they take.
  public var columns: Int
}

extension Canvas {
  /// The frame as plain text: a line per row, spaces at the ends dropped, each line ended by a newline.
  public var text: String {
    lines.map { $0 + "\n" }.joined()
  }

  /// The rows as plain text without spaces at the end.
  public var lines: [String] {
    (0..<size.rows).map { y in
      var line = ""
      var pendingSpaces = 0
      for cell in row(y) where cell.width > 0 {
        if cell.character == " " {
          pendingSpaces += 1
        } else {
          line += String(repeating: " ", count: pendingSpaces)
          pendingSpaces = 0
          line.append(cell.character)
        }
      }
      return line
    }
  }

  /// The cells of a row as runs of one style, for exports with colours.
  public func runs(row y: Int) -> [StyledRun] {
    var runs: [StyledRun] = []
    for (x, cell) in row(y).enumerated() {
      if runs.isEmpty || runs[runs.count - 1].style != cell.style {
        runs.append(StyledRun(text: "", style: cell.style, x: x, columns: 0))
      }
      if cell.width > 0 { runs[runs.count - 1].text.append(cell.character) }
      runs[runs.count - 1].columns += 1
    }
    return runs
  }
}
