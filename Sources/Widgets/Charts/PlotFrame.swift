public import Drawing

/// The axes around a plot: where the data goes, which value lies where, and the ticks.
///
/// The rows and columns for labels are given up one after the other as room gets scarce; what is left is the data.
public struct PlotFrame: Sendable {
  /// The cells that data is drawn in; may be empty.
  public let plot: Rectangle
  /// The horizontal axis and its visible part.
  public let xAxis: ChartAxis
  /// The visible part of the horizontal axis.
  public let x: Interval
  /// The vertical axis.
  public let yAxis: ChartAxis
  /// The visible part of the vertical axis.
  public let y: Interval
  /// The marked values of the horizontal axis.
  public let xTicks: Ticks
  /// The marked values of the vertical axis.
  public let yTicks: Ticks

  private let area: Rectangle
  private let hasXAxis: Bool
  private let hasXTitle: Bool
  private let hasYAxis: Bool

  /// Lays axes out in an area.
  public init(in area: Rectangle, xAxis: ChartAxis, x: Interval, yAxis: ChartAxis, y: Interval) {
    (self.area, self.xAxis, self.x, self.yAxis, self.y) = (area, xAxis, x, yAxis, y)
    hasXAxis = area.rows >= 4 && area.columns >= 8
    hasXTitle = hasXAxis && area.rows >= 9 && !xAxis.title.isEmpty
    var rest = area.splitBottom(hasXTitle ? 3 : hasXAxis ? 2 : 0).rest
    let ticks = PlotFrame.yTicks(yAxis, y, rows: rest.rows)
    let labels = ticks.major.map { TextWidth.columns(of: $0.label) }.max() ?? 0
    hasYAxis = area.columns >= labels + 12 && rest.rows >= 2
    // Labels, then the axis itself.
    rest = rest.splitLeft(hasYAxis ? labels + 2 : 0).rest
    plot = rest
    yTicks = hasYAxis ? ticks : Ticks(in: y, most: 0)
    xTicks = PlotFrame.xTicks(xAxis, x, plot: rest, right: area.maxX)
  }

  private static func yTicks(_ axis: ChartAxis, _ y: Interval, rows: Int) -> Ticks {
    Ticks(in: y, scale: axis.scale, unit: axis.unit, most: max(2, rows / 2)) { ticks in
      let places = ticks.compactMap { cell(of: axis.scale.position(of: $0.value, in: y), cells: rows) }
      return zip(places, places.dropFirst()).allSatisfy { abs($0 - $1) >= (rows >= 14 ? 3 : rows > 4 ? 2 : 1) }
    }
  }

  private static func xTicks(_ axis: ChartAxis, _ x: Interval, plot: Rectangle, right: Int) -> Ticks {
    Ticks(in: x, scale: axis.scale, unit: axis.unit, most: max(1, plot.columns / 8)) { ticks in
      var end = Int.min / 2
      for tick in ticks {
        let position = axis.scale.position(of: tick.value, in: x)
        guard let place = cell(of: position, cells: plot.columns) else { return false }
        let start = labelStart(tick.label, center: plot.x + place, right: right)
        if start < end + 2 { return false }
        end = start + TextWidth.columns(of: tick.label)
      }
      return true
    }
  }

  /// Labels stand centred below their tick, pushed inward at the right edge.
  private static func labelStart(_ label: String, center: Int, right: Int) -> Int {
    let width = TextWidth.columns(of: label)
    return max(0, min(center - width / 2, right - width))
  }

  /// The cell of a place from 0 to 1; `nil` outside.
  private static func cell(of position: Double, cells: Int) -> Int? {
    guard cells > 0, position >= -1e-9, position <= 1 + 1e-9 else { return nil }
    return min(cells - 1, max(0, Int((position * Double(cells - 1)).rounded())))
  }

  /// The column of a value of the horizontal axis; `nil` when it is out of sight.
  public func column(of value: Double) -> Int? {
    PlotFrame.cell(of: xAxis.scale.position(of: value, in: x), cells: plot.columns).map { plot.x + $0 }
  }

  /// The row of a value of the vertical axis; `nil` when it is out of sight.
  public func row(of value: Double) -> Int? {
    PlotFrame.cell(of: yAxis.scale.position(of: value, in: y), cells: plot.rows).map { plot.maxY - 1 - $0 }
  }

  /// The value of the horizontal axis at a column, for a mouse or a key that moves a crosshair by columns.
  public func x(atColumn column: Int) -> Double {
    xAxis.scale.value(at: Double(column - plot.x) / Double(max(1, plot.columns - 1)), in: x)
  }

  /// The value of the vertical axis at a row.
  public func y(atRow row: Int) -> Double {
    yAxis.scale.value(at: Double(plot.maxY - 1 - row) / Double(max(1, plot.rows - 1)), in: y)
  }

  /// Draws lines of the grid, axes, ticks and labels; data comes on top.
  func draw(on canvas: inout Canvas, theme: Theme, marks: ChartMarks, hasGrid: Bool) {
    let isASCII = marks == .ascii
    if hasGrid {
      for tick in yTicks.major {
        // A line on the last row would double the axis.
        guard let row = row(of: tick.value), row < plot.maxY - 1 else { continue }
        canvas.horizontalLine(
          at: Point(x: plot.x, y: row), columns: plot.columns, isASCII ? "." : "┈", style: theme[.border].adding(.dim))
      }
    }
    if hasYAxis { drawYAxis(on: &canvas, theme: theme, isASCII: isASCII) }
    if hasXAxis { drawXAxis(on: &canvas, theme: theme, isASCII: isASCII) }
  }

  private func drawYAxis(on canvas: inout Canvas, theme: Theme, isASCII: Bool) {
    let axis = plot.x - 1
    canvas.verticalLine(at: Point(x: axis, y: plot.y), rows: plot.rows, isASCII ? "|" : "│", style: theme[.border])
    for minor in yTicks.minor {
      guard let row = row(of: minor) else { continue }
      canvas.write(isASCII ? "|" : "├", at: Point(x: axis, y: row), style: theme[.border], in: area)
    }
    for tick in yTicks.major {
      guard let row = row(of: tick.value) else { continue }
      canvas.write(isASCII ? "+" : "┤", at: Point(x: axis, y: row), style: theme[.border], in: area)
      let start = axis - 1 - TextWidth.columns(of: tick.label)
      canvas.write(tick.label, at: Point(x: start + 1, y: row), style: theme[.muted], in: area)
    }
  }

  private func drawXAxis(on canvas: inout Canvas, theme: Theme, isASCII: Bool) {
    let row = plot.maxY
    canvas.horizontalLine(
      at: Point(x: plot.x, y: row), columns: plot.columns, isASCII ? "-" : "─", style: theme[.border])
    if hasYAxis {
      canvas.write(isASCII ? "+" : "└", at: Point(x: plot.x - 1, y: row), style: theme[.border], in: area)
    }
    for minor in xTicks.minor {
      guard let column = column(of: minor) else { continue }
      canvas.write(isASCII ? "'" : "┴", at: Point(x: column, y: row), style: theme[.border], in: area)
    }
    for tick in xTicks.major {
      guard let column = column(of: tick.value) else { continue }
      canvas.write(isASCII ? "+" : "┬", at: Point(x: column, y: row), style: theme[.border], in: area)
      let start = PlotFrame.labelStart(tick.label, center: column, right: area.maxX)
      canvas.write(tick.label, at: Point(x: start, y: row + 1), style: theme[.muted], in: area)
    }
    if hasXTitle {
      let title = truncated(printableLine(xAxis.title), to: plot.columns)
      let start = plot.x + (plot.columns - TextWidth.columns(of: title)) / 2
      canvas.write(title, at: Point(x: start, y: row + 2), style: theme[.muted], in: area)
    }
  }

  /// Writes the crosshair's value over the labels of the horizontal axis.
  func drawReadout(of value: Double, on canvas: inout Canvas, theme: Theme) {
    guard hasXAxis, let column = column(of: value) else { return }
    let text = " " + xAxis.text(of: value) + " "
    let start = max(area.x, PlotFrame.labelStart(text, center: column, right: area.maxX))
    canvas.write(text, at: Point(x: start, y: plot.maxY + 1), style: theme[.text].adding(.reverse), in: area)
  }
}
