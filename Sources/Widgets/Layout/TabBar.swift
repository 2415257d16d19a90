public import Drawing

/// A row of tabs, of which one is shown; the shown one is marked by brackets as well as by colour.
public struct TabBar: Widget {
  /// The tabs' titles.
  public var titles: [String]
  /// The tab that is shown.
  public var selected: Int
  /// Whether what the tabs choose from has the focus.
  public var hasFocus: Bool
  /// The colours.
  public var theme: Theme

  /// Creates a bar.
  public init(_ titles: [String], selected: Int, hasFocus: Bool = true, theme: Theme = .dark) {
    self.titles = titles
    self.selected = selected
    self.hasFocus = hasFocus
    self.theme = theme
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    canvas.fill(area.splitTop(1).top, style: theme[.text])
    for (index, place) in places(in: area) {
      let isSelected = index == selected
      let title = printableLine(titles[index])
      let text = isSelected ? "[\(title)]" : " \(title) "
      let role: Theme.Role = isSelected ? hasFocus ? .selection : .inactiveSelection : .muted
      canvas.write(text, at: place.origin, style: theme[role], in: place)
    }
  }

  /// The tab at a place.
  public func tab(at point: Point, in area: Rectangle) -> Int? {
    places(in: area).first { $0.place.contains(point) }?.index
  }

  /// Where the tabs stand; the selected one is always among them.
  private func places(in area: Rectangle) -> [(index: Int, place: Rectangle)] {
    let widths = titles.map { TextWidth.columns(of: printableLine($0)) + 2 }
    guard titles.indices.contains(selected) else { return [] }
    var first = 0
    // Tabs at the left give way until the selected one fits.
    while first < selected, widths[first...selected].reduce(0, { $0 + $1 + 1 }) - 1 > area.columns { first += 1 }
    var x = area.x
    var places: [(index: Int, place: Rectangle)] = []
    for index in first..<titles.count {
      let place = Rectangle(x: x, y: area.y, columns: widths[index], rows: min(1, area.rows))
      guard place.maxX <= area.maxX || index == selected else { break }
      places.append((index, place.intersection(area)))
      x = place.maxX + 1
    }
    return places
  }
}
