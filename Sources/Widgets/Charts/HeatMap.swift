public import Drawing

/// Values over a grid, each rectangle of it in a colour (or a shade where there are no colours).
///
/// Colours follow viridis, which is even in brightness and safe for colour-blind eyes; two rows of the grid fit a row of
/// cells. Where several values share a cell the greatest shows, so that a spike is never lost; NaN is marked ×.
public struct HeatMap: Widget, Sendable {
  /// `rows * columns` values, the row of the lowest place first.
  public var values: [Double]
  /// Values in a row.
  public var columns: Int
  /// What the columns stand for; the first begins at the lower end.
  public var x: Interval
  /// What the rows stand for.
  public var y: Interval
  /// The heading; may be empty.
  public var title: String
  /// The horizontal axis.
  public var xAxis: ChartAxis
  /// The vertical axis.
  public var yAxis: ChartAxis
  /// How values become colours.
  public var colorScale: AxisScale
  /// Whether zero is left empty, as in counts.
  public var hidesZero: Bool
  /// What it is drawn with.
  public var marks: ChartMarks
  /// The colours.
  public var theme: Theme

  /// Creates a heat map; `values` beyond the last full row are left out.
  public init(
    _ values: [Double], columns: Int, x: Interval, y: Interval, title: String = "", xAxis: ChartAxis = ChartAxis(),
    yAxis: ChartAxis = ChartAxis(), colorScale: AxisScale = .linear, hidesZero: Bool = false,
    marks: ChartMarks = .braille, theme: Theme = .dark
  ) {
    self.values = values
    self.columns = max(0, columns)
    self.x = x.shown(on: xAxis.scale)
    self.y = y.shown(on: yAxis.scale)
    self.title = title
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.colorScale = colorScale
    self.hidesZero = hidesZero
    self.marks = marks
    self.theme = theme
  }

  /// Rows of the grid.
  public var rows: Int { columns > 0 ? values.count / columns : 0 }

  /// The axes as `draw` lays them out in this area: which value lies in which cell.
  public func frame(in area: Rectangle) -> PlotFrame {
    let rest = area.splitTop(headingRows(in: area)).rest
    return PlotFrame(in: rest, xAxis: xAxis, x: x, yAxis: yAxis, y: y)
  }

  /// Counts how many points of a series fall into each rectangle of a grid as fine as this map's cells in an area.
  public mutating func countPoints(of series: Series, in area: Rectangle) {
    let plot = frame(in: area).plot
    let (across, down) = (plot.columns, plot.rows * rowsInCell)
    columns = across
    values = Array(repeating: 0, count: across * down)
    guard !values.isEmpty else { return }
    for (place, value) in zip(series.x, series.y) where x.contains(place) && y.contains(value) {
      let column = Int(xAxis.scale.position(of: place, in: x) * Double(across))
      let row = Int(yAxis.scale.position(of: value, in: y) * Double(down))
      values[min(down - 1, max(0, row)) * across + min(across - 1, max(0, column))] += 1
    }
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let frame = frame(in: area)
    let range = valueRange
    drawHeading(in: area, range, on: &canvas)
    frame.draw(on: &canvas, theme: theme, marks: marks, hasGrid: false)
    guard rows > 0, !frame.plot.isEmpty else { return }
    let plot = frame.plot
    for y in 0..<plot.rows {
      for x in 0..<plot.columns {
        let parts = (0..<rowsInCell).map { part in
          greatest(
            columns: share(x, of: plot.columns, among: columns),
            rows: share((plot.rows - 1 - y) * rowsInCell + part, of: plot.rows * rowsInCell, among: rows))
        }
        let place = Point(x: plot.x + x, y: plot.y + y)
        if parts.contains(where: \.isNaN) {
          canvas.write(String(ChartEvents.notANumber.mark(marks)), at: place, style: theme[.error])
        } else if rowsInCell == 2 {
          drawPair(upper: parts[1], lower: parts[0], range, at: place, on: &canvas)
        } else {
          canvas.write(String(shade(parts[0], range)), at: place, style: theme[.text])
        }
      }
    }
  }

  private var hasColor: Bool { theme[.accent].foreground != .standard && marks != .ascii }
  private var rowsInCell: Int { hasColor ? 2 : 1 }

  private var valueRange: Interval {
    var range = Extremes()
    values.forEach { range.add($0) }
    guard !range.isEmpty else { return Interval(0, 1) }
    let low = hidesZero && colorScale == .linear ? 0 : range.least
    return Interval(low, range.greatest).shown(on: colorScale, leastPositive: range.leastPositive)
  }

  /// The positions of `count` things that part `index` of `parts` equal parts touches; at least one.
  private func share(_ index: Int, of parts: Int, among count: Int) -> Range<Int> {
    let start = index * count / parts
    return start..<max(start + 1, (index + 1) * count / parts)
  }

  private func greatest(columns range: Range<Int>, rows: Range<Int>) -> Double {
    var result = -Double.infinity
    for row in rows {
      for value in values[row * columns + range.lowerBound..<row * columns + range.upperBound] {
        if value.isNaN { return .nan }
        result = max(result, value)
      }
    }
    return result
  }

  private func isHidden(_ value: Double) -> Bool { hidesZero && value == 0 || colorScale == .logarithmic && value <= 0 }

  private func drawPair(upper: Double, lower: Double, _ range: Interval, at place: Point, on canvas: inout Canvas) {
    let colors = [upper, lower].map { isHidden($0) ? nil : color($0, range) }
    switch (colors[0], colors[1]) {
    case (nil, nil): break
    case (let top?, nil): canvas.write("▀", at: place, style: Style(foreground: top))
    case (nil, let bottom?): canvas.write("▄", at: place, style: Style(foreground: bottom))
    case (let top?, let bottom?) where top == bottom: canvas.write(" ", at: place, style: Style(background: top))
    case (let top?, let bottom?): canvas.write("▀", at: place, style: Style(foreground: top, background: bottom))
    }
  }

  private func level(_ value: Double, _ range: Interval) -> Double {
    let position = colorScale.position(of: value, in: range)
    return position.isNaN ? 0 : min(1, max(0, position))
  }

  private func shade(_ value: Double, _ range: Interval) -> Character {
    if isHidden(value) { return " " }
    let shades: [Character] = marks == .ascii ? Array(".:-=+*#%@") : Array("·░▒▓█")
    return shades[min(shades.count - 1, Int(level(value, range) * Double(shades.count)))]
  }

  private func color(_ value: Double, _ range: Interval) -> Color {
    let place = level(value, range) * Double(HeatMap.viridis.count - 1)
    let (low, part) = (Int(place), place - place.rounded(.down))
    let (a, b) = (HeatMap.viridis[low], HeatMap.viridis[min(low + 1, HeatMap.viridis.count - 1)])
    func mix(_ a: Double, _ b: Double) -> UInt8 { UInt8((a + (b - a) * part).rounded()) }
    return .rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
  }

  /// Nine colours of matplotlib's viridis, at equal distances.
  private static let viridis: [(Double, Double, Double)] = [
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99),
    (170, 220, 50), (253, 231, 37),
  ]
}

extension HeatMap {
  private func headingRows(in area: Rectangle) -> Int {
    area.rows < 6 ? 0 : (title.isEmpty ? 0 : 1) + 1
  }

  /// The title; then the vertical axis' title and the colours with the values at their ends.
  private func drawHeading(in area: Rectangle, _ range: Interval, on canvas: inout Canvas) {
    guard headingRows(in: area) > 0 else { return }
    var row = area.y
    if !title.isEmpty {
      canvas.write(printableLine(title), at: area.origin, style: theme[.title], in: area)
      row += 1
    }
    var x = area.x
    if !yAxis.title.isEmpty {
      x += canvas.write(printableLine(yAxis.title) + "   ", at: Point(x: x, y: row), style: theme[.muted], in: area)
    }
    let (low, high) = (NumberText.significant(range.lower, digits: 3), NumberText.significant(range.upper, digits: 3))
    x += canvas.write(low + " ", at: Point(x: x, y: row), style: theme[.muted], in: area)
    let count = 12
    for step in 0..<count {
      let value = colorScale.value(at: Double(step) / Double(count - 1), in: range)
      let style = hasColor ? Style(foreground: color(value, range)) : theme[.text]
      let character = hasColor ? "█" : isHidden(value) ? "." : shade(value, range)
      x += canvas.write(String(character), at: Point(x: x, y: row), style: style, in: area)
    }
    canvas.write(" " + high, at: Point(x: x, y: row), style: theme[.muted], in: area)
  }
}
