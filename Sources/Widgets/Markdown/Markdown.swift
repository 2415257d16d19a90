public import Drawing

/// A row of rendered Markdown.
public struct MarkdownRow: Hashable, Sendable {
  /// What is shown.
  public var spans: [Span]
  /// Where the row stands in the source: a UTF-8 offset that never falls from row to row, the same at every width.
  public var source: Int

  /// Creates a row.
  public init(spans: [Span], source: Int) {
    self.spans = spans
    self.source = source
  }
}

/// Markdown lightly rendered: headings, lists, quotes, tables, code with highlighting, emphasis, inline code and links.
///
/// Rendering is line by line, as models write: a line feed breaks the line. No text is lost: only marks that became a
/// look are left out, and a link's address stands behind its text. While the text grows, marks that are still open count
/// as closed at its end, so that what has been shown keeps its look when the closing mark comes.
///
/// Source of the notation: CommonMark 0.31 (without setext headings, indented code and HTML) and GitHub's tables.
public struct Markdown: Sendable {
  /// The colours.
  public var theme: Theme
  /// Whether more text may follow.
  public var isGrowing: Bool
  /// The style of ordinary text.
  var base: Style
  let columns: Int

  /// Prepares rendering to a width.
  ///
  /// - Parameters:
  ///   - columns: columns of a row, at least 1.
  ///   - base: the style of ordinary text; `nil` takes the theme's text.
  public init(columns: Int, theme: Theme, base: Style? = nil, isGrowing: Bool = false) {
    self.columns = max(1, columns)
    self.theme = theme
    self.base = base ?? theme[.text]
    self.isGrowing = isGrowing
  }

  /// The rows of a text, which may be anything: it is made `printable` first.
  public func rows(of text: String) -> [MarkdownRow] {
    var rows: [MarkdownRow] = []
    for block in MarkdownBlock.read(lines(of: text), isGrowing: isGrowing) { append(block, to: &rows) }
    return rows
  }

  private func lines(of text: String) -> [MarkdownLine] {
    var text = printable(text)
    if text.utf8.contains(0x09) { text = String(text.flatMap { $0 == "\t" ? Array("    ") : [$0] }) }
    var lines: [MarkdownLine] = []
    var offset = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      lines.append(MarkdownLine(text: String(Substring(line)), source: offset))
      offset += line.count + 1
    }
    // A line of nothing but marks may yet become anything: it is shown once it says what.
    if isGrowing, let last = lines.last, lines.count > 1 || !last.text.isEmpty, last.text.allSatisfy(isMark) {
      lines.removeLast()
    }
    return lines
  }

  private func isMark(_ character: Character) -> Bool { "*_#>|-+=`~: ".contains(character) }

  private func append(_ block: MarkdownBlock, to rows: inout [MarkdownRow]) {
    switch block {
    case .blank(let source): rows.append(MarkdownRow(spans: [], source: source))
    case .rule(let source):
      rows.append(MarkdownRow(spans: [Span(String(repeating: "─", count: columns), theme[.border])], source: source))
    case .paragraph(let line): append(inline(line, base), at: line.source, to: &rows)
    case .heading(let level, let line):
      let style = theme[.title].adding(level == 1 ? [.bold, .underline] : .bold)
      append(inline(line, style), at: line.source, to: &rows)
    case .quote(let depth, let line):
      let bar = Span(String(repeating: "│ ", count: depth), theme[.border])
      append(inline(line, theme[.muted]), at: line.source, first: bar, rest: bar, to: &rows)
    case .item(let indent, let marker, let line):
      let space = String(repeating: " ", count: indent)
      let shown = marker.count == 1 ? "•" : marker
      let rest = Span(space + String(repeating: " ", count: shown.count + 1))
      append(
        inline(line, base), at: line.source, first: Span(space + shown + " ", theme[.accent]), rest: rest, to: &rows)
    case .code(let label, let lines): append(code: lines, label: label, to: &rows)
    case .table(let table):
      rows +=
        table.rows(columns: columns, theme: theme) { inline(MarkdownLine(text: $0, source: 0), $1) }
        ?? table.lines.flatMap { line in wrapped([Span(line.text, base)], at: line.source, columns: columns) }
    }
  }

  private func inline(_ line: MarkdownLine, _ style: Style) -> [Span] {
    MarkdownInline(theme: theme, isOpenEnded: isGrowing && line.isLast).spans(of: line.text, style)
  }

  private func append(code lines: [MarkdownLine], label: MarkdownLine?, to rows: inout [MarkdownRow]) {
    let margin = Span(columns > 8 ? "  " : "")
    if let label, !label.text.isEmpty {
      let spans = [Span(label.text, theme[.muted].adding(.italic))]
      append(spans, at: label.source, first: margin, rest: margin, to: &rows)
    }
    let language = CodeLanguage.named(label?.text ?? "")
    var highlighter = CodeHighlighter(language: language)
    for line in lines {
      let spans = highlighter.pieces(of: line.text).map {
        Span($0.text, language == nil ? theme[.code] : theme.style(of: $0.kind))
      }
      append(spans, at: line.source, first: margin, rest: margin, to: &rows)
    }
  }

  /// Appends spans, wrapped, with something before the first row and something before the others.
  private func append(
    _ spans: [Span], at source: Int, first: Span = Span(""), rest: Span = Span(""), to rows: inout [MarkdownRow]
  ) {
    let indent = TextWidth.columns(of: first.text)
    // Where nothing would be left for the text, what stands before it is wrapped with it.
    guard indent < columns else {
      rows += wrapped([first] + spans, at: source, columns: columns)
      return
    }
    for (index, line) in wrapped(spans, at: source, columns: columns - indent).enumerated() {
      var line = line
      if indent > 0 { line.spans.insert(index == 0 ? first : rest, at: 0) }
      rows.append(line)
    }
  }
}

/// A line of the source and where it begins.
struct MarkdownLine: Hashable, Sendable {
  var text: String
  var source: Int
  /// Whether the text ends with this line.
  var isLast = false
}

/// Breaks spans without tabs into rows, with the offset of each in the shown text added to `source`.
package func wrapped(_ spans: [Span], at source: Int, columns: Int) -> [MarkdownRow] {
  wrap(spans.map(\.text).joined(), to: columns).map { line in
    MarkdownRow(
      spans: slice(spans, from: line.source.lowerBound, count: line.text.utf8.count),
      source: source + line.source.lowerBound)
  }
}

/// The part of spans that covers a range of bytes of their joined text.
private func slice(_ spans: [Span], from start: Int, count: Int) -> [Span] {
  var result: [Span] = []
  var offset = 0
  for span in spans {
    let length = span.text.utf8.count
    defer { offset += length }
    let low = max(0, start - offset)
    let high = min(length, start + count - offset)
    if low < high {
      result.append(Span(String(span.text[span.text.utf8Range(low..<high)]), span.style))
    }
    if offset + length >= start + count { break }
  }
  return result
}

extension Theme {
  /// How a piece of code looks: in colours where the theme has them, and by attributes in every theme.
  func style(of kind: CodeHighlighter.Kind) -> Style {
    switch kind {
    case .plain: self[.text]
    case .keyword: self[.accent].adding(.bold)
    case .string: self[.success]
    case .comment: self[.muted].adding(.italic)
    case .number: self[.tool]
    }
  }
}
