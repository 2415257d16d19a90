public import Drawing

/// Something drawn in a chart; later layers lie over earlier ones.
public enum ChartLayer: Sendable {
  /// Points joined by a line.
  case line(Series)
  /// Points by themselves.
  case scatter(Series)
  /// The room between two series, such as the deviation over several runs; the first one's name is its name.
  case band(lower: Series, upper: Series)
  /// Counts as columns that stand on the axis.
  case histogram(Histogram)

  /// What the legend calls it.
  public var name: String {
    switch self {
    case .line(let series), .scatter(let series), .band(let series, _): series.name
    case .histogram(let histogram): histogram.name
    }
  }

  /// The series whose places and values count for the visible range.
  var series: [Series] {
    switch self {
    case .line(let series), .scatter(let series): [series]
    case .band(let lower, let upper): [lower, upper]
    case .histogram: []
    }
  }
}

/// Series over common axes: lines, points, bands and histograms, with ticks, a legend and a crosshair.
///
/// However many points share a column, their least and greatest are drawn: a spike of one step is seen at any zoom. Values
/// that are no number are not skipped in silence but marked at the edge of the plot: × for NaN, ▲ and ▼ for infinities
/// (and ▼ for what a logarithmic axis cannot place). Series differ by colour and by a letter or mark on the line, so that
/// they are told apart without colour too.
///
/// A chart is a value made for a frame: series are cheap to hand over, zoom is in `viewport`, and the same `crosshair` may
/// be given to several charts, whatever their widths.
public struct Chart: Widget, Sendable {
  /// What is drawn, from back to front.
  public var layers: [ChartLayer]
  /// The heading; may be empty.
  public var title: String
  /// The horizontal axis.
  public var xAxis: ChartAxis
  /// The vertical axis.
  public var yAxis: ChartAxis
  /// The visible part.
  public var viewport: Viewport
  /// Positions of layers that are not drawn; the legend still names them.
  public var hidden: Set<Int> = []
  /// What stands before the title, as the mark of the chart that has the focus.
  public var titleMark = ""
  /// The number of the first layer among all that are told apart by colours and marks, where several charts share them.
  public var firstLook = 0
  /// Where values are read, if anywhere; the legend shows them.
  public var crosshair: Crosshair?
  /// What it is drawn with.
  public var marks: ChartMarks
  /// Whether lines lead from the vertical axis' ticks through the plot.
  public var hasGrid: Bool
  /// The colours.
  public var theme: Theme

  /// Creates a chart.
  public init(
    _ layers: [ChartLayer], title: String = "", xAxis: ChartAxis = ChartAxis(), yAxis: ChartAxis = ChartAxis(),
    viewport: Viewport = Viewport(), crosshair: Crosshair? = nil, marks: ChartMarks = .braille, hasGrid: Bool = true,
    theme: Theme = .dark
  ) {
    self.layers = layers
    self.title = title
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.viewport = viewport
    self.crosshair = crosshair
    self.marks = marks
    self.hasGrid = hasGrid
    self.theme = theme
  }

  /// All there is along the horizontal axis, whatever the viewport shows.
  public var fullX: Interval {
    var places = Extremes()
    for layer in layers {
      for series in layer.series { places.add(series.places) }
      if case .histogram(let histogram) = layer { histogram.edges.forEach { places.add($0) } }
    }
    guard !places.isEmpty else { return Interval(0, 1).shown(on: xAxis.scale) }
    return Interval(places.least, places.greatest).shown(on: xAxis.scale, leastPositive: places.leastPositive)
  }

  /// The layers that are drawn, with their positions.
  var shownLayers: [(index: Int, layer: ChartLayer)] {
    layers.enumerated().filter { !hidden.contains($0.offset) }.map { (index: $0.offset, layer: $0.element) }
  }

  /// The visible part of the horizontal axis.
  public var visibleX: Interval { (viewport.x ?? fullX).shown(on: xAxis.scale) }

  /// The visible part of the vertical axis: the viewport's, or what fits all that is visible.
  public var visibleY: Interval {
    if let y = viewport.y { return y.shown(on: yAxis.scale) }
    let x = visibleX
    var values = Extremes()
    var standsOnAxis = false
    for layer in shownLayers.map(\.layer) {
      for series in layer.series { values.add(series.extremes(within: x)) }
      if case .histogram(let histogram) = layer {
        values.add(histogram.extremes(within: x))
        standsOnAxis = true
      }
    }
    guard !values.isEmpty else { return Interval(0, 1).shown(on: yAxis.scale) }
    if standsOnAxis, yAxis.scale == .linear {
      let top = Interval(min(0, values.least), max(values.greatest, values.least + 1e-300))
      return Interval(top.lower, top.upper + top.length * 0.02)
    }
    let exact = Interval(values.least, values.greatest)
    return exact.shown(on: yAxis.scale, leastPositive: values.leastPositive).padded(by: 0.03, on: yAxis.scale)
  }

  /// The axes as `draw` lays them out in this area: which value lies in which cell.
  public func frame(in area: Rectangle) -> PlotFrame {
    frame(in: area, headingRows: heading(in: area).rows.count)
  }

  private func frame(in area: Rectangle, headingRows: Int) -> PlotFrame {
    let rest = area.splitTop(headingRows).rest
    return PlotFrame(in: rest, xAxis: xAxis, x: visibleX, yAxis: yAxis, y: visibleY)
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.intersection(canvas.bounds).isEmpty else { return }
    let heading = heading(in: area).rows
    let frame = frame(in: area, headingRows: heading.count)
    for (y, row) in heading.enumerated() {
      canvas.write(row, at: Point(x: area.x, y: area.y + y), in: area)
    }
    frame.draw(on: &canvas, theme: theme, marks: marks, hasGrid: hasGrid)
    guard !frame.plot.isEmpty else { return }
    drawCrosshair(frame, on: &canvas)
    var painter = ChartPainter(chart: self, frame: frame)
    for (index, layer) in shownLayers { painter.add(layer, index: index, on: &canvas) }
    painter.draw(on: &canvas)
    if let crosshair { frame.drawReadout(of: crosshair.x, on: &canvas, theme: theme) }
  }

  private func drawCrosshair(_ frame: PlotFrame, on canvas: inout Canvas) {
    guard let crosshair, let column = frame.column(of: crosshair.x) else { return }
    canvas.verticalLine(
      at: Point(x: column, y: frame.plot.y), rows: frame.plot.rows, marks == .ascii ? "|" : "│",
      style: theme[.accent])
  }
}
