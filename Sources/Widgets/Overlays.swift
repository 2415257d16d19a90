public import Drawing

/// A table of keys over the screen, made from the key table that also dispatches.
public struct HelpOverlay: Widget {
  /// The title.
  public var title: String
  /// Keys and what they do.
  public var keys: [(keys: String, label: String)]
  /// The first entry shown, for tables longer than the screen.
  public var offset: Int
  /// The colours.
  public var theme: Theme

  /// Creates the overlay.
  public init(title: String = "Keys", keys: [(keys: String, label: String)], offset: Int = 0, theme: Theme = .dark) {
    self.title = title
    self.keys = keys
    self.offset = offset
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    let keyColumns = keys.map { TextWidth.columns(of: $0.keys) }.max() ?? 0
    let labelColumns = keys.map { TextWidth.columns(of: $0.label) }.max() ?? 0
    let wanted = max(keyColumns + labelColumns + 6, TextWidth.columns(of: title) + 6)
    let frame = area.centered(Size(columns: wanted, rows: keys.count + 2))
    let inner = drawFrame(frame, title: title, on: &canvas, theme: theme)
    let first = min(max(0, offset), max(0, keys.count - inner.rows))
    for (y, entry) in keys.dropFirst(first).prefix(inner.rows).enumerated() {
      let place = Point(x: inner.x + 1, y: inner.y + y)
      canvas.write(entry.keys, at: place, style: theme[.key].over(theme[.overlay]), in: inner)
      canvas.write(
        entry.label, at: Point(x: place.x + keyColumns + 2, y: place.y), style: theme[.overlay], in: inner)
    }
    drawScrollBar(at: first, of: keys.count, in: inner, on: &canvas, style: theme[.border])
  }
}

/// A question with choices over the screen.
public struct Dialog: Widget {
  /// The title.
  public var title: String
  /// What is asked; wrapped.
  public var message: String
  /// The choices, each with its key in the label.
  public var choices: [String]
  /// The choice Enter takes.
  public var selected: Int
  /// The colours.
  public var theme: Theme

  /// Creates a dialog.
  public init(title: String, message: String, choices: [String], selected: Int = 0, theme: Theme = .dark) {
    self.title = title
    self.message = message
    self.choices = choices
    self.selected = selected
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    let labels = choices.enumerated().map { $0.offset == selected ? "[\($0.element)]" : " \($0.element) " }
    let choiceColumns = labels.reduce(0) { $0 + TextWidth.columns(of: $1) + 1 }
    let safe = printable(message)
    let longest = safe.split(whereSeparator: \.isNewline).map { TextWidth.columns(of: $0) }.max() ?? 0
    let wanted = max(min(60, longest), choiceColumns, TextWidth.columns(of: title) + 4)
    let columns = min(area.columns, wanted + 4)
    let lines = wrap(safe, to: max(1, columns - 4))
    let frame = area.centered(Size(columns: columns, rows: lines.count + (choices.isEmpty ? 2 : 4)))
    let inner = drawFrame(frame, title: title, on: &canvas, theme: theme)
    // Where room is short the choices stay and the message gives way.
    let (body, bottom) = inner.splitBottom(choices.isEmpty ? 0 : 1)
    for (y, line) in lines.prefix(body.rows).enumerated() {
      canvas.write(line.text, at: Point(x: body.x + 1, y: body.y + y), style: theme[.overlay], in: body)
    }
    var x = bottom.x + max(0, bottom.columns - choiceColumns)
    for (index, label) in labels.enumerated() {
      let style = index == selected ? theme[.selection] : theme[.overlay]
      x += canvas.write(printableLine(label), at: Point(x: x, y: bottom.y), style: style, in: bottom) + 1
    }
  }
}

/// A short notice in the upper right corner.
public struct Toast: Widget, Hashable, Sendable {
  /// What kind of news it is.
  public enum Kind: Hashable, Sendable { case notice, success, warning, error }

  /// The text; wrapped.
  public var text: String
  /// What kind of news it is; a mark says so beside the colour.
  public var kind: Kind
  /// The colours.
  public var theme: Theme

  /// Creates a notice.
  public init(_ text: String, kind: Kind = .notice, theme: Theme = .dark) {
    self.text = text
    self.kind = kind
    self.theme = theme
  }

  private var mark: String {
    switch kind {
    case .notice: "i "
    case .success: "✓ "
    case .warning: "! "
    case .error: "✗ "
    }
  }

  private func lines(in area: Rectangle) -> [WrappedLine] {
    wrap(mark + printable(text), to: min(50, area.columns - 4))
  }

  /// Rows it takes at the top of an area; 0 where it has no room.
  public func rows(in area: Rectangle) -> Int {
    guard area.columns >= 8, area.rows >= 3 else { return 0 }
    return min(area.rows, lines(in: area).count + 2)
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    let rows = rows(in: area)
    guard rows > 0 else { return }
    let role: Theme.Role =
      switch kind {
      case .notice: .accent
      case .success: .success
      case .warning: .warning
      case .error: .error
      }
    let lines = lines(in: area)
    let columns = (lines.map(\.columns).max() ?? 0) + 4
    let frame = Rectangle(x: area.maxX - columns, y: area.y, columns: columns, rows: rows)
    let inner = drawFrame(frame, title: "", on: &canvas, theme: theme)
    for (y, line) in lines.prefix(inner.rows).enumerated() {
      canvas.write(line.text, at: Point(x: inner.x + 1, y: inner.y + y), style: theme[role], in: inner)
    }
  }
}

/// Clears a rectangle, draws a border around it and returns what is inside. The cursor is hidden beneath.
private func drawFrame(_ frame: Rectangle, title: String, on canvas: inout Canvas, theme: Theme) -> Rectangle {
  canvas.fill(frame, style: theme[.overlay])
  if let cursor = canvas.cursor, frame.contains(cursor) { canvas.cursor = nil }
  guard frame.columns >= 2, frame.rows >= 3 else { return frame }
  canvas.box(frame, style: theme[.focusedBorder], title: title, titleStyle: theme[.title])
  return frame.inset(columns: 1, rows: 1)
}
