import Drawing
import TestSupport
import Testing

@testable import Widgets

/// What holds for any data, any zoom and any size.
@Suite struct ChartPropertyTests {
  /// The rows of a chart's plot in which something is drawn at a column: the highest and the lowest.
  private func inkedRows(_ canvas: Canvas, _ plot: Rectangle, column: Int) -> ClosedRange<Int>? {
    let rows = (plot.y..<plot.maxY).filter { canvas[column, $0].character != " " }
    guard let first = rows.first, let last = rows.last else { return nil }
    return first...last
  }

  @Test(arguments: ChartMarks.allCases, AxisScale.allCases)
  func noSpikeIsLostAtAnyZoom(marks: ChartMarks, scale: AxisScale) throws {
    var random = ByteMutator(seed: 5)
    for _ in 0..<60 {
      let count = 1 + random.below(20_000)
      var values = (0..<count).map { _ in 10 + Double(random.below(100)) / 50 }
      let spike = random.below(count)
      values[spike] = random.below(2) == 0 ? 100 : 1
      let places = (0..<count).map(Double.init)
      let half = Double(1 + random.below(count))
      let view = Interval(max(0, Double(spike) - half), min(Double(count), Double(spike) + half))
      var chart = Chart(
        [.line(Series(x: places, y: values))], yAxis: ChartAxis(scale: scale), viewport: Viewport(x: view),
        marks: marks, hasGrid: false)
      if random.below(2) == 0 { chart.theme = .monochrome }
      var canvas = Canvas(size: Size(columns: 12 + random.below(100), rows: 6 + random.below(30)))
      chart.draw(in: canvas.bounds, on: &canvas)
      let frame = chart.frame(in: canvas.bounds)
      let row = try #require(frame.row(of: values[spike]))
      let column = try #require(frame.column(of: Double(spike)))
      // A dot may round to the cell beside that which its centre lies in.
      let near = (max(frame.plot.x, column - 1)...min(frame.plot.maxX - 1, column + 1)).compactMap {
        inkedRows(canvas, frame.plot, column: $0)
      }
      #expect(near.contains { $0.contains(row) || abs($0.lowerBound - row) <= 1 || abs($0.upperBound - row) <= 1 })
    }
  }

  @Test func nothingIsDrawnWhereNoPointIs() {
    var random = ByteMutator(seed: 6)
    for _ in 0..<200 {
      let count = 1 + random.below(40)
      let points = (0..<count).map { _ in (Double(random.below(1000)), Double(random.below(1000))) }
      let chart = Chart(
        [.scatter(Series(x: points.map(\.0), y: points.map(\.1)))],
        viewport: Viewport(x: Interval(200, 700), y: Interval(100, 600)), hasGrid: false)
      var canvas = Canvas(size: Size(columns: 60, rows: 20))
      chart.draw(in: canvas.bounds, on: &canvas)
      let frame = chart.frame(in: canvas.bounds)
      for y in frame.plot.y..<frame.plot.maxY {
        for x in frame.plot.x..<frame.plot.maxX where canvas[x, y].character != " " {
          let isNear = points.contains { point in
            guard let column = frame.column(of: point.0), let row = frame.row(of: point.1) else { return false }
            return abs(column - x) <= 1 && abs(row - y) <= 1
          }
          #expect(isNear, "a mark at \(x),\(y) without a point")
        }
      }
    }
  }

  @Test func anythingDrawsAtAnySizeWithinItsArea() {
    var random = ByteMutator(seed: 8)
    let sizes = (0...6).flatMap { columns in (0...3).map { (columns, $0) } } + [(5, 2), (8, 4), (30, 9), (61, 17)]
    for round in 0..<Fixtures.fuzzIterations(usual: 120) {
      let count = [0, 1, 2, 30, 700][random.below(5)]
      var places = SeriesTests.values(count, seed: random.next())
      if random.below(2) == 0 { places = places.map { $0.isFinite ? $0 : 0 }.sorted() }
      let series = Series(name: "a\u{1B}[31m中", x: places, y: SeriesTests.values(count, seed: random.next()))
      let histogram = Histogram(of: series.y, name: "h")
      let layers: [ChartLayer] = [
        .line(series), .scatter(series), .band(lower: series, upper: series), .histogram(histogram),
      ]
      let scales = AxisScale.allCases
      func interval() -> Interval? {
        random.below(2) == 0 ? nil : Interval(Double(random.below(100)) - 50, Double(random.below(100_000)) - 50)
      }
      let chart = Chart(
        Array(layers[random.below(4)...]), title: "title", xAxis: ChartAxis("x", scale: scales[random.below(2)]),
        yAxis: ChartAxis("y", scale: scales[random.below(2)], unit: random.below(2) == 0 ? .number : .duration),
        viewport: Viewport(x: interval(), y: interval()), crosshair: random.below(2) == 0 ? Crosshair(x: 3) : nil,
        marks: ChartMarks.allCases[random.below(3)], theme: [Theme.dark, .monochrome][random.below(2)])
      let bars = BarChart(["a", "中\u{7}"], groups: [.init(name: "g", values: Array(series.y.prefix(2)))], title: "t")
      let map = HeatMap(
        series.y, columns: random.below(9), x: Interval(0, 5), y: chart.visibleY, title: "t", yAxis: chart.yAxis,
        colorScale: scales[random.below(2)], marks: chart.marks, theme: chart.theme)
      for widget in [chart, bars, map] as [any Widget] {
        let (columns, rows) = sizes[(round + random.below(sizes.count)) % sizes.count]
        var canvas = Canvas(size: Size(columns: 70, rows: 20))
        canvas.fill(canvas.bounds, with: "@")
        let area = Rectangle(x: 3, y: 2, columns: columns, rows: rows)
        widget.draw(in: area, on: &canvas)
        for y in 0..<20 {
          for x in 0..<70 where !area.contains(Point(x: x, y: y)) {
            #expect(canvas[x, y].character == "@", "\(type(of: widget)) \(columns)x\(rows) at \(x),\(y)")
          }
        }
      }
    }
  }
}
