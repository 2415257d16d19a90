import ArgumentParser
import Drawing
import Screens
import Testing
import Widgets

@testable import lathe

@Suite struct PlotBuilderTests {
  static let text = """
    step,loss,low,high,name
    1,3,2,4,a
    2,2,1,3,b
    4,,1,3,c
    3,1,0,2,d

    """

  private func builder(_ arguments: String..., text: String = text) throws -> PlotBuilder {
    let command = try PlotCommand.parse(["run.csv"] + arguments)
    return PlotBuilder(
      command: command, tables: [("run.csv", try DataTable(Array(text.utf8)))],
      style: OutputStyle(colors: 256, isASCII: false))
  }

  @Test func aScreenShowsEveryColumnOfNumbers() throws {
    let screen = try builder("--screen", "--x", "step").screen()
    #expect(screen.stack.names == ["loss", "low", "high"])
    #expect(screen.stack.panes.count == 3 && screen.subject == "run.csv")
    #expect(screen.stack.panes[0].chart.xAxis.title == "step")
    let chosen = try builder("--screen", "--x", "step", "--y", "loss,high", "--overlay", "--log", "y", "--at", "2")
      .screen()
    #expect(chosen.stack.names == ["loss", "high"] && chosen.stack.panes.count == 1)
    #expect(chosen.stack.panes[0].chart.yAxis.scale == .logarithmic && chosen.stack.panes[0].cursor == 2)
  }

  @Test func histogramsAndPointsOpenAsSuch() throws {
    #expect(try builder("-i", "--y", "loss", "--kind", "histogram").screen().stack.panes[0].form == .histogram)
    #expect(try builder("-i", "--y", "loss", "--kind", "scatter").screen().stack.panes[0].form == .scatter)
    #expect(try builder("-i", "--x", "loss", "--kind", "histogram").screen().stack.names == ["loss"])
  }

  /// The places of this table are in no order.
  @Test func aBandLiesBehindTheLines() throws {
    var canvas = Canvas(size: Size(columns: 60, rows: 16))
    try builder("--x", "step", "--y", "loss", "--band", "low,high").draw(on: &canvas)
    #expect(canvas.lines[0] == "loss   ░░ low–high   ─▲─ loss")
    #expect(canvas.lines.contains { $0.contains("⢕⢕⢕") || $0.contains("⡪⡪⡪") })
    let screen = try builder("-i", "--x", "step", "--band", "low,high", "--y", "loss").screen()
    #expect(screen.stack.names == ["low–high", "loss"])
  }

  @Test(arguments: [
    ["--screen", "--kind", "bar", "--y", "loss"], ["--screen", "--size", "80x20"], ["--band", "low"],
    ["--band", "low,high", "--kind", "histogram", "--y", "loss"], [],
  ])
  func wrongCallsAreRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { try PlotCommand.parse(["run.csv"] + arguments) }
  }

  @Test func aTableWithoutNumbersIsRefused() throws {
    let words = try builder("--screen", text: "a,b\nx,y\n")
    #expect(throws: DataTableError.self) { try words.screen() }
  }
}
