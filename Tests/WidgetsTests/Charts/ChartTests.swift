import Drawing
import TestSupport
import Testing

@testable import Widgets

@Suite struct ChartTests {
  func frame(_ columns: Int, _ rows: Int, _ widget: some Widget) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    widget.draw(in: canvas.bounds, on: &canvas)
    return canvas
  }

  @Test func aLineWithAxes() {
    let series = Series(name: "loss", x: (0...40).map(Double.init), y: (0...40).map { Double(40 - $0) / 10 })
    let chart = Chart([.line(series)], xAxis: ChartAxis("step"), yAxis: ChartAxis("loss"), hasGrid: false)
    #expect(
      frame(32, 10, chart).text == """
        loss
         4┤⠒⠦⢤⣀
          │   ⠈⠉⠓⠲⢤⣀⡀
         2┤         ⠉⠙⠲⠤⣄⡀
          │              ⠉⠙⠒⠦⣄⣀
          │                   ⠈⠉⠓⠦⢤⣀⡀
         0┤                         ⠉⠓⠲⠤
          └┬─────────────┬─────────────┬
           0            20            40
                       step

        """)
  }

  @Test func asciiTellsSeriesApartByLetters() {
    let up = Series(name: "up", x: (0...20).map(Double.init), y: (0...20).map(Double.init))
    let down = Series(name: "down", x: (0...20).map(Double.init), y: (0...20).map { 20 - Double($0) })
    let canvas = frame(26, 10, Chart([.line(up), .line(down)], marks: .ascii, hasGrid: false, theme: .monochrome))
    #expect(canvas.text.utf8.allSatisfy { $0 < 0x80 })
    #expect(canvas.lines[0] == "* up   o down")
    #expect(canvas.text.contains("*") && canvas.text.contains("o"))
  }

  @Test func withoutColoursSeriesCarryMarks() {
    let x = (0...200).map(Double.init)
    let chart = Chart(
      [.line(Series(name: "a", x: x, y: x)), .line(Series(name: "b", x: x, y: x.map { 200 - $0 }))], theme: .monochrome)
    let canvas = frame(60, 16, chart)
    #expect(canvas.lines[0] == "─●─ a   ─▲─ b")
    #expect(canvas.lines.dropFirst().joined().filter { $0 == "●" }.count >= 3)
    #expect(canvas.lines.dropFirst().joined().filter { $0 == "▲" }.count >= 3)
    #expect(Set((0..<16).flatMap { canvas.row($0) }.map(\.style.foreground)) == [.standard])
  }

  @Test func eventsAreMarkedAndExplained() {
    var values = (0...100).map { 1 + Double($0) / 100 }
    (values[20], values[50], values[80]) = (.nan, .infinity, -.infinity)
    let chart = Chart([.line(Series(name: "loss", x: (0...100).map(Double.init), y: values))])
    let canvas = frame(50, 12, chart)
    #expect(canvas.lines[0] == "── loss   × NaN   ▲ +inf   ▼ -inf")
    let body = canvas.lines.dropFirst().joined()
    #expect(body.contains("×") && body.contains("▲") && body.contains("▼"))
    var logarithmic = Chart(
      [.line(Series(name: "g", x: [0, 1, 2, 3], y: [1, 0, -4, 100]))], yAxis: ChartAxis(scale: .logarithmic))
    #expect(frame(50, 12, logarithmic).lines[0].contains("▼ 0 or less"))
    #expect(logarithmic.visibleY.lower > 0.5 && logarithmic.visibleY.upper < 200)
    logarithmic.layers = [.line(Series(x: [0, 1], y: [-1, 0]))]
    #expect(frame(50, 12, logarithmic).text.contains("▼"))
  }

  @Test func theCrosshairReadsEveryChartAtTheSamePlace() {
    let x = (0...1000).map(Double.init)
    let loss = Chart(
      [.line(Series(name: "loss", x: x, y: x.map { 3 - $0 / 500 }))], crosshair: Crosshair(x: 250))
    let rate = Chart([.line(Series(name: "lr", x: x, y: x.map { $0 * 1e-6 }))], crosshair: Crosshair(x: 250))
    let (a, b) = (frame(60, 12, loss), frame(40, 12, rate))
    #expect(a.lines[0] == "── loss 2.5")
    #expect(b.lines[0] == "── lr 2.5e-4")
    #expect(a.lines[11].contains(" 250") && b.lines[11].contains(" 250"))
    let place = loss.frame(in: a.bounds)
    let column = place.column(of: 250)
    #expect(column.map { abs(place.x(atColumn: $0) - 250) < 20 } == true)
    // Outside what is seen nothing is drawn, but the value is still read.
    var zoomed = loss
    zoomed.viewport = Viewport(x: Interval(500, 700))
    #expect(frame(60, 12, zoomed).lines[0] == "── loss 2.5")
  }

  @Test func theVerticalAxisFitsWhatIsSeen() {
    let x = (0...1000).map(Double.init)
    var chart = Chart([.line(Series(x: x, y: x.map { $0 < 100 ? 1000 : $0 / 1000 }))])
    #expect(chart.visibleY.upper > 900)
    chart.viewport = Viewport(x: Interval(200, 400))
    #expect(chart.visibleY.lower > 0.15 && chart.visibleY.upper < 0.45)
  }

  @Test func bands() {
    let x = (0...20).map(Double.init)
    let band = ChartLayer.band(
      lower: Series(name: "runs", x: x, y: x.map { _ in 1 }), upper: Series(x: x, y: x.map { _ in 3 }))
    let line = ChartLayer.line(Series(name: "mean", x: x, y: x.map { _ in 2 }))
    let canvas = frame(40, 14, Chart([band, line], hasGrid: false))
    #expect(canvas.lines[0] == "░░ runs   ─▲─ mean")
    #expect(canvas.lines.contains { $0.contains("⢕⢕⢕⢕") || $0.contains("⡪⡪⡪⡪") })
  }

  /// A log of a training that was resumed goes back in its middle: a spike of one step is seen in either part.
  @Test func resumedSeriesKeepTheirSpikes() {
    var series = Series(name: "loss")
    for step in 0..<60_000 { series.append(x: Double(step), y: step == 20_001 ? 50 : 1) }
    for step in 40_000..<100_000 { series.append(x: Double(step), y: step == 80_001 ? -50 : 2) }
    let canvas = frame(80, 20, Chart([.line(series)], hasGrid: false))
    #expect(series.runs == [0..<60_000, 60_000..<120_000])
    let tall = (8..<80).filter { x in (2..<8).allSatisfy { canvas[x, $0].character != " " } }
    let deep = (8..<80).filter { x in (12..<16).allSatisfy { canvas[x, $0].character != " " } }
    #expect((1...2).contains(tall.count) && (1...2).contains(deep.count))
    #expect(tall.allSatisfy { (15...25).contains($0) } && deep.allSatisfy { (60...68).contains($0) })
    #expect(series.extremes(within: Interval(20_000, 20_002)).greatest == 50)
    #expect(series.extremes(within: Interval(0, 60_000)).least == 1)
  }

  /// A band over places in any order is the same as over ordered ones.
  @Test func bandsOfUnorderedPlaces() {
    func band(_ x: [Double]) -> ChartLayer {
      .band(
        lower: Series(name: "runs", x: x, y: x.map { $0 / 10 }), upper: Series(x: x, y: x.map { 3 + $0 / 5 }))
    }
    let x = (0...20).map(Double.init)
    let mixed =
      x.filter { $0.truncatingRemainder(dividingBy: 2) == 1 } + x.filter { $0.truncatingRemainder(dividingBy: 2) == 0 }
    let expected = frame(40, 14, Chart([band(x)], hasGrid: false))
    #expect(frame(40, 14, Chart([band(mixed)], hasGrid: false)) == expected)
    #expect(expected.lines.contains { $0.contains("⢕⢕⢕⢕") || $0.contains("⡪⡪⡪⡪") })
  }

  @Test func hiddenLayersAreNamedNotDrawn() {
    let x = (0...20).map(Double.init)
    var chart = Chart([
      .line(Series(name: "small", x: x, y: x)), .line(Series(name: "large", x: x, y: x.map { $0 * 1000 })),
    ])
    let area = Rectangle(x: 2, y: 1, columns: 50, rows: 14)
    #expect(chart.visibleY.upper > 10_000)
    #expect(chart.layer(namedAt: Point(x: 2, y: 1), in: area) == 0)
    #expect(chart.layer(namedAt: Point(x: 9, y: 1), in: area) == 0)
    #expect(chart.layer(namedAt: Point(x: 12, y: 1), in: area) == nil)
    #expect(chart.layer(namedAt: Point(x: 18, y: 1), in: area) == 1)
    #expect(chart.layer(namedAt: Point(x: 9, y: 2), in: area) == nil)
    let before = frame(50, 14, chart)
    chart.hidden = [1]
    #expect(chart.visibleY.upper < 30)
    let canvas = frame(50, 14, chart)
    #expect(canvas.lines[0] == "─●─ small   (large)")
    // What is left keeps its colour.
    let color = before.row(0)[0].style
    #expect(canvas.row(0)[0].style == color)
    chart.firstLook = 1
    #expect(frame(50, 14, chart).row(0)[0].style != color)
  }

  @Test func histograms() {
    let values = (0..<1000).map { Double($0 % 100) / 10 } + [.nan]
    let histogram = Histogram(of: values, name: "n", bins: 10)
    #expect(histogram.edges.first == 0 && histogram.edges.last == 10 && histogram.leftOut == 1)
    #expect(histogram.counts == Array(repeating: 100, count: 10))
    #expect(Histogram(of: [Double]()).counts.isEmpty)
    #expect(Histogram(of: [5.0], bins: 4).counts.reduce(0, +) == 1)
    let canvas = frame(30, 8, Chart([.histogram(histogram)], hasGrid: false))
    #expect(canvas.lines[5].hasSuffix(String(repeating: "█", count: 20)))
    for seed in 0..<50 {
      let values = SeriesTests.values(300, seed: UInt64(seed))
      for scale in AxisScale.allCases {
        let histogram = Histogram(of: values, scale: scale)
        #expect(histogram.counts.reduce(0, +) + Double(histogram.leftOut) == 300)
        for value in values where value.isFinite && (scale == .linear || value > 0) {
          #expect(histogram.bin(containing: value) != nil)
        }
      }
    }
  }

  @Test func bars() {
    let chart = BarChart(["a", "long name"], groups: [BarChart.Group(values: [4, 2])], title: "speed")
    #expect(frame(30, 4, chart).text == "speed\n        a ██████████████████ 4\nlong name █████████ 2\n\n")
    let signed = BarChart(["x", "y"], groups: [BarChart.Group(values: [-2, 2])], marks: .ascii)
    #expect(frame(24, 3, signed).lines == ["x ########## -2", "y          ########## 2", ""])
  }

  @Test func heatMaps() {
    let map = HeatMap([0, 1, 2, .nan], columns: 2, x: Interval(0, 2), y: Interval(0, 2), theme: .monochrome)
    let canvas = frame(6, 3, map)
    #expect(canvas.lines[0] == "███×××" && canvas.lines[2] == "···▒▒▒" || canvas.lines[2] == "···▓▓▓")
    var density = HeatMap([], columns: 0, x: Interval(0, 10), y: Interval(0, 10), hidesZero: true)
    density.countPoints(
      of: Series(x: [0, 10, 5, 5], y: [0, 10, 5, 5]), in: Rectangle(x: 0, y: 0, columns: 20, rows: 10))
    #expect(density.values.reduce(0, +) == 4 && density.values.max() == 2)
  }
}
