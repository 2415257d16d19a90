import Drawing

/// A box over the screen with the keys and what they do.
struct KeyHelpOverlay {
  var keys: [KeyHelp]
  /// The first line shown.
  var first: Int
  var theme: Theme

  func draw(on canvas: inout Canvas) {
    canvas.cursor = nil
    let keyColumns = keys.map { TextWidth.columns(of: $0.keys) }.max() ?? 0
    let width = min(
      canvas.size.columns, 4 + keyColumns + 2 + (keys.map { TextWidth.columns(of: $0.meaning) }.max() ?? 0))
    // Where there is no room for two columns, the meaning stands below the keys.
    let isNarrow = width < keyColumns + 28
    let lines: [[Span]] = keys.flatMap { line -> [[Span]] in
      let key = Span(line.keys, theme[.key])
      if isNarrow {
        return [[key]] + wrap(line.meaning, to: max(1, width - 6)).map { [Span("  " + $0.text, theme[.text])] }
      }
      let padding = String(repeating: " ", count: keyColumns - TextWidth.columns(of: line.keys) + 2)
      return wrap(line.meaning, to: max(1, width - 6 - keyColumns)).enumerated().map { index, row in
        index == 0
          ? [key, Span(padding + row.text, theme[.text])]
          : [Span(String(repeating: " ", count: keyColumns + 2) + row.text, theme[.text])]
      }
    }
    let box = canvas.bounds.centered(Size(columns: width, rows: min(canvas.size.rows, lines.count + 2)))
    canvas.fill(box, style: theme[.overlay])
    canvas.box(box, style: theme[.border], title: "keys", titleStyle: theme[.title])
    let inside = box.inset(columns: 2, rows: 1)
    let start = max(0, min(first, lines.count - inside.rows))
    for (index, line) in lines.dropFirst(start).prefix(inside.rows).enumerated() {
      canvas.write(line, at: Point(x: inside.x, y: inside.y + index), over: theme[.overlay], in: inside)
    }
  }
}

/// Numbers and bars as text.
enum ProgressText {
  /// A bar with its percentage: `████░░░░ 50 %`.
  static func bar(_ fraction: Double, columns: Int) -> String {
    let fraction = fraction.isFinite ? min(1, max(0, fraction)) : 0
    let done = Int(fraction * Double(columns))
    return String(repeating: "█", count: done) + String(repeating: "░", count: columns - done)
      + " \(Int(fraction * 100)) %"
  }

  /// Tokens a second: one decimal below 100.
  static func speed(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e9 else { return "?" }
    if value >= 100 { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// A size in bytes with a decimal unit, as model pages give it.
  static func bytes(_ count: Int) -> String {
    var value = Double(max(0, count))
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 1000 || unit == "TB" { return (unit == "B" ? String(Int(value)) : speed(value)) + " " + unit }
      value /= 1000
    }
    return ""
  }

  /// A time as minutes and seconds, with hours where there are any.
  static func clock(_ seconds: Double) -> String {
    let total = Int(min(max(0, seconds), 1e9))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
  }
}
