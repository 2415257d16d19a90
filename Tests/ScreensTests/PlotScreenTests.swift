import Drawing
import Screens
import Sessions
import Testing

@testable import Widgets

@Suite struct PlotScreenTests {
  private static let size = Size(columns: 100, rows: 32)

  private func line(_ name: String, _ value: (Double) -> Double) -> ChartLayer {
    let x = (0...1000).map(Double.init)
    return .line(Series(name: name, x: x, y: x.map(value)))
  }

  private func screen(overlay: Bool = false, notice: Notice? = nil) -> PlotScreen {
    let groups = [
      ChartStack.Group("loss", [line("loss") { $0 == 400 ? .nan : 3 - $0 / 500 }]),
      ChartStack.Group("rate", [line("rate") { $0 * 1e-6 }]),
    ]
    let stack = ChartStack(groups, like: ChartPane([], xAxis: ChartAxis("step")), isOverlaid: overlay)
    var screen = PlotScreen(stack, subject: "run.csv", notice: notice)
    _ = screen.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 100, rows: 32))))
    return screen
  }

  private func frame(_ screen: PlotScreen, _ size: Size = size) -> Canvas {
    var canvas = Canvas(size: size)
    screen.view(on: &canvas)
    return canvas
  }

  @discardableResult
  private func press(_ screen: inout PlotScreen, _ presses: KeyPress...) -> [Effect] {
    presses.flatMap { screen.update(TimedEvent(seconds: 1, event: .key($0))) }
  }

  private func type(_ screen: inout PlotScreen, _ text: String) {
    for character in text { press(&screen, KeyPress(.character(character))) }
  }

  private func mouse(_ screen: inout PlotScreen, _ inputs: MouseInput...) {
    for input in inputs { _ = screen.update(TimedEvent(seconds: 1, event: .mouse(input))) }
  }

  @Test func aChartForEachColumnWithOneCursor() {
    var screen = screen()
    #expect(frame(screen).text.contains("▶ loss") && frame(screen).text.contains("rate"))
    press(&screen, KeyPress(.right), KeyPress(.right))
    let cursor = screen.stack.panes.map(\.cursor)
    #expect(cursor[0] != nil && cursor[0] == cursor[1])
    let place = Int(cursor[0] ?? 0)
    let readouts = frame(screen).lines.filter { $0.contains(" \(place) ") }
    #expect(readouts.count == 2, "both axes read \(place)")
    // The horizontal zoom is common, the vertical one each chart's own.
    type(&screen, "++]")
    #expect(screen.stack.panes[0].viewport.x != nil)
    #expect(screen.stack.panes[0].viewport.x == screen.stack.panes[1].viewport.x)
    #expect(screen.stack.panes[0].viewport.y != nil && screen.stack.panes[1].viewport.y == nil)
    press(&screen, KeyPress(.backspace))
    #expect(screen.stack.panes[0].viewport.y == nil && screen.stack.panes[0].viewport.x != nil)
    type(&screen, "0")
    #expect(screen.stack.panes.allSatisfy { $0.viewport == Viewport() })
  }

  @Test func allInOneChartAndBack() {
    var screen = screen()
    type(&screen, "n2")
    #expect(screen.stack.panes[0].cursor == 400 && screen.stack.panes[1].hidden == [0])
    let color = frame(screen).lines.first
    type(&screen, "o")
    #expect(screen.stack.panes.count == 1 && screen.stack.panes[0].hidden == [1])
    #expect(frame(screen).lines[0].contains("loss NaN") && frame(screen).lines[0].contains("(rate)"))
    type(&screen, "o")
    #expect(screen.stack.panes.map(\.hidden) == [[], [0]] && screen.stack.panes[0].cursor == 400)
    #expect(frame(screen).lines.first == color)
  }

  @Test func theLegendTogglesByClick() throws {
    var screen = screen(overlay: true)
    let legend = try #require(frame(screen).lines.first)
    let column = try #require(legend.firstRange(of: "rate")).lowerBound.utf16Offset(in: legend)
    mouse(&screen, MouseInput(.press, x: column, y: 0), MouseInput(.release, x: column, y: 0))
    #expect(screen.stack.panes[0].hidden == [1] && screen.stack.panes[0].cursor == nil)
    mouse(&screen, MouseInput(.press, x: column, y: 0), MouseInput(.release, x: column, y: 0))
    #expect(screen.stack.panes[0].hidden.isEmpty)
  }

  @Test func aBoxZoomsTheChartUnderTheMouse() {
    var screen = screen()
    mouse(
      &screen, MouseInput(.press, x: 30, y: 22), MouseInput(.drag, x: 50, y: 27), MouseInput(.release, x: 50, y: 27))
    #expect(screen.stack.focus == 1 && screen.stack.panes[1].viewport.y != nil)
    #expect(screen.stack.panes[0].viewport.x == screen.stack.panes[1].viewport.x)
    // Esc gives a box up that is being drawn, and leaves only without one.
    mouse(&screen, MouseInput(.press, x: 30, y: 22), MouseInput(.drag, x: 50, y: 27))
    #expect(press(&screen, KeyPress(.escape)).isEmpty)
    #expect(press(&screen, KeyPress(.escape)) == [.leave])
    let before = screen.stack.panes[1].chart.visibleX.length
    mouse(&screen, MouseInput(.wheelDown, x: 40, y: 25))
    #expect(screen.stack.panes[1].chart.visibleX.length > before)
  }

  @Test func scalesFormsAndMarks() {
    var screen = screen()
    type(&screen, "x")
    #expect(frame(screen).text.contains("log x"))
    type(&screen, "b")
    #expect(frame(screen).text.contains("! 1 value has no place on the axes"))
    // The line goes with the next key.
    press(&screen, KeyPress(.tab))
    #expect(frame(screen).text.contains("histogram") && screen.stack.panes[0].chart.yAxis.title == "count")
    type(&screen, "imm")
    #expect(screen.stack.panes.allSatisfy { $0.marks == .ascii })
    type(&screen, "0")
    #expect(frame(screen).lines[1...28].joined().utf8.allSatisfy { $0 < 0x80 })
    type(&screen, "m")
    #expect(screen.stack.panes.allSatisfy { $0.marks == .braille })
  }

  @Test func oneChartAlone() {
    var screen = screen()
    press(&screen, KeyPress(.tab), KeyPress(.enter))
    #expect(!frame(screen).text.contains("loss") && frame(screen).text.contains("chart 2 of 2"))
    press(&screen, KeyPress(.enter), KeyPress(.tab))
    #expect(frame(screen).text.contains("▶ loss"))
  }

  @Test func theValuesAtTheCursorAreCopied() {
    var screen = screen()
    #expect(press(&screen, KeyPress(.character("v"))).isEmpty)
    mouse(&screen, MouseInput(.press, x: 99, y: 5), MouseInput(.release, x: 99, y: 5))
    #expect(press(&screen, KeyPress(.character("v"))) == [.copy("step\t1000\nloss\t1\nrate\t0.001")])
  }

  @Test func everyKeyHasAMeaningOfItsOwn() {
    let presses = PlotScreen.keyMap.entries.flatMap(\.presses)
    #expect(Set(presses).count == presses.count)
    let pictures = PictureScreen.keyMap.entries.flatMap(\.presses)
    #expect(Set(pictures).count == pictures.count)
  }

  @Test func anySizeIsDrawn() {
    var screen = screen(notice: Notice(.warning, "3 values without a place"))
    #expect(frame(screen).text.contains("! 3 values without a place"))
    type(&screen, "n?")
    for (columns, rows) in [(0, 0), (1, 1), (20, 5), (40, 9), (100, 32), (400, 120)] {
      _ = screen.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: columns, rows: rows))))
      _ = frame(screen, Size(columns: columns, rows: rows))
    }
  }

  @Test func chartsThatDoNotFitFollowTheFocus() {
    let groups = (0..<7).map { number in ChartStack.Group("c\(number)", [line("c\(number)") { $0 }]) }
    var stack = ChartStack(groups, like: ChartPane([]), isOverlaid: false)
    let area = Rectangle(x: 0, y: 0, columns: 60, rows: 20)
    #expect(stack.places(in: area).map(\.index) == [0, 1])
    stack.focusNext(by: -1)
    #expect(stack.places(in: area).map(\.index) == [5, 6])
    let wide = stack.places(in: Rectangle(x: 0, y: 0, columns: 160, rows: 20))
    #expect(wide.contains { $0.index == 6 } && wide.count == 7 || wide.count == 8)
    for (index, place) in wide.enumerated() {
      for other in wide[(index + 1)...] { #expect(place.area.intersection(other.area).isEmpty) }
    }
  }
}
