public import Drawing

/// A chart that one walks over: with a cursor, zoom and pan, series that can be hidden, other scales and marks.
///
/// A value that fits any rectangle, so that any screen can put it into any of its panes. What depends on where things
/// stand is given the same rectangle it is drawn in. Panes that share `cursor` and `viewport.x` are linked.
public struct ChartPane: Widget, Sendable {
  /// How series are drawn.
  public enum Form: String, Hashable, Sendable, CaseIterable {
    case line, scatter, histogram
  }

  /// The heading; may be empty.
  public var title: String
  /// Lines and bands from back to front; `form` decides how lines are drawn.
  public private(set) var layers: [ChartLayer]
  /// How series are drawn.
  public private(set) var form = Form.line
  /// Positions of layers that are not drawn.
  public var hidden: Set<Int> = []
  /// The horizontal axis of lines and points.
  public private(set) var xAxis: ChartAxis
  /// The axis of the values: vertical, of a histogram horizontal.
  public private(set) var valueAxis: ChartAxis
  /// How counts of a histogram are laid out.
  public private(set) var countScale = AxisScale.linear
  /// The visible part.
  public var viewport: Viewport
  /// The place on the horizontal axis where values are read.
  public var cursor: Double?
  /// What it is drawn with.
  public var marks: ChartMarks
  /// Where the colours and marks of the layers begin, where several panes share them.
  public var firstLook = 0
  /// Whether it is marked as the one that keys are for.
  public var isMarked = false
  /// The colours.
  public var theme: Theme
  /// Two corners of the box that is being drawn.
  public private(set) var selection: (start: Point, end: Point)?
  /// Where the chart was taken hold of, to be moved.
  private var grip: Point?
  /// Bins of a histogram; `nil` is by the number of values.
  public let bins: Int?
  /// The series as histograms, while they are shown so.
  private var histograms: [ChartLayer] = []

  /// Creates a pane. Bands are brought in order, as they are drawn often.
  public init(
    _ layers: [ChartLayer], title: String = "", xAxis: ChartAxis = ChartAxis(), valueAxis: ChartAxis = ChartAxis(),
    form: Form = .line, bins: Int? = nil, viewport: Viewport = Viewport(), cursor: Double? = nil,
    marks: ChartMarks = .braille, theme: Theme = .dark
  ) {
    self.layers = ChartPane.prepared(layers)
    self.title = title
    self.xAxis = xAxis
    self.valueAxis = valueAxis
    self.bins = bins
    self.viewport = viewport
    self.cursor = cursor
    self.marks = marks
    self.theme = theme
    self.form = form
    countValues()
  }

  /// Takes other layers, as when points have come; what is seen and how stays.
  public mutating func setLayers(_ layers: [ChartLayer]) {
    self.layers = ChartPane.prepared(layers)
    countValues()
  }

  private static func prepared(_ layers: [ChartLayer]) -> [ChartLayer] {
    layers.map { layer in
      guard case .band(let lower, let upper) = layer else { return layer }
      return .band(lower: lower.ordered, upper: upper.ordered)
    }
  }

  /// The chart as it is drawn now.
  public var chart: Chart {
    let isHistogram = form == .histogram
    var chart = Chart(
      shown, title: title, xAxis: isHistogram ? valueAxis : xAxis,
      yAxis: isHistogram ? ChartAxis("count", scale: countScale) : valueAxis, viewport: viewport,
      crosshair: cursor.map { Crosshair(x: $0) }, marks: marks, theme: theme)
    chart.hidden = hidden
    chart.firstLook = firstLook
    if isMarked { chart.titleMark = marks == .ascii ? "> " : "▶ " }
    return chart
  }

  private var shown: [ChartLayer] {
    switch form {
    case .histogram: return histograms
    case .line: return layers
    case .scatter:
      return layers.map { layer in if case .line(let series) = layer { .scatter(series) } else { layer } }
    }
  }

  /// Draws series in another way; the view begins anew where its axes change.
  public mutating func show(as form: Form) {
    let axesChange = (form == .histogram) != (self.form == .histogram)
    self.form = form
    if axesChange {
      viewport = Viewport()
      cursor = nil
    }
    countValues()
  }

  private mutating func countValues() {
    guard form == .histogram else {
      histograms = []
      return
    }
    histograms = layers.map { layer in
      // Of a band the edge that gives it its name.
      let series = layer.series.first ?? Series()
      return .histogram(Histogram(of: series.y, name: series.name, bins: bins, scale: valueAxis.scale))
    }
  }

  /// Changes between even and logarithmic steps along the horizontal axis.
  public mutating func toggleXScale() {
    viewport.x = nil
    if form == .histogram {
      valueAxis.scale = valueAxis.scale.other
      countValues()
    } else {
      xAxis.scale = xAxis.scale.other
    }
  }

  /// Changes between even and logarithmic steps along the vertical axis.
  public mutating func toggleYScale() {
    viewport.y = nil
    if form == .histogram { countScale = countScale.other } else { valueAxis.scale = valueAxis.scale.other }
  }

  /// Values that have no place on the axes as they are now, in all layers that are shown.
  public var unplacedCount: Int {
    chart.shownLayers.reduce(0) { sum, shown in
      if case .histogram(let histogram) = shown.layer { return sum + histogram.leftOut }
      return sum + shown.layer.series.reduce(0) { $0 + $1.unplacedCount }
    }
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    chart.draw(in: area, on: &canvas)
    guard let box = selectedCells(in: area) else { return }
    canvas.box(box, kind: marks == .ascii ? .ascii : .light, style: theme[.accent])
  }
}

extension AxisScale {
  var other: AxisScale { self == .linear ? .logarithmic : .linear }
}

// MARK: - Cursor, zoom and pan

extension ChartPane {
  /// Moves the cursor by columns, from point to point where points lie further apart; the view follows it.
  public mutating func moveCursor(by columns: Int, in area: Rectangle) {
    let frame = chart.frame(in: area)
    guard !frame.plot.isEmpty, columns != 0 else { return }
    guard let cursor else {
      self.cursor = snapped(frame.x(atColumn: frame.plot.x + frame.plot.columns / 2))
      return
    }
    let all = chart.fullX
    let column = frame.column(of: cursor) ?? (cursor < frame.x.lower ? frame.plot.x : frame.plot.maxX - 1)
    let aimed = min(all.upper, max(all.lower, frame.x(atColumn: column + columns)))
    var next = snapped(aimed)
    // Between two points there is nothing to read: on to the next one.
    if columns > 0 ? next <= cursor : next >= cursor, let beyond = neighbour(of: cursor, forward: columns > 0) {
      next = beyond
    }
    self.cursor = next
    follow(next, in: frame, all)
  }

  /// Puts the cursor at a place of the screen.
  public mutating func putCursor(at point: Point, in area: Rectangle) {
    let frame = chart.frame(in: area)
    guard !frame.plot.isEmpty else { return }
    let column = min(frame.plot.maxX - 1, max(frame.plot.x, point.x))
    cursor = snapped(frame.x(atColumn: column))
  }

  /// Moves the cursor to the next value (or the one before) that is no finite number.
  ///
  /// - Returns: whether there is one.
  public mutating func moveToEvent(forward: Bool, in area: Rectangle) -> Bool {
    guard form != .histogram else { return false }
    let start = cursor ?? (forward ? -Double.infinity : .infinity)
    let places = chart.shownLayers.flatMap(\.layer.series).compactMap { $0.eventPlace(beyond: start, forward: forward) }
    guard let place = forward ? places.min() : places.max() else { return false }
    cursor = place
    follow(place, in: chart.frame(in: area), chart.fullX)
    return true
  }

  private mutating func follow(_ place: Double, in frame: PlotFrame, _ all: Interval) {
    guard !frame.x.contains(place) else { return }
    let share = frame.xAxis.scale.position(of: place, in: frame.x)
    guard share.isFinite else { return }
    viewport = viewport.pannedX(by: share < 0 ? share : share - 1, of: all, on: frame.xAxis.scale)
  }

  /// The place of the shown point that is nearest.
  private func snapped(_ place: Double) -> Double {
    let places = chart.shownLayers.flatMap(\.layer.series).compactMap { series in
      series.nearestIndex(to: place).map { series.x[$0] }
    }
    return places.min { abs($0 - place) < abs($1 - place) } ?? place
  }

  /// The place of the next shown point.
  private func neighbour(of place: Double, forward: Bool) -> Double? {
    let places = chart.shownLayers.flatMap(\.layer.series).compactMap { series -> Double? in
      guard series.isOrdered else {
        let others = series.x.lazy.filter { forward ? $0 > place : $0 < place }
        return forward ? others.min() : others.max()
      }
      let index = forward ? series.firstIndex(atOrAfter: place.nextUp) : series.firstIndex(atOrAfter: place) - 1
      return series.x.indices.contains(index) ? series.x[index] : nil
    }
    return forward ? places.min() : places.max()
  }

  /// Looks closer (`factor` below 1) or from farther off along the horizontal axis, around the cursor or a place.
  public mutating func zoomX(by factor: Double, around anchor: Double? = nil) {
    let chart = chart
    let fixed = anchor ?? cursor.flatMap { chart.visibleX.contains($0) ? $0 : nil }
    viewport = viewport.zoomedX(by: factor, around: fixed, of: chart.fullX, on: chart.xAxis.scale)
  }

  /// The same along the vertical axis; from far enough off it fits what is visible again.
  public mutating func zoomY(by factor: Double, around anchor: Double? = nil) {
    let chart = chart
    var fitting = chart
    fitting.viewport.y = nil
    let (scale, all) = (chart.yAxis.scale, fitting.visibleY)
    let next = chart.visibleY.zoomed(by: factor, around: anchor, on: scale)
    let isWhole = scale.position(of: all.lower, in: next) >= 0 && scale.position(of: all.upper, in: next) <= 1
    viewport.y = factor > 1 && isWhole ? nil : next
  }

  /// Moves along the axes by shares of what is seen: to greater places and to greater values.
  public mutating func pan(x: Double = 0, y: Double = 0) {
    let chart = chart
    if x != 0 { viewport = viewport.pannedX(by: x, of: chart.fullX, on: chart.xAxis.scale) }
    if y != 0, let shown = viewport.y { viewport.y = shown.panned(by: y, on: chart.yAxis.scale) }
  }

  /// Zooms around a place of the screen.
  public mutating func zoom(by factor: Double, at point: Point, vertically: Bool = false, in area: Rectangle) {
    let frame = chart.frame(in: area)
    guard !frame.plot.isEmpty else { return }
    if vertically {
      zoomY(by: factor, around: frame.y(atRow: min(frame.plot.maxY - 1, max(frame.plot.y, point.y))))
    } else {
      zoomX(by: factor, around: frame.x(atColumn: min(frame.plot.maxX - 1, max(frame.plot.x, point.x))))
    }
  }
}

// MARK: - Dragging

extension ChartPane {
  /// Begins a box from a place of the screen.
  public mutating func beginBox(at point: Point) { selection = (point, point) }

  /// Takes hold of the chart, to be moved.
  public mutating func grab(at point: Point) { grip = point }

  /// Draws the box, or the chart, to a place.
  public mutating func drag(to point: Point, in area: Rectangle) {
    if selection != nil { selection?.end = point }
    guard let grip else { return }
    let plot = chart.frame(in: area).plot
    guard !plot.isEmpty else { return }
    pan(
      x: Double(grip.x - point.x) / Double(max(1, plot.columns - 1)),
      y: Double(point.y - grip.y) / Double(max(1, plot.rows - 1)))
    self.grip = point
  }

  /// Ends dragging: what the box holds fills the chart; a flat box zooms along the horizontal axis alone, and what is
  /// smaller was a click, which puts the cursor.
  public mutating func release(in area: Rectangle) {
    defer { (selection, grip) = (nil, nil) }
    guard let selection else { return }
    let frame = chart.frame(in: area)
    guard let box = selectedCells(in: area), box.columns > 2 else { return putCursor(at: selection.end, in: area) }
    viewport.x = Interval(frame.x(atColumn: box.x), frame.x(atColumn: box.maxX - 1))
    if box.rows > 2 { viewport.y = Interval(frame.y(atRow: box.maxY - 1), frame.y(atRow: box.y)) }
  }

  /// Gives a box up.
  public mutating func cancelDrag() { (selection, grip) = (nil, nil) }

  /// The box in cells of the plot, once it is one.
  private func selectedCells(in area: Rectangle) -> Rectangle? {
    guard let selection, selection.start != selection.end else { return nil }
    let plot = chart.frame(in: area).plot
    guard !plot.isEmpty else { return nil }
    func kept(_ point: Point) -> Point {
      Point(x: min(plot.maxX - 1, max(plot.x, point.x)), y: min(plot.maxY - 1, max(plot.y, point.y)))
    }
    let (a, b) = (kept(selection.start), kept(selection.end))
    return Rectangle(
      x: min(a.x, b.x), y: min(a.y, b.y), columns: abs(a.x - b.x) + 1, rows: abs(a.y - b.y) + 1)
  }
}
