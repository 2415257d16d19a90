import ArgumentParser
import Drawing
import Files
import Sessions
import Widgets

/// `lathe plot`: draws columns of a table with characters.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw columns of a CSV or JSON Lines file.",
    discussion: """
      CSV needs a header line; - is standard input. Several files are drawn over each other. Columns of nested JSON \
      objects are named with points: eval.loss. NaN and infinities are marked, not left out; a spike of one row is seen \
      however many rows there are. Colours are used on a terminal, unless NO_COLOR is set.

      With --screen the plot takes the whole terminal: a cursor with the values of all series, zoom and pan by keys and \
      mouse, a chart for each column or all in one, logarithmic axes, points and histograms by a key (? shows all keys). \
      Without --y all columns of numbers are shown there.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable { case line, scatter, bar, histogram, heatmap }
  enum LogAxes: String, ExpressibleByArgument, CaseIterable { case x, y, xy }

  @Argument(help: ArgumentHelp("CSV or JSON Lines files.", valueName: "data"))
  var files: [String]

  @Option(help: "The column along the horizontal axis (default: the number of the row); names of the bars.")
  var x: String?

  @Option(help: ArgumentHelp("The columns along the vertical axis, separated by commas.", valueName: "y,..."))
  var y: String?

  @Option(
    help: ArgumentHelp(
      "Two columns with the room between them filled, as a deviation; drawn behind the others.",
      valueName: "lower,upper"))
  var band: ColumnPair?

  @Option(help: ArgumentHelp("line, scatter, bar, histogram or heatmap (of points).", valueName: "kind"))
  var kind: Kind = .line

  @Option(help: "Logarithmic axes: x, y or xy.")
  var log: LogAxes?

  @Option(help: ArgumentHelp("Show only this part of x, as 100:2000.", valueName: "from:to"))
  var xRange: AxisRange?

  @Option(help: ArgumentHelp("Show only this part of y.", valueName: "from:to"))
  var yRange: AxisRange?

  @Option(help: "Read the values at this x: they appear in the legend.")
  var at: Double?

  @Option(help: "Bins of a histogram (default: by the number of values).")
  var bins: Int?

  @Option(help: "Size in cells, as 100x30 (default: the terminal's width; 80x24 elsewhere).")
  var size: FrameSize?

  @Option(help: "A heading.")
  var title: String?

  @Flag(
    name: [.customLong("screen"), .customShort("i")], help: "Look at the plot interactively, on the whole terminal.")
  var isInteractive = false

  @Flag(help: "All columns in one chart, also where --screen would give each its own.")
  var overlay = false

  @OptionGroup var screen: ScreenOptions

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Flag(help: "Draw with quarter blocks, for fonts without braille.")
  var blocks = false

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("expected a file, or - for standard input") }
    if isInteractive, kind == .bar || kind == .heatmap {
      throw ValidationError("--screen shows lines, points and histograms, not --kind \(kind.rawValue)")
    }
    if isInteractive, size != nil { throw ValidationError("--screen takes the whole terminal: leave out --size") }
    if band != nil, kind != .line, kind != .scatter {
      throw ValidationError("--band goes with lines and points, not with --kind \(kind.rawValue)")
    }
    if y == nil, band == nil, !isInteractive, x == nil || kind != .histogram {
      throw ValidationError("expected --y COLUMN[,COLUMN...]\(kind == .histogram ? " or --x COLUMN" : "")")
    }
    if ascii, blocks { throw ValidationError("expected --ascii or --blocks, got both") }
    if let bins, !(1...10_000).contains(bins) { throw ValidationError("--bins: expected 1 to 10000, got \(bins)") }
    if kind == .bar, log != nil { throw ValidationError("--log: bars begin at zero, which a logarithm does not have") }
    if kind == .heatmap, x == nil { throw ValidationError("a heatmap needs --x and --y") }
  }

  func run() throws {
    var output = OutputStyle.current
    if ascii { output.isASCII = true }
    let tables = try readTables()
    let plot = PlotBuilder(command: self, tables: tables, style: output)
    guard isInteractive else {
      var canvas = Canvas(size: size?.size ?? defaultSize(output))
      try plot.draw(on: &canvas)
      output.print(canvas)
      return
    }
    let plots = try plot.screen()
    guard TerminalCheck.takeKeysFromTerminal() else {
      throw ValidationError("--screen needs a terminal; leave it out and the plot is printed")
    }
    _ = try Workbench(
      .viewer(plots), opening: ChatOpening(model: Services.defaultModel), services: Services.standard(),
      appearance: screen.appearance
    ).run()
  }

  private func readTables() throws -> [(name: String, table: DataTable)] {
    try files.map { file in
      let table: DataTable
      do {
        table = try DataTable(file == "-" ? InputText.readStandardInput() : readFile(file, limit: InputText.limit))
      } catch let error as DataTableError {
        throw DataTableError("\(shownName(file)): \(error)")
      }
      if let notice = table.notice { StandardStreams.error("lathe plot: \(shownName(file)): \(notice)\n") }
      return (name: shownName(file), table: table)
    }
  }

  private func shownName(_ file: String) -> String { file == "-" ? "standard input" : printableLine(file) }

  /// The terminal's width, and rows in proportion; the prompt behind stays in sight.
  private func defaultSize(_ output: OutputStyle) -> Size {
    guard let terminal = output.size else { return Size(columns: 80, rows: 24) }
    return Size(columns: terminal.columns, rows: max(8, min(terminal.rows - 2, terminal.columns / 4)))
  }
}

/// Two columns, as `--band` takes them: `p10,p90`.
struct ColumnPair: ExpressibleByArgument {
  var lower: String
  var upper: String

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count == 2, names.allSatisfy({ !$0.isEmpty }) else { return nil }
    (lower, upper) = (names[0], names[1])
  }
}

/// A part of an axis, as `--x-range` takes it: `100:2000`.
struct AxisRange: ExpressibleByArgument {
  var interval: Interval

  init?(argument: String) {
    let ends = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard ends.count == 2, let from = ends[0], let to = ends[1], from.isFinite, to.isFinite, from < to else {
      return nil
    }
    interval = Interval(from, to)
  }
}
