import Drawing

/// A table as GitHub writes it: a header, a row of dashes, rows.
struct MarkdownTable: Hashable, Sendable {
  enum Alignment: Hashable, Sendable { case left, center, right }

  /// The lines of the source.
  let lines: [MarkdownLine]
  private let header: [String]
  private let alignments: [Alignment]
  private let body: [(cells: [String], source: Int)]

  static func == (one: Self, other: Self) -> Bool { one.lines == other.lines }
  func hash(into hasher: inout Hasher) { hasher.combine(lines) }

  /// Reads a table that begins with the first line.
  init?(_ lines: ArraySlice<MarkdownLine>, isGrowing: Bool) {
    guard let first = lines.first, first.text.contains("|") else { return nil }
    let second = lines.dropFirst().first
    if let second, let alignments = MarkdownTable.alignments(second.text) {
      self.alignments = alignments
    } else if isGrowing, first.text.drop(while: { $0 == " " }).first == "|",
      second.map({ $0.isLast && MarkdownTable.isDashes($0.text) }) ?? true
    {
      // The row of dashes is still to come: a line that begins with a bar is taken at its word.
      alignments = []
    } else {
      return nil
    }
    let rest = lines.dropFirst(2).prefix { $0.text.contains("|") }
    self.lines = Array(lines.prefix(2) + rest)
    header = MarkdownTable.cells(first.text)
    body = rest.map { (MarkdownTable.cells($0.text), $0.source) }
  }

  private static func isDashes(_ text: String) -> Bool { text.allSatisfy { "|-: ".contains($0) } }

  private static func alignments(_ text: String) -> [Alignment]? {
    guard isDashes(text), text.contains("-"), text.contains("|") else { return nil }
    return cells(text).map { cell in
      switch (cell.hasPrefix(":"), cell.hasSuffix(":")) {
      case (true, true): .center
      case (false, true): .right
      default: .left
      }
    }
  }

  /// The cells of a row; bars in code and behind a backslash are text.
  static func cells(_ text: String) -> [String] {
    var cells: [String] = [""]
    var isCode = false
    var isEscaped = false
    for character in text {
      if character == "|", !isEscaped, !isCode {
        cells.append("")
        continue
      }
      if isEscaped, character == "|" { cells[cells.count - 1].removeLast() }
      isEscaped = character == "\\" && !isEscaped
      if character == "`" { isCode.toggle() }
      cells[cells.count - 1].append(character)
    }
    cells = cells.map { trimmed($0) }
    if cells.first == "" { cells.removeFirst() }
    if cells.last == "" { cells.removeLast() }
    return cells
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first == " " { rest = rest.dropFirst() }
    while rest.last == " " { rest = rest.dropLast() }
    return String(rest)
  }

  /// The table drawn to a width; `nil` where it has more columns than fit.
  ///
  /// - Parameter inline: the spans of a cell's text over a style.
  func rows(columns: Int, theme: Theme, inline: (String, Style) -> [Span]) -> [MarkdownRow]? {
    let count = max(header.count, body.map(\.cells.count).max() ?? 0)
    guard count > 0, 4 * count - 1 <= columns else { return nil }
    func spans(_ cells: [String], _ style: Style) -> [[Span]] {
      (0..<count).map { $0 < cells.count ? inline(cells[$0], style) : [] }
    }
    let head = spans(header, theme[.strong])
    let rest = body.map { (cells: spans($0.cells, theme[.text]), source: $0.source) }
    let widths = MarkdownTable.widths(
      of: (0..<count).map { column in ([head] + rest.map(\.cells)).map { width($0[column]) }.max() ?? 0 },
      in: columns - 3 * (count - 1))
    var rows = drawn(head, widths, at: lines[0].source, theme)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "─┼─")
    let ruleSource = lines.count > 1 ? lines[1].source : lines[0].source
    rows.append(MarkdownRow(spans: [Span(rule, theme[.border])], source: ruleSource))
    for row in rest { rows += drawn(row.cells, widths, at: row.source, theme) }
    return rows
  }

  private func width(_ spans: [Span]) -> Int { spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) } }

  /// The columns' widths: what they want, the widest made narrower until all fit.
  static func widths(of wanted: [Int], in room: Int) -> [Int] {
    var widths = wanted.map { max(1, $0) }
    var excess = widths.reduce(0, +) - room
    while excess > 0, let widest = widths.max(), widest > 1 {
      let second = widths.filter { $0 < widest }.max() ?? 1
      let count = widths.filter { $0 == widest }.count
      let step = max(1, min(widest - second, (excess + count - 1) / count))
      for index in widths.indices where widths[index] == widest && excess > 0 {
        let cut = min(step, excess)
        widths[index] -= cut
        excess -= cut
      }
    }
    return widths
  }

  private func drawn(_ cells: [[Span]], _ widths: [Int], at source: Int, _ theme: Theme) -> [MarkdownRow] {
    let wrappedCells = zip(cells, widths).map { wrapped($0, at: 0, columns: $1) }
    return (0..<(wrappedCells.map(\.count).max() ?? 1)).map { row in
      var spans: [Span] = []
      for (column, lines) in wrappedCells.enumerated() {
        if column > 0 { spans.append(Span(" │ ", theme[.border])) }
        let shown = row < lines.count ? lines[row].spans : []
        let free = max(0, widths[column] - width(shown))
        let before =
          switch column < alignments.count ? alignments[column] : .left {
          case .left: 0
          case .center: free / 2
          case .right: free
          }
        if before > 0 { spans.append(Span(String(repeating: " ", count: before))) }
        spans += shown
        if free > before, column < widths.count - 1 { spans.append(Span(String(repeating: " ", count: free - before))) }
      }
      return MarkdownRow(spans: spans, source: source + row)
    }
  }
}
