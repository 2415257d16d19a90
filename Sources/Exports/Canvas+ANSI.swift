public import Drawing

extension Canvas {
  /// The frame as text with colours and attributes: a line per row with the escape sequences of ECMA-48, plain at each
  /// line's end, spaces at the end dropped unless they have a ground of their own.
  public var ansiText: String {
    (0..<size.rows).map { y in
      let cells = row(y)
      let blank = Cell.blank
      let end = cells.lastIndex { $0 != blank }.map { $0 - cells.startIndex + 1 } ?? 0
      return ANSIText.cells(cells.prefix(end), from: .plain).text + "\u{1B}[m\n"
    }.joined()
  }

  /// What turns a terminal that shows `previous` into one that shows this frame; all of it without one of this size.
  public func ansiUpdate(from previous: Canvas?) -> String {
    var text = ""
    let isKnown = previous?.size == size
    if !isKnown { text += "\u{1B}[m\u{1B}[2J" }
    let before = isKnown ? previous : nil
    for y in 0..<size.rows {
      guard let changed = changedColumns(in: y, from: before) else { continue }
      let cells = row(y)
      let start = cells.startIndex
      text += "\u{1B}[\(y + 1);\(changed.lowerBound + 1)H"
      text += ANSIText.cells(cells[start + changed.lowerBound..<start + changed.upperBound], from: nil).text
    }
    if !text.isEmpty { text += "\u{1B}[m" }
    guard cursor != before?.cursor || !isKnown || !text.isEmpty else { return text }
    guard let cursor else { return text + "\u{1B}[?25l" }
    return text + "\u{1B}[\(cursor.y + 1);\(cursor.x + 1)H\u{1B}[?25h"
  }

  /// The columns of a row from the first to the last that differ; whole characters.
  private func changedColumns(in y: Int, from previous: Canvas?) -> Range<Int>? {
    let cells = Array(row(y))
    let old = previous.map { Array($0.row(y)) } ?? Array(repeating: Cell.blank, count: cells.count)
    guard var first = cells.indices.first(where: { cells[$0] != old[$0] }),
      var last = cells.indices.last(where: { cells[$0] != old[$0] })
    else { return nil }
    if cells[first].width == 0, first > 0 { first -= 1 }
    if cells[last].width == 2, last + 1 < cells.count { last += 1 }
    return first..<last + 1
  }
}

/// Cells and styles as a terminal is told them.
enum ANSIText {
  /// The cells' characters with the changes of style between them.
  ///
  /// - Parameter style: what the terminal has set; `nil` where that is not known.
  static func cells(_ cells: some Sequence<Cell>, from style: Style?) -> (text: String, style: Style?) {
    var text = ""
    var current = style
    for cell in cells where cell.width > 0 {
      if cell.style != current {
        text += select(cell.style)
        current = cell.style
      }
      text.append(cell.character)
    }
    return (text, current)
  }

  /// Select Graphic Rendition: from whatever was set to this style.
  static func select(_ style: Style) -> String {
    let attributes: [(Style.Attributes, String)] = [
      (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"), (.strikethrough, "9"),
    ]
    var codes = attributes.filter { style.attributes.contains($0.0) }.map(\.1)
    codes += color(style.foreground, base: 30)
    codes += color(style.background, base: 40)
    return codes.isEmpty ? "\u{1B}[m" : "\u{1B}[0;" + codes.joined(separator: ";") + "m"
  }

  private static func color(_ color: Color, base: Int) -> [String] {
    switch color {
    case .standard: []
    case .indexed(let index) where index < 8: ["\(base + Int(index))"]
    case .indexed(let index) where index < 16: ["\(base + 52 + Int(index))"]
    case .indexed(let index): ["\(base + 8)", "5", "\(index)"]
    case .rgb(let red, let green, let blue): ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
    }
  }
}
