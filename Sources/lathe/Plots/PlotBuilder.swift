import Drawing
import Screens
import Widgets

/// Turns tables into the chart that `lathe plot` was asked for.
struct PlotBuilder {
  let command: PlotCommand
  let tables: [(name: String, table: DataTable)]
  let style: OutputStyle

  private var theme: Theme { style.colors > 0 ? .dark : .monochrome }
  private var marks: ChartMarks { style.isASCII ? .ascii : command.blocks ? .blocks : .braille }
  private var xAxis: ChartAxis {
    ChartAxis(command.x ?? "row", scale: command.log.map { $0 != .y } == true ? .logarithmic : .linear)
  }
  private var yAxis: ChartAxis {
    let isLogarithmic = command.log.map { $0 != .x } == true
    return ChartAxis(columns.count == 1 ? columns[0] : "", scale: isLogarithmic ? .logarithmic : .linear)
  }
  private var columns: [String] {
    if let y = command.y { return y.split(separator: ",").map(String.init) }
    guard command.isInteractive, command.band == nil else { return [] }
    if command.kind == .histogram, let x = command.x { return [x] }
    return numericColumns
  }

  /// The columns of numbers that all files have, without the horizontal axis'.
  private var numericColumns: [String] {
    guard let first = tables.first?.table else { return [] }
    return first.names.filter { name in
      name != command.x && tables.allSatisfy { (try? $0.table.numbers(name))?.contains { $0 != nil } == true }
    }
  }

  /// Draws the chart over the whole canvas.
  func draw(on canvas: inout Canvas) throws {
    switch command.kind {
    case .line: try chart(of: bands() + series().map { .line($0) }).draw(in: canvas.bounds, on: &canvas)
    case .scatter: try chart(of: bands() + series().map { .scatter($0) }).draw(in: canvas.bounds, on: &canvas)
    case .histogram: try histogram().draw(in: canvas.bounds, on: &canvas)
    case .bar: try bars().draw(in: canvas.bounds, on: &canvas)
    case .heatmap: try heatMap(in: canvas.bounds).draw(in: canvas.bounds, on: &canvas)
    }
  }

  private func chart(of layers: [ChartLayer]) -> Chart {
    Chart(
      layers, title: command.title ?? "", xAxis: xAxis, yAxis: yAxis,
      viewport: Viewport(x: command.xRange?.interval, y: command.yRange?.interval),
      crosshair: command.at.map { Crosshair(x: $0) }, marks: marks, theme: theme)
  }

  /// Names that tell columns, files or both apart.
  private func name(_ column: String, of file: String) -> String {
    if tables.count == 1 { return column }
    return columns.count <= 1 ? file : "\(file) \(column)"
  }

  /// One series for every column of every file; rows without a number in either column are no points.
  private func series() throws -> [Series] {
    try tables.flatMap { table in try columns.map { try series(of: $0, in: table) } }
  }

  private func series(of column: String, in source: (name: String, table: DataTable)) throws -> Series {
    let places = try command.x.map(source.table.numbers)
    var series = Series(name: name(column, of: source.name))
    for (row, value) in try source.table.numbers(column).enumerated() {
      guard let value, let place = places == nil ? Double(row + 1) : places?[row] else { continue }
      series.append(x: place, y: value)
    }
    return series
  }

  private func bands() throws -> [ChartLayer] {
    guard let band = command.band else { return [] }
    return try tables.map { table in
      var lower = try series(of: band.lower, in: table)
      lower.name = name("\(band.lower)–\(band.upper)", of: table.name)
      return .band(lower: lower, upper: try series(of: band.upper, in: table))
    }
  }

  /// The same to be looked at on a screen: a chart for each column, with that column of all files.
  func screen() throws -> PlotScreen {
    guard !columns.isEmpty || command.band != nil else {
      throw DataTableError("no column of numbers to draw; give one with --y")
    }
    var groups: [ChartStack.Group] = []
    let bands = try bands()
    if !bands.isEmpty, columns.isEmpty { groups.append(ChartStack.Group(command.title ?? "", bands)) }
    for (number, column) in columns.enumerated() {
      let lines = try tables.map { ChartLayer.line(try series(of: column, in: $0)) }
      groups.append(ChartStack.Group(column, (number == 0 ? bands : []) + lines))
    }
    let form: ChartPane.Form = command.kind == .histogram ? .histogram : command.kind == .scatter ? .scatter : .line
    let pattern = ChartPane(
      [], title: command.title ?? "", xAxis: xAxis, valueAxis: ChartAxis(scale: yAxis.scale), form: form,
      bins: command.bins, viewport: Viewport(x: command.xRange?.interval, y: command.yRange?.interval),
      cursor: command.at, marks: marks, theme: theme)
    let stack = ChartStack(groups, like: pattern, isOverlaid: command.overlay)
    return PlotScreen(stack, subject: tables.map(\.name).joined(separator: ", "))
  }

  private func histogram() throws -> Chart {
    let wanted = columns.isEmpty ? [command.x ?? ""] : columns
    let axis = ChartAxis(wanted.count == 1 ? wanted[0] : "", scale: xAxis.scale)
    let histograms = try tables.flatMap { file, table in
      try wanted.map { column in
        let values = try table.numbers(column).compactMap { $0 }
        let histogram = Histogram(of: values, name: name(column, of: file), bins: command.bins, scale: axis.scale)
        if histogram.leftOut > 0 {
          StandardStreams.error(
            "lathe plot: \(printableLine(column)): \(histogram.leftOut) of \(values.count) values have no place on the axis\n"
          )
        }
        return ChartLayer.histogram(histogram)
      }
    }
    var chart = chart(of: histograms)
    chart.xAxis = axis
    chart.yAxis.title = "count"
    return chart
  }

  private func bars() throws -> BarChart {
    let table = tables[0].table
    guard tables.count == 1 else { throw DataTableError("bars of several files are not drawn; give one file") }
    let names = try command.x.map(table.texts) ?? (1...table.rowCount).map(String.init)
    let groups = try columns.map { column in
      BarChart.Group(name: column, values: try table.numbers(column).map { $0 ?? 0 })
    }
    let title = command.title ?? (columns.count == 1 ? columns[0] : "")
    return BarChart(names, groups: groups, title: title, marks: marks, theme: theme)
  }

  private func heatMap(in area: Rectangle) throws -> HeatMap {
    let all = try series()
    guard all.count == 1 else { throw DataTableError("a heatmap takes one file and one --y column") }
    let chart = chart(of: [.scatter(all[0])])
    var map = HeatMap(
      [], columns: 0, x: chart.visibleX, y: chart.visibleY, title: chart.title, xAxis: chart.xAxis, yAxis: chart.yAxis,
      hidesZero: true, marks: marks, theme: theme)
    map.countPoints(of: all[0], in: area)
    return map
  }
}
