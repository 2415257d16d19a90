public import Drawing

/// Values of named things as horizontal bars, one row a value, with the value at the bar's end.
///
/// Bars are as long as their values on a linear axis from zero; negative ones lead to the left. Of several groups each
/// thing has one bar a group, told apart by colour and by texture.
public struct BarChart: Widget, Sendable {
  /// One bar for every thing.
  public struct Group: Hashable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Values in the order of the things; missing ones have no bar, NaN is marked.
    public var values: [Double]

    /// Creates a group.
    public init(name: String = "", values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// The things.
  public var names: [String]
  /// Their values.
  public var groups: [Group]
  /// The heading; may be empty.
  public var title: String
  /// The first thing shown, where there are more than rows.
  public var offset: Int
  /// What it is drawn with.
  public var marks: ChartMarks
  /// The colours.
  public var theme: Theme

  /// Creates a bar chart.
  public init(
    _ names: [String], groups: [Group], title: String = "", offset: Int = 0, marks: ChartMarks = .braille,
    theme: Theme = .dark
  ) {
    self.names = names
    self.groups = groups
    self.title = title
    self.offset = offset
    self.marks = marks
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty, !groups.isEmpty else { return }
    let heading = area.rows >= 4 ? self.heading : []
    let (top, body) = area.splitTop(heading.count)
    for (y, row) in heading.enumerated() { canvas.write(row, at: Point(x: top.x, y: top.y + y), in: top) }
    let shownRows = body.rows
    let first = min(max(0, offset), max(0, names.count - 1))
    let texts = groups.map { $0.values.map { NumberText.significant($0) } }
    let nameColumns = min(names.map { TextWidth.columns(of: printableLine($0)) }.max() ?? 0, area.columns / 3)
    let valueColumns = texts.joined().map(\.count).max() ?? 0
    let room = Rectangle(
      x: area.x + nameColumns + 1, y: body.y, columns: area.columns - nameColumns - valueColumns - 2, rows: body.rows)
    let finite = groups.flatMap(\.values).filter(\.isFinite)
    let range = Interval(min(0, finite.min() ?? 0), max(0, finite.max() ?? 0, finite.min() ?? 0))
    for index in names.indices.dropFirst(first) {
      let y = (index - first) * groups.count
      guard y < shownRows else { break }
      let name = truncated(printableLine(names[index]), to: nameColumns)
      let start = area.x + nameColumns - TextWidth.columns(of: name)
      canvas.write(name, at: Point(x: start, y: body.y + y), style: theme[.text], in: body)
      for (number, group) in groups.enumerated() where y + number < shownRows && group.values.indices.contains(index) {
        let line = Rectangle(x: room.x, y: body.y + y + number, columns: room.columns, rows: 1)
        drawBar(group.values[index], texts[number][index], number, in: line, range, valueColumns, on: &canvas, body)
      }
    }
  }

  private var heading: [[Span]] {
    var rows: [[Span]] = []
    if !title.isEmpty { rows.append([Span(printableLine(title), theme[.title])]) }
    if groups.count > 1 {
      let entries = groups.enumerated().flatMap { number, group in
        [Span("\(texture(number))\(texture(number))", style(number)), Span(" " + printableLine(group.name) + "   ")]
      }
      rows.append(entries)
    }
    return rows
  }

  private func drawBar(
    _ value: Double, _ text: String, _ number: Int, in line: Rectangle, _ range: Interval, _ valueColumns: Int,
    on canvas: inout Canvas, _ clip: Rectangle
  ) {
    let style = style(number)
    guard value.isFinite, line.columns > 0 else {
      let isMarked = !value.isFinite
      canvas.write(text, at: line.origin, style: isMarked ? theme[.error] : theme[.muted], in: clip)
      return
    }
    func place(_ value: Double) -> Double { AxisScale.linear.position(of: value, in: range) * Double(line.columns) }
    let (zero, end) = (place(0), place(value))
    let left = Int(min(zero, end).rounded(value < 0 ? .toNearestOrAwayFromZero : .down))
    // Bars to the right end in eighths of a cell; to the left in whole cells, for which no characters exist.
    let eighths = value < 0 ? Int(zero.rounded()) * 8 : Int((end * 8).rounded())
    let whole = max(0, eighths / 8 - left)
    canvas.horizontalLine(at: Point(x: line.x + left, y: line.y), columns: whole, texture(number), style: style)
    var x = line.x + left + whole
    let partial = Array(" ▏▎▍▌▋▊▉")
    if eighths % 8 > 0, marks != .ascii, texture(number) == "█" {
      canvas.write(String(partial[eighths % 8]), at: Point(x: x, y: line.y), style: style, in: clip)
      x += 1
    }
    canvas.write(text, at: Point(x: x + 1, y: line.y), style: theme[.muted], in: clip)
  }

  private func texture(_ number: Int) -> Character {
    let textures: [Character] = marks == .ascii ? Array("#=+o*") : Array("█▒▓░")
    return textures[number % textures.count]
  }

  private func style(_ number: Int) -> Style { Chart([], theme: theme).style(ofLayer: number) }
}
