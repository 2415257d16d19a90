public import Drawing

/// Paragraphs of styled text with their rows for one width: the state behind a `TextView`.
///
/// Rows are kept per paragraph, so that text streaming into the last one costs the wrapping of that one alone. Text is
/// made `printable` on the way in.
public struct TextLayout: Hashable, Sendable {
  private struct Paragraph: Hashable, Sendable {
    var spans: [Span]
    var rows: [[Span]]
    /// Columns left free before each row.
    var indent: Int
  }

  private var paragraphs: [Paragraph] = []
  /// The row each paragraph begins with.
  private var starts: [Int] = []
  /// Columns that the rows are wrapped to.
  public private(set) var columns: Int
  /// Rows in all.
  public private(set) var rowCount = 0

  /// An empty layout for a width.
  public init(columns: Int) { self.columns = max(1, columns) }

  /// How many paragraphs there are.
  public var count: Int { paragraphs.count }

  /// Adds a paragraph; it may hold newlines.
  public mutating func append(_ spans: [Span], indent: Int = 0) {
    starts.append(rowCount)
    paragraphs.append(Paragraph(spans: spans.map(Self.safe), rows: [], indent: max(0, indent)))
    layOut(paragraphs.count - 1)
  }

  /// Adds text of one style as a paragraph.
  public mutating func append(_ text: String, style: Style = .plain, indent: Int = 0) {
    append([Span(text, style)], indent: indent)
  }

  /// Replaces the last paragraph, for text that grows; adds one when there is none.
  public mutating func replaceLast(_ spans: [Span]) {
    guard let last = paragraphs.indices.last else { return append(spans) }
    paragraphs[last].spans = spans.map(Self.safe)
    layOut(last)
  }

  /// Takes away all paragraphs.
  public mutating func removeAll() { self = TextLayout(columns: columns) }

  /// Wraps everything again if the width is another.
  public mutating func setColumns(_ columns: Int) {
    guard max(1, columns) != self.columns else { return }
    self.columns = max(1, columns)
    rowCount = 0
    for index in paragraphs.indices {
      starts[index] = rowCount
      layOut(index)
    }
  }

  /// The row a paragraph begins with.
  public func firstRow(ofParagraph index: Int) -> Int {
    starts.indices.contains(index) ? starts[index] : rowCount
  }

  /// The spans of a row with the columns before them; `nil` past the end.
  public func row(_ row: Int) -> (indent: Int, spans: [Span])? {
    guard row >= 0, row < rowCount else { return nil }
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= row { low = middle } else { high = middle }
    }
    return (paragraphs[low].indent, paragraphs[low].rows[row - starts[low]])
  }

  private mutating func layOut(_ index: Int) {
    let indent = min(paragraphs[index].indent, columns - 1)
    paragraphs[index].rows = wrap(paragraphs[index].spans, to: columns - indent)
    rowCount = starts[index] + paragraphs[index].rows.count
  }

  private static func safe(_ span: Span) -> Span { Span(printable(span.text), span.style) }
}

/// A window on wrapped text.
public struct TextView: Widget {
  /// The text; its width should be the area's (less one column with a scroll bar).
  public var layout: TextLayout
  /// The first row shown; kept within the text.
  public var offset: Int
  /// Whether the last column shows where the window is, when the text is longer.
  public var hasScrollBar: Bool
  /// The style below the text.
  public var style: Style

  /// Creates a view.
  public init(_ layout: TextLayout, offset: Int = 0, hasScrollBar: Bool = false, style: Style = .plain) {
    self.layout = layout
    self.offset = offset
    self.hasScrollBar = hasScrollBar
    self.style = style
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let first = min(max(0, offset), max(0, layout.rowCount - area.rows))
    for y in 0..<area.rows {
      guard let row = layout.row(first + y) else { break }
      canvas.write(row.spans, at: Point(x: area.x + row.indent, y: area.y + y), over: style, in: area)
    }
    if hasScrollBar { drawScrollBar(at: first, of: layout.rowCount, in: area, on: &canvas, style: style) }
  }
}

/// Marks in the last column of `area` which of `count` rows are shown; nothing when all are.
func drawScrollBar(at first: Int, of count: Int, in area: Rectangle, on canvas: inout Canvas, style: Style) {
  guard count > area.rows, area.columns > 1, area.rows > 0 else { return }
  let length = max(1, area.rows * area.rows / count)
  let top = first * (area.rows - length) / max(1, count - area.rows)
  canvas.verticalLine(at: Point(x: area.maxX - 1, y: area.y), rows: area.rows, "│", style: style.adding(.dim))
  canvas.verticalLine(at: Point(x: area.maxX - 1, y: area.y + top), rows: length, "┃", style: style)
}
