public import Drawing

extension Chart {
  /// What stands above the plot.
  struct Heading {
    var rows: [[Span]] = []
    /// Where the names of layers stand, from the area's upper left cell.
    var places: [(layer: Int, place: Rectangle)] = []
  }

  /// A part of the legend: a layer's, or what the mark of an event means.
  private struct LegendEntry {
    var layer: Int?
    var spans: [Span]
  }

  /// The title, and the vertical axis' title with the legend: at most a quarter of the area.
  func heading(in area: Rectangle) -> Heading {
    guard area.rows >= 5 else { return Heading() }
    let room = area.rows / 4
    var heading = Heading()
    if !title.isEmpty || !titleMark.isEmpty {
      let text = truncated(titleMark + printableLine(title), to: area.columns)
      heading.rows.append([Span(text, theme[.title])])
    }
    var line: [Span] = []
    var used = 0
    if !yAxis.title.isEmpty {
      let text = truncated(printableLine(yAxis.title), to: area.columns)
      line = [Span(text, theme[.muted])]
      used = TextWidth.columns(of: text)
    }
    for entry in legendEntries() {
      let width = entry.spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
      if used > 0, used + 3 + width > area.columns {
        heading.rows.append(line)
        (line, used) = ([], 0)
      }
      if used > 0 { line.append(Span("   ")) }
      line += entry.spans
      used += used > 0 ? 3 : 0
      if let layer = entry.layer {
        let place = Rectangle(x: used, y: heading.rows.count, columns: width, rows: 1)
        heading.places.append((layer, place))
      }
      used += width
    }
    if !line.isEmpty { heading.rows.append(line) }
    heading.rows = Array(heading.rows.prefix(room))
    heading.places.removeAll { $0.place.y >= room }
    return heading
  }

  /// The layer whose name stands at a place of the legend.
  public func layer(namedAt point: Point, in area: Rectangle) -> Int? {
    let place = Point(x: point.x - area.x, y: point.y - area.y)
    return heading(in: area).places.first { $0.place.contains(place) }?.layer
  }

  /// A sample, the name and, at the crosshair, the value of each layer; then what the marks of events mean.
  private func legendEntries() -> [LegendEntry] {
    var entries: [LegendEntry] = []
    let isAlone = layers.count == 1 && crosshair == nil
    for (index, layer) in layers.enumerated() where !layer.name.isEmpty || crosshair != nil {
      // A single series is named by the axis or the title, unless only the legend can.
      if isAlone, layer.name == yAxis.title || layer.name == title { continue }
      if hidden.contains(index) {
        let name = printableLine(layer.name.isEmpty ? "\(index + 1)" : layer.name)
        entries.append(LegendEntry(layer: index, spans: [Span("(\(name))", theme[.muted])]))
        continue
      }
      var spans = [Span(sample(of: layer, index: index), style(ofLayer: index)), Span(" " + printableLine(layer.name))]
      if let crosshair, let value = layer.text(at: crosshair.x, yAxis) {
        spans.append(Span(" " + value, theme[.strong]))
      }
      let unplaced = layer.series.reduce(0) { $0 + $1.unplacedCount }
      if unplaced > 0 { spans.append(Span(" (\(unplaced) without a place)", theme[.warning])) }
      entries.append(LegendEntry(layer: index, spans: spans))
    }
    return entries + eventEntries
  }

  private var eventEntries: [LegendEntry] {
    var events: ChartEvents = []
    for series in shownLayers.flatMap(\.layer.series) {
      let found = series.extremes(within: visibleX)
      events.formUnion(found.events)
      if yAxis.scale == .logarithmic, found.least <= 0 { events.insert(.belowAll) }
    }
    let meanings: [(ChartEvents, String)] = [
      (.notANumber, "NaN"), (.aboveAll, "+inf"),
      (.belowAll, yAxis.scale == .logarithmic ? "0 or less" : "-inf"),
    ]
    return meanings.filter { events.contains($0.0) }.map { event, meaning in
      LegendEntry(spans: [Span(String(event.mark(marks)), theme[.error]), Span(" " + meaning, theme[.muted])])
    }
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
    return letters[(firstLook + index) % letters.count]
  }

  /// The colour of a layer. In a theme without colours all look alike: their marks tell them apart.
  func style(ofLayer index: Int) -> Style {
    guard hasColor else { return theme[.text] }
    let palette = Chart.palette
    return Style(foreground: palette[(firstLook + index) % palette.count])
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
  /// The layer's value at a place as text: that of the nearest point, as the axis of the values has it.
  public func text(at place: Double, _ axis: ChartAxis) -> String? {
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
