public import Drawing

/// One row with text at both ends; where they do not fit, the right end is dropped first, then the left cut.
public struct StatusLine: Widget {
  /// Text at the left.
  public var left: [Span]
  /// Text at the right.
  public var right: [Span]
  /// The ground.
  public var style: Style

  /// Creates a status line.
  public init(left: [Span], right: [Span] = [], style: Style) {
    self.left = left
    self.right = right
    self.style = style
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let line = Rectangle(x: area.x, y: area.y, columns: area.columns, rows: 1)
    canvas.fill(line, style: style)
    let shown = left.map { Span(printableLine($0.text), $0.style) }
    let end = right.map { Span(printableLine($0.text), $0.style) }
    let used = shown.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    let needed = end.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    canvas.write(shown, at: Point(x: area.x + 1, y: area.y), over: style, in: line)
    if used > area.columns - 2, area.columns > 2 {
      canvas.write("…", at: Point(x: area.maxX - 1, y: area.y), style: style, in: line)
    }
    guard needed > 0, used + needed + 3 <= area.columns else { return }
    canvas.write(end, at: Point(x: area.maxX - 1 - needed, y: area.y), over: style, in: line)
  }
}

/// One row of keys and what they do; entries that do not fit are left out, the first stay.
public struct CommandBar: Widget {
  /// Keys and labels, the most important first.
  public var commands: [(keys: String, label: String)]
  /// The colours.
  public var theme: Theme

  /// Creates a command bar.
  public init(_ commands: [(keys: String, label: String)], theme: Theme = .dark) {
    self.commands = commands
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    var x = area.x + 1
    for command in commands {
      let width = TextWidth.columns(of: command.keys) + 1 + TextWidth.columns(of: command.label)
      guard x + width <= area.maxX else { return }
      x += canvas.write(command.keys, at: Point(x: x, y: area.y), style: theme[.key], in: area) + 1
      x += canvas.write(command.label, at: Point(x: x, y: area.y), style: theme[.muted], in: area) + 2
    }
  }
}

/// One row that shows how much of a work is done, with percent and the time left.
public struct ProgressBar: Widget {
  /// Done, from 0 to 1; anything else is brought within, NaN is nothing.
  public var fraction: Double
  /// What is done.
  public var label: String
  /// Seconds left, if known.
  public var secondsLeft: Double?
  /// The colours.
  public var theme: Theme

  /// Creates a bar.
  public init(fraction: Double, label: String = "", secondsLeft: Double? = nil, theme: Theme = .dark) {
    self.fraction = fraction
    self.label = label
    self.secondsLeft = secondsLeft
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let line = Rectangle(x: area.x, y: area.y, columns: area.columns, rows: 1)
    let part = fraction.isNaN ? 0 : min(1, max(0, fraction))
    // Rounded down: 100% is said only when it is.
    let percent = String(Int(part * 100))
    var tail = " " + String(repeating: " ", count: 3 - percent.count) + percent + "%"
    if let secondsLeft { tail += " " + durationText(secondsLeft) + " left" }
    var x = area.x
    if !label.isEmpty, area.columns > TextWidth.columns(of: label) + tail.count + 8 {
      x += canvas.write(printableLine(label) + " ", at: line.origin, style: theme[.text], in: line)
    }
    let room = line.maxX - x - tail.count
    if room >= 3 {
      let done = Int(part * Double(room))
      canvas.horizontalLine(at: Point(x: x, y: line.y), columns: done, "█", style: theme[.progressDone])
      canvas.horizontalLine(at: Point(x: x + done, y: line.y), columns: room - done, "░", style: theme[.progressRest])
      x += room
    } else {
      tail.removeFirst()
    }
    canvas.write(tail, at: Point(x: x, y: line.y), style: theme[.muted], in: line)
  }
}

/// Seconds as people say them: `8s`, `2m05s`, `3h04m`, `5d02h`; `?` when not a sensible time.
public func durationText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  if whole < 60 { return "\(whole)s" }
  if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
  if whole < 86400 { return "\(whole / 3600)h\(two(whole / 60 % 60))m" }
  return "\(whole / 86400)d\(two(whole / 3600 % 24))h"
}
