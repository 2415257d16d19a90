import Drawing
import Testing

@testable import Widgets

@Suite struct ChartPaneTests {
  static let area = Rectangle(x: 3, y: 2, columns: 80, rows: 24)

  func pane(_ values: [Double], step: Double = 1) -> ChartPane {
    let x = values.indices.map { Double($0) * step }
    return ChartPane([.line(Series(name: "loss", x: x, y: values))], xAxis: ChartAxis("step"))
  }

  @Test func theCursorStandsOnPoints() {
    var pane = pane((0...1000).map { Double($0) })
    pane.moveCursor(by: 1, in: ChartPaneTests.area)
    let start = pane.cursor ?? -1
    #expect(start == start.rounded() && (400...600).contains(start))
    pane.moveCursor(by: 1, in: ChartPaneTests.area)
    #expect((pane.cursor ?? 0) > start && (pane.cursor ?? 0) < start + 40)
    for _ in 0..<200 { pane.moveCursor(by: 1, in: ChartPaneTests.area) }
    #expect(pane.cursor == 1000)
    for _ in 0..<20 { pane.moveCursor(by: -50, in: ChartPaneTests.area) }
    #expect(pane.cursor == 0)
  }

  @Test func betweenFarPointsTheCursorJumps() {
    var pane = pane([5, 6, 7], step: 1000)
    pane.cursor = 0
    pane.moveCursor(by: 1, in: ChartPaneTests.area)
    #expect(pane.cursor == 1000)
    pane.moveCursor(by: 1, in: ChartPaneTests.area)
    #expect(pane.cursor == 2000)
    pane.moveCursor(by: -1, in: ChartPaneTests.area)
    #expect(pane.cursor == 1000)
  }

  @Test func theViewFollowsTheCursor() {
    var pane = pane((0...1000).map { Double($0) })
    pane.viewport.x = Interval(100, 200)
    pane.cursor = 199
    for _ in 0..<10 { pane.moveCursor(by: 5, in: ChartPaneTests.area) }
    let shown = pane.chart.visibleX
    #expect((pane.cursor ?? 0) > 210 && shown.contains(pane.cursor ?? 0))
    #expect(abs(shown.length - 100) < 1e-6)
  }

  @Test func eventsAreVisited() {
    var values = (0...1000).map { Double($0) }
    (values[10], values[700]) = (.nan, .infinity)
    var pane = pane(values)
    pane.viewport.x = Interval(0, 50)
    #expect(pane.moveToEvent(forward: true, in: ChartPaneTests.area) && pane.cursor == 10)
    #expect(pane.moveToEvent(forward: true, in: ChartPaneTests.area) && pane.cursor == 700)
    #expect(pane.chart.visibleX.contains(700))
    #expect(!pane.moveToEvent(forward: true, in: ChartPaneTests.area) && pane.cursor == 700)
    #expect(pane.moveToEvent(forward: false, in: ChartPaneTests.area) && pane.cursor == 10)
  }

  @Test func zoomingKeepsTheCursorInItsPlace() {
    var pane = pane((0...1000).map { Double($0) })
    pane.cursor = 800
    pane.zoomX(by: 0.5)
    let share = (800 - pane.chart.visibleX.lower) / pane.chart.visibleX.length
    #expect(abs(share - 0.8) < 1e-9 && abs(pane.chart.visibleX.length - 500) < 1e-9)
    pane.zoomX(by: 8)
    #expect(pane.viewport.x == nil)
    pane.zoomY(by: 0.5)
    let shown = pane.chart.visibleY
    #expect(shown.length < 600)
    pane.pan(y: 0.5)
    #expect(pane.chart.visibleY.lower > shown.lower)
    pane.zoomY(by: 10)
    #expect(pane.viewport.y == nil)
  }

  @Test func aBoxIsLookedInto() throws {
    var pane = pane((0...1000).map { Double($0) })
    let plot = pane.chart.frame(in: ChartPaneTests.area).plot
    pane.beginBox(at: Point(x: plot.x + 20, y: plot.y + 5))
    pane.drag(to: Point(x: plot.x + 40, y: plot.y + 12), in: ChartPaneTests.area)
    var canvas = Canvas(size: Size(columns: 90, rows: 30))
    pane.draw(in: ChartPaneTests.area, on: &canvas)
    #expect(canvas[plot.x + 20, plot.y + 5].character == "┌" && canvas[plot.x + 40, plot.y + 12].character == "┘")
    let frame = pane.chart.frame(in: ChartPaneTests.area)
    pane.release(in: ChartPaneTests.area)
    #expect(pane.viewport.x == Interval(frame.x(atColumn: plot.x + 20), frame.x(atColumn: plot.x + 40)))
    #expect(pane.viewport.y == Interval(frame.y(atRow: plot.y + 12), frame.y(atRow: plot.y + 5)))
    #expect(pane.selection == nil)
    // A flat one is a stretch of the horizontal axis, and a point is a click.
    pane.viewport = Viewport()
    pane.beginBox(at: Point(x: plot.x + 60, y: plot.y + 5))
    pane.drag(to: Point(x: plot.x + 30, y: plot.y + 6), in: ChartPaneTests.area)
    pane.release(in: ChartPaneTests.area)
    #expect(pane.viewport.x != nil && pane.viewport.y == nil && pane.cursor == nil)
    pane.beginBox(at: Point(x: plot.x + 60, y: plot.y + 5))
    pane.release(in: ChartPaneTests.area)
    #expect(pane.cursor.map { pane.chart.visibleX.contains($0) } == true)
  }

  @Test func draggingMovesTheChart() {
    var pane = pane((0...1000).map { Double($0) })
    pane.viewport.x = Interval(400, 500)
    let plot = pane.chart.frame(in: ChartPaneTests.area).plot
    pane.grab(at: Point(x: plot.x + 40, y: plot.y))
    pane.drag(to: Point(x: plot.x + 30, y: plot.y), in: ChartPaneTests.area)
    pane.release(in: ChartPaneTests.area)
    let moved = pane.chart.visibleX.lower - 400
    #expect(abs(moved - 100 * 10 / Double(plot.columns - 1)) < 1e-6)
    pane.drag(to: Point(x: plot.x, y: plot.y), in: ChartPaneTests.area)
    #expect(abs(pane.chart.visibleX.lower - 400 - moved) < 1e-9)
  }

  @Test func histogramsCountTheValues() {
    var pane = pane((0..<1000).map { Double($0 % 10) + 1 })
    pane.cursor = 5
    pane.show(as: .histogram)
    #expect(pane.cursor == nil && pane.chart.yAxis.title == "count")
    guard case .histogram(let linear) = pane.chart.layers[0] else { Issue.record("no histogram"); return }
    #expect(linear.counts.reduce(0, +) == 1000)
    pane.toggleXScale()
    guard case .histogram(let logarithmic) = pane.chart.layers[0] else { Issue.record("no histogram"); return }
    #expect(logarithmic.edges != linear.edges && pane.chart.xAxis.scale == .logarithmic)
    pane.show(as: .line)
    #expect(pane.chart.yAxis.scale == .logarithmic && pane.chart.xAxis.scale == .linear)
  }

  @Test func otherLayersKeepTheView() {
    var pane = pane([1, 2, 3])
    pane.viewport.x = Interval(1, 2)
    pane.setLayers([.line(Series(name: "loss", x: [0, 1, 2, 3], y: [1, 2, 3, 4]))])
    #expect(pane.viewport.x == Interval(1, 2) && pane.chart.fullX.upper == 3)
  }
}
