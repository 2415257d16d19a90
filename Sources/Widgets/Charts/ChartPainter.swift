import Drawing

/// Draws the layers of a chart into the dots of its plot.
struct ChartPainter {
  let chart: Chart
  let frame: PlotFrame
  private var raster: DotRaster
  /// Marks of layers, by cell.
  private var letters: [(x: Int, y: Int, layer: Int)] = []
  /// What could not be placed, by column of cells.
  private var events: [ChartEvents]

  init(chart: Chart, frame: PlotFrame) {
    self.chart = chart
    self.frame = frame
    raster = DotRaster(size: frame.plot.size, marks: chart.marks)
    events = Array(repeating: [], count: frame.plot.columns)
  }

  /// Adds a layer; columns of a histogram are cells and go to the canvas at once, below all dots.
  mutating func add(_ layer: ChartLayer, index: Int, on canvas: inout Canvas) {
    switch layer {
    case .line(let series): addLine(series, index: index)
    case .scatter(let series): addScatter(series, index: index)
    case .band(let lower, let upper): addBand(lower, upper, index: index)
    case .histogram(let histogram): drawColumns(histogram, index: index, on: &canvas)
    }
  }

  /// Draws dots, marks and events.
  func draw(on canvas: inout Canvas) {
    let plot = frame.plot
    for y in 0..<plot.rows {
      for x in 0..<plot.columns {
        guard let owner = raster.owner(x: x, y: y) else { continue }
        let character = raster.character(x: x, y: y, letter: chart.letter(ofLayer: owner))
        put(character, x, y, chart.style(ofLayer: owner), on: &canvas)
      }
    }
    for mark in letters {
      put(chart.letter(ofLayer: mark.layer), mark.x, mark.y, chart.style(ofLayer: mark.layer), on: &canvas)
    }
    for (x, event) in events.enumerated() {
      if event.contains(.aboveAll) { mark(.aboveAll, x, 0, on: &canvas) }
      if event.contains(.belowAll) { mark(.belowAll, x, plot.rows - 1, on: &canvas) }
      if event.contains(.notANumber) { mark(.notANumber, x, min(1, plot.rows - 1), on: &canvas) }
    }
  }

  private func mark(_ event: ChartEvents, _ x: Int, _ y: Int, on canvas: inout Canvas) {
    put(event.mark(chart.marks), x, y, chart.theme[.error], on: &canvas)
  }

  private func put(_ character: Character, _ x: Int, _ y: Int, _ style: Style, on canvas: inout Canvas) {
    canvas.put(Cell(character, style: style), at: Point(x: frame.plot.x + x, y: frame.plot.y + y))
  }

  /// The dot column a place lies at, as a fraction; not clamped.
  private func dotColumn(of place: Double) -> Double {
    frame.xAxis.scale.position(of: place, in: frame.x) * Double(raster.columns - 1)
  }

  /// The dot row a value lies at, from the top, as a fraction; not clamped. NaN where the axis has no place for it.
  private func dotRow(of value: Double) -> Double {
    (1 - frame.yAxis.scale.position(of: value, in: frame.y)) * Double(raster.rows - 1)
  }

  private mutating func note(_ event: ChartEvents, atDotColumn column: Int) {
    guard !event.isEmpty else { return }
    let cell = column / chart.marks.dots.across
    if events.indices.contains(cell) { events[cell].formUnion(event) }
  }

  /// What a value is that has no height on the axis.
  private func event(of value: Double) -> ChartEvents {
    if value.isNaN { return .notANumber }
    if value.isInfinite { return value > 0 ? .aboveAll : .belowAll }
    return frame.yAxis.scale == .logarithmic && value <= 0 ? .belowAll : []
  }
}

// MARK: - Lines and bands

extension ChartPainter {
  private mutating func addLine(_ series: Series, index: Int) {
    guard series.hasFewRuns else { return drawUnordered(series, index: index) }
    var spans: [ClosedRange<Int>?] = []
    let runs = series.runs
    for (number, run) in runs.enumerated() {
      spans = self.spans(of: run, in: series)
      draw(spans, index: index)
      // From the end of a run the line goes back to where the next one begins.
      if number + 1 < runs.count { join(run.upperBound - 1, to: run.upperBound, of: series, index: index) }
    }
    let cellColumns = chart.marks.dots.across
    guard chart.layers.count > 1, chart.marks != .ascii else { return }
    // A mark every so often, those of different layers beside each other.
    let distance = max(8, min(16, frame.plot.columns / 4))
    let first = distance / 2 + index * distance / chart.layers.count
    for x in stride(from: first % distance, to: frame.plot.columns, by: distance) {
      guard let span = spans[x * cellColumns] ?? spans[min(spans.count - 1, x * cellColumns + 1)] else { continue }
      let row = min(raster.rows - 1, max(0, (span.lowerBound + span.upperBound) / 2))
      letters.append((x, row / chart.marks.dots.down, index))
    }
  }

  private mutating func draw(_ spans: [ClosedRange<Int>?], index: Int) {
    for (column, span) in spans.enumerated() {
      guard let span else { continue }
      // Without colour lines differ by gaps too, but a gap never swallows a rise or a fall.
      if !chart.hasColor, chart.marks != .ascii, span.count <= 2, isGap(column, layer: index) { continue }
      raster.set(column: column, rows: span, owner: index)
    }
  }

  /// Draws the line between two points, whichever lies to the left.
  private mutating func join(_ first: Int, to second: Int, of series: Series, index: Int) {
    guard let a = place(series, first), let b = place(series, second) else { return }
    var spans = ColumnSpans(columns: raster.columns, rows: raster.rows)
    if a.column <= b.column { spans.join(a, b) } else { spans.join(b, a) }
    draw(spans.rowsOfColumns, index: index)
  }

  private func isGap(_ column: Int, layer: Int) -> Bool {
    switch layer % 4 {
    case 1: column % 6 >= 4
    case 2: column % 4 >= 2
    case 3: column % 8 == 5 || column % 8 == 7
    default: false
    }
  }

  /// The rows each column of dots shows of a line: from the least to the greatest of its points, and where the line from
  /// column to column passes.
  ///
  /// First, last, least and greatest of a column draw the same picture as all its points (Jugel et al., "M4", VLDB 2014).
  ///
  /// - Parameter run: positions between which the places never decrease.
  private mutating func spans(of run: Range<Int>, in series: Series) -> [ClosedRange<Int>?] {
    var spans = ColumnSpans(columns: raster.columns, rows: raster.rows)
    let visible = series.indices(within: frame.x, of: run)
    var pen: (column: Double, row: Double)?
    if visible.lowerBound > run.lowerBound { pen = place(series, visible.lowerBound - 1) }
    forEachColumn(of: run, in: series) { painter, column, range in
      let extremes = series.extremes(of: range)
      var happened = extremes.events
      var least = extremes.least
      if painter.frame.yAxis.scale == .logarithmic, least <= 0 {
        happened.insert(.belowAll)
        least = extremes.leastPositive
      }
      painter.note(happened, atDotColumn: column)
      if let pen, let first = painter.place(series, range.lowerBound) { spans.join(pen, first) }
      if least <= extremes.greatest {
        spans.extend(column: column, painter.dotRow(of: extremes.greatest), painter.dotRow(of: least))
      }
      pen = painter.place(series, range.upperBound - 1)
    }
    if let pen, visible.upperBound < run.upperBound, let next = place(series, visible.upperBound) {
      spans.join(pen, next)
    }
    return spans.rowsOfColumns
  }

  /// The columns of dots that hold points of a run of a series, with the positions of these points.
  private mutating func forEachColumn(
    of run: Range<Int>, in series: Series, _ body: (inout ChartPainter, _ column: Int, _ range: Range<Int>) -> Void
  ) {
    let visible = series.indices(within: frame.x, of: run)
    var start = visible.lowerBound
    for column in 0..<raster.columns where start < visible.upperBound {
      let edge = (Double(column) + 0.5) / Double(max(1, raster.columns - 1))
      var end = visible.upperBound
      if column < raster.columns - 1 {
        let value = frame.xAxis.scale.value(at: edge, in: frame.x)
        end = min(end, max(start, series.firstIndex(atOrAfter: value, in: start..<visible.upperBound)))
      }
      guard start < end else { continue }
      body(&self, column, start..<end)
      start = end
    }
  }

  private func place(_ series: Series, _ index: Int) -> (column: Double, row: Double)? {
    let point = (column: dotColumn(of: series.x[index]), row: dotRow(of: series.y[index]))
    return point.column.isFinite && point.row.isFinite ? point : nil
  }

  /// Lines that often go back are drawn piece by piece.
  private mutating func drawUnordered(_ series: Series, index: Int) {
    var pen: (column: Double, row: Double)?
    var spans = ColumnSpans(columns: raster.columns, rows: raster.rows)
    for position in series.x.indices {
      let next = place(series, position)
      if next == nil, frame.x.contains(series.x[position]) {
        note(event(of: series.y[position]), atDotColumn: Int(dotColumn(of: series.x[position]).rounded()))
      }
      if let next {
        let from = pen ?? next
        if from.column <= next.column { spans.join(from, next) } else { spans.join(next, from) }
        for column in spans.touched {
          if let span = spans.rows(of: column) { raster.set(column: column, rows: span, owner: index) }
        }
        spans.clear(spans.touched)
      }
      pen = next
    }
  }

  private mutating func addBand(_ lower: Series, _ upper: Series, index: Int) {
    // Whoever draws often hands over ordered series: this costs time.
    let (lower, upper) = (lower.ordered, upper.ordered)
    let bottoms = spans(of: 0..<lower.count, in: lower)
    let tops = spans(of: 0..<upper.count, in: upper)
    for column in 0..<raster.columns {
      guard let bottom = bottoms[column] ?? clippedSpan(lower, column),
        let top = tops[column] ?? clippedSpan(upper, column)
      else { continue }
      let (first, last) = (min(top.lowerBound, bottom.lowerBound), max(top.upperBound, bottom.upperBound))
      // Every other dot: lighter than a line, and visible in one colour.
      for row in max(0, first)...max(0, min(raster.rows - 1, last)) where (row + column) % 2 == 0 {
        raster.set(column: column, row: row, owner: index)
      }
    }
  }

  /// The row an edge of a band lies at where it is above or below the plot.
  private func clippedSpan(_ series: Series, _ column: Int) -> ClosedRange<Int>? {
    let share = Double(column) / Double(max(1, raster.columns - 1))
    let value = frame.xAxis.scale.value(at: share, in: frame.x)
    guard frame.x.contains(value), series.count > 0, value >= series.x[0], value <= series.x[series.count - 1],
      let index = series.nearestIndex(to: value)
    else { return nil }
    let row = dotRow(of: series.y[index])
    guard row.isFinite else { return nil }
    return row < 0 ? 0...0 : raster.rows - 1...raster.rows - 1
  }
}

// MARK: - Points and columns

extension ChartPainter {
  private mutating func addScatter(_ series: Series, index: Int) {
    let visible = series.isOrdered ? series.indices(within: frame.x) : 0..<series.count
    let (across, down) = chart.marks.dots
    // Few points are shown as marks, which the eye finds; many as dots, which show their density.
    let isSparse = visible.count * 12 <= frame.plot.columns * frame.plot.rows
    let usesMarks = chart.marks != .ascii && (isSparse || !chart.hasColor && chart.layers.count > 1)
    if series.isOrdered, !usesMarks { return addDenseScatter(series, index: index) }
    for position in visible {
      let value = series.y[position]
      guard frame.x.contains(series.x[position]) else { continue }
      let column = dotColumn(of: series.x[position])
      let row = dotRow(of: value)
      guard row.isFinite else {
        note(event(of: value), atDotColumn: Int(column.rounded()))
        continue
      }
      guard frame.y.contains(value) else { continue }
      let dot = (column: Int(column.rounded()), row: Int(row.rounded()))
      if usesMarks {
        letters.append((dot.column / across, dot.row / down, index))
      } else {
        raster.set(column: dot.column, row: dot.row, owner: index)
      }
    }
  }

  /// Draws points of an ordered series column by column. A stretch of points is passed over when every row between its
  /// least and its greatest is set already: what it holds cannot add a dot.
  private mutating func addDenseScatter(_ series: Series, index: Int) {
    var isSet = [Bool](repeating: false, count: raster.rows)
    forEachColumn(of: 0..<series.count, in: series) { painter, column, range in
      painter.note(series.extremes(of: range).events, atDotColumn: column)
      for row in isSet.indices { isSet[row] = false }
      painter.setRows(of: range, in: series, stretch: 256, column: column, &isSet)
      for row in isSet.indices where isSet[row] { painter.raster.set(column: column, row: row, owner: index) }
    }
  }

  private mutating func setRows(
    of range: Range<Int>, in series: Series, stretch: Int, column: Int, _ isSet: inout [Bool]
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, (start / stretch + 1) * stretch)
      defer { start = end }
      guard stretch > 1 else {
        let value = series.y[start]
        let row = dotRow(of: value)
        if row.isNaN { note(event(of: value), atDotColumn: column) }
        if frame.y.contains(value), row.isFinite { isSet[min(isSet.count - 1, max(0, Int(row.rounded())))] = true }
        continue
      }
      let extremes = series.extremes(of: start..<end)
      // What a logarithmic axis cannot place has to be looked at point by point.
      let top = dotRow(of: extremes.greatest)
      let bottom = dotRow(of: extremes.least)
      if top.isFinite, bottom.isFinite {
        let first = Int(max(0, top.rounded()))
        let last = Int(min(Double(isSet.count - 1), bottom.rounded()))
        if first > last || (first...last).allSatisfy({ isSet[$0] }) { continue }
      } else if extremes.isEmpty {
        continue
      }
      setRows(of: start..<end, in: series, stretch: stretch / 16, column: column, &isSet)
    }
  }

  /// Draws columns of cells with eighths of a cell at their tops; the highest bin of a cell's column counts.
  private func drawColumns(_ histogram: Histogram, index: Int, on canvas: inout Canvas) {
    let plot = frame.plot
    let eighths = Array(" ▁▂▃▄▅▆▇")
    for x in 0..<plot.columns {
      // A cell reaches from half a column before its value to half a column behind it.
      let ends = [-0.5, 0.5].map { offset in
        let share = (Double(x) + offset) / Double(max(1, plot.columns - 1))
        return frame.xAxis.scale.value(at: share, in: frame.x)
      }
      let greatest = histogram.extremes(within: Interval(ends[0], ends[1])).greatest
      let position = frame.yAxis.scale.position(of: greatest, in: frame.y)
      guard greatest > 0, position.isFinite, position > 0 else { continue }
      // Any count above zero is seen.
      let height = max(1, Int((min(1, position) * Double(plot.rows * 8)).rounded()))
      let style = chart.style(ofLayer: index)
      for y in 0..<height / 8 { put(chart.marks == .ascii ? "#" : "█", x, plot.rows - 1 - y, style, on: &canvas) }
      guard height % 8 > 0, height / 8 < plot.rows else { continue }
      let top = chart.marks == .ascii ? (height % 8 >= 4 || height < 8 ? "#" : " ") : eighths[height % 8]
      put(top, x, plot.rows - 1 - height / 8, style, on: &canvas)
    }
  }
}
