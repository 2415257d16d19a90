import Drawing
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
  private var columns: [String] { (command.y ?? "").split(separator: ",").map(String.init) }

  /// Draws the chart over the whole canvas.
  func draw(on canvas: inout Canvas) throws {
    switch command.kind {
    case .line: try chart(of: series().map { .line($0) }).draw(in: canvas.bounds, on: &canvas)
    case .scatter: try chart(of: series().map { .scatter($0) }).draw(in: canvas.bounds, on: &canvas)
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
    try tables.flatMap { file, table in
      let places = try command.x.map(table.numbers)
      return try columns.map { column in
        var series = Series(name: name(column, of: file))
        for (row, value) in try table.numbers(column).enumerated() {
          guard let value, let place = places == nil ? Double(row + 1) : places?[row] else { continue }
          series.append(x: place, y: value)
        }
        return series
      }
    }
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
