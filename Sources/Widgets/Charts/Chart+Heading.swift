import Drawing

extension Chart {
  /// The title, and the vertical axis' title with the legend: at most a quarter of the area.
  func headingRows(in area: Rectangle) -> [[Span]] {
    guard area.rows >= 5 else { return [] }
    let room = area.rows / 4
    var rows: [[Span]] = []
    if !title.isEmpty { rows.append([Span(truncated(printableLine(title), to: area.columns), theme[.title])]) }
    var line: [Span] = []
    var used = 0
    if !yAxis.title.isEmpty {
      let text = truncated(printableLine(yAxis.title), to: area.columns)
      line = [Span(text, theme[.muted])]
      used = TextWidth.columns(of: text)
    }
    for entry in legendEntries() {
      let width = entry.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
      if used > 0, used + 3 + width > area.columns {
        rows.append(line)
        (line, used) = ([], 0)
      }
      if used > 0 { line.append(Span("   ")) }
      line += entry
      used += (used > 0 ? 3 : 0) + width
    }
    if !line.isEmpty { rows.append(line) }
    return Array(rows.prefix(room))
  }

  /// A sample, the name and, at the crosshair, the value of each layer; then what the marks of events mean.
  private func legendEntries() -> [[Span]] {
    var entries: [[Span]] = []
    let isAlone = layers.count == 1 && crosshair == nil
    for (index, layer) in layers.enumerated() where !layer.name.isEmpty || crosshair != nil {
      // A single series is named by the axis or the title, unless only the legend can.
      if isAlone, layer.name == yAxis.title || layer.name == title { continue }
      var entry = [Span(sample(of: layer, index: index), style(ofLayer: index)), Span(" " + printableLine(layer.name))]
      if let crosshair, let value = layer.text(at: crosshair.x, yAxis) {
        entry.append(Span(" " + value, theme[.strong]))
      }
      let unplaced = layer.series.reduce(0) { $0 + $1.unplacedCount }
      if unplaced > 0 { entry.append(Span(" (\(unplaced) without a place)", theme[.warning])) }
      entries.append(entry)
    }
    var events: ChartEvents = []
    for series in layers.flatMap(\.series) {
      let found = series.extremes(within: visibleX)
      events.formUnion(found.events)
      if yAxis.scale == .logarithmic, found.least <= 0 { events.insert(.belowAll) }
    }
    let meanings: [(ChartEvents, String)] = [
      (.notANumber, "NaN"), (.aboveAll, "+inf"),
      (.belowAll, yAxis.scale == .logarithmic ? "0 or less" : "-inf"),
    ]
    for (event, meaning) in meanings where events.contains(event) {
      entries.append([Span(String(event.mark(marks)), theme[.error]), Span(" " + meaning, theme[.muted])])
    }
    return entries
  }

  private func sample(of layer: ChartLayer, index: Int) -> String {
    let letter = String(self.letter(ofLayer: index))
    if marks == .ascii { return letter }
    return switch layer {
    case .line: layers.count > 1 ? "─" + letter + "─" : "──"
    case .scatter: letter
    case .band: "░░"
    case .histogram: "▆█"
    }
  }

  /// The mark of a layer, which tells it from others where colours do not.
  func letter(ofLayer index: Int) -> Character {
    let letters: [Character] = marks == .ascii ? Array("*o+x#@%&") : Array("●▲■◆○△□◇")
    return letters[index % letters.count]
  }

  /// The colour of a layer. In a theme without colours all look alike: their marks tell them apart.
  func style(ofLayer index: Int) -> Style {
    guard hasColor else { return theme[.text] }
    let palette = Chart.palette
    return Style(foreground: palette[index % palette.count])
  }

  var hasColor: Bool { theme[.accent].foreground != .standard }

  /// Colours that most colour-blind people can tell apart, readable on dark and on light grounds.
  ///
  /// Source: Okabe and Ito, "Color Universal Design" (2008), made a little darker or lighter for text.
  private static let palette: [Color] = [
    .rgb(66, 160, 220), .rgb(222, 143, 5), .rgb(2, 165, 120), .rgb(213, 94, 0), .rgb(204, 121, 167),
    .rgb(150, 150, 150), .rgb(190, 180, 40), .rgb(130, 120, 230),
  ]
}

extension ChartLayer {
  /// The layer's value at a place as text: that of the nearest point.
  func text(at place: Double, _ axis: ChartAxis) -> String? {
    switch self {
    case .line(let series), .scatter(let series):
      return series.nearestIndex(to: place).map { axis.text(of: series.y[$0]) }
    case .band(let lower, let upper):
      guard let low = lower.nearestIndex(to: place), let high = upper.nearestIndex(to: place) else { return nil }
      return axis.text(of: lower.y[low]) + "–" + axis.text(of: upper.y[high])
    case .histogram(let histogram):
      return histogram.bin(containing: place).map { axis.text(of: histogram.counts[$0]) }
    }
  }
}

extension ChartEvents {
  /// How a single event is marked.
  func mark(_ marks: ChartMarks) -> Character {
    let isASCII = marks == .ascii
    if contains(.notANumber) { return isASCII ? "!" : "×" }
    if contains(.aboveAll) { return isASCII ? "^" : "▲" }
    return isASCII ? "v" : "▼"
  }
}
