import ArgumentParser
import Drawing
import Files
import Widgets

/// `lathe plot`: draws columns of a table with characters.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw columns of a CSV or JSON Lines file.",
    discussion: """
      CSV needs a header line; - is standard input. Several files are drawn over each other. Columns of nested JSON \
      objects are named with points: eval.loss. NaN and infinities are marked, not left out; a spike of one row is seen \
      however many rows there are. Colours are used on a terminal, unless NO_COLOR is set.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable { case line, scatter, bar, histogram, heatmap }
  enum LogAxes: String, ExpressibleByArgument, CaseIterable { case x, y, xy }

  @Argument(help: ArgumentHelp("CSV or JSON Lines files.", valueName: "data"))
  var files: [String]

  @Option(help: "The column along the horizontal axis (default: the number of the row); names of the bars.")
  var x: String?

  @Option(help: ArgumentHelp("The columns along the vertical axis, separated by commas.", valueName: "y,..."))
  var y: String?

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

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Flag(help: "Draw with quarter blocks, for fonts without braille.")
  var blocks = false

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("expected a file, or - for standard input") }
    if y == nil, x == nil || kind != .histogram {
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
    var canvas = Canvas(size: size?.size ?? defaultSize(output))
    let tables = try files.map { file in
      let table: DataTable
      do {
        table = try DataTable(file == "-" ? InputText.readStandardInput() : readFile(file, limit: InputText.limit))
      } catch let error as DataTableError {
        throw DataTableError("\(shownName(file)): \(error)")
      }
      if let notice = table.notice { StandardStreams.error("lathe plot: \(shownName(file)): \(notice)\n") }
      return (name: shownName(file), table: table)
    }
    let plot = PlotBuilder(command: self, tables: tables, style: output)
    try plot.draw(on: &canvas)
    output.print(canvas)
  }

  private func shownName(_ file: String) -> String { file == "-" ? "standard input" : printableLine(file) }

  /// The terminal's width, and rows in proportion; the prompt behind stays in sight.
  private func defaultSize(_ output: OutputStyle) -> Size {
    guard let terminal = output.size else { return Size(columns: 80, rows: 24) }
    return Size(columns: terminal.columns, rows: max(8, min(terminal.rows - 2, terminal.columns / 4)))
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
