public import Drawing
public import Sessions
public import Widgets

/// Charts beside and above each other that share the horizontal axis' cursor and zoom; one of them has the focus.
///
/// A value for any rectangle: a screen hands on what keys and the mouse do, with the rectangle it draws the stack in.
public struct ChartStack: Sendable {
  /// Layers that belong in one chart when charts are apart, as the same column of several files.
  public struct Group: Sendable {
    /// The chart's heading.
    public var name: String
    /// What it shows.
    public var layers: [ChartLayer]
    /// Creates a group.
    public init(_ name: String, _ layers: [ChartLayer]) {
      self.name = name
      self.layers = layers
    }
  }

  /// Fewest cells of a chart while there is room for all.
  private static let smallest = Size(columns: 36, rows: 9)

  private let groups: [Group]
  private let pattern: ChartPane
  /// The charts.
  public private(set) var panes: [ChartPane] = []
  /// The chart that keys are for.
  public private(set) var focus = 0
  /// Whether all layers lie in one chart.
  public private(set) var isOverlaid: Bool
  /// Whether the focused chart is shown alone.
  public private(set) var isSingle = false
  /// What was seen before, to go back to.
  private var history: [[Viewport]] = []

  /// Creates the charts of some groups.
  ///
  /// - Parameter pattern: axes, form, marks and view of each chart; its layers and title do not count.
  public init(_ groups: [Group], like pattern: ChartPane, isOverlaid: Bool) {
    self.groups = groups
    self.pattern = pattern
    self.isOverlaid = isOverlaid || groups.count == 1
    arrange(like: pattern, hidden: [])
  }

  /// The chart that keys are for.
  public var focused: ChartPane { panes[focus] }

  /// The names of all layers, in the order of the digits that toggle them.
  public var names: [String] { groups.flatMap { $0.layers.map(\.name) } }

  private mutating func arrange(like pattern: ChartPane, hidden: Set<Int>) {
    let charts = isOverlaid ? [Group(pattern.title, groups.flatMap(\.layers))] : groups
    var first = 0
    panes = charts.map { chart in
      let isOnly = charts.count == 1
      var axis = pattern.valueAxis
      axis.title = isOnly && chart.layers.count == 1 ? chart.layers[0].name : ""
      var pane = ChartPane(
        chart.layers, title: isOnly ? pattern.title : chart.name, xAxis: pattern.xAxis, valueAxis: axis,
        form: pattern.form, bins: pattern.bins, viewport: pattern.viewport, cursor: pattern.cursor,
        marks: pattern.marks, theme: pattern.theme)
      pane.firstLook = first
      pane.hidden = Set(hidden.filter { $0 >= first && $0 < first + chart.layers.count }.map { $0 - first })
      first += chart.layers.count
      return pane
    }
    focus = min(focus, panes.count - 1)
  }

  /// Changes something of all charts.
  public mutating func changeAll(_ change: (inout ChartPane) -> Void) {
    for index in panes.indices { change(&panes[index]) }
  }

  /// Puts all layers in one chart, or each group in its own.
  public mutating func toggleOverlay() {
    guard groups.count > 1 else { return }
    var like = panes[focus]
    like.title = pattern.title
    like.viewport.y = nil
    let hidden = Set(panes.flatMap { pane in pane.hidden.map { $0 + pane.firstLook } })
    isOverlaid.toggle()
    isSingle = false
    history = []
    arrange(like: like, hidden: hidden)
  }

  /// Shows the focused chart alone, or all of them again.
  public mutating func toggleSingle() { isSingle = panes.count > 1 && !isSingle }

  /// Gives the next chart the focus, around the end.
  public mutating func focusNext(by distance: Int) {
    focus = ((focus + distance) % panes.count + panes.count) % panes.count
  }

  /// Hides or shows a layer by its position among all.
  public mutating func toggleLayer(_ number: Int) {
    guard let index = panes.lastIndex(where: { $0.firstLook <= number }) else { return }
    let position = number - panes[index].firstLook
    guard panes[index].layers.indices.contains(position) else { return }
    panes[index].hidden.formSymmetricDifference([position])
  }

  // MARK: Cursor and view

  /// Changes the focused chart; the others take over its cursor and its part of the horizontal axis.
  public mutating func changeFocused(_ change: (inout ChartPane) -> Void) {
    let before = panes.map(\.viewport)
    change(&panes[focus])
    link()
    if panes.map(\.viewport) != before { remember(before) }
  }

  private mutating func link() {
    // The values that histograms count are another axis in each.
    guard focused.form != .histogram else { return }
    for index in panes.indices where index != focus {
      panes[index].viewport.x = focused.viewport.x
      panes[index].cursor = focused.cursor
    }
  }

  private mutating func remember(_ views: [Viewport]) {
    history.append(views)
    if history.count > 100 { history.removeFirst() }
  }

  /// Goes back to what was seen before the last zoom.
  public mutating func goBack() {
    guard let views = history.popLast(), views.count == panes.count else { return }
    for index in panes.indices { panes[index].viewport = views[index] }
  }

  /// Shows all of the data.
  public mutating func reset() {
    let before = panes.map(\.viewport)
    changeAll { $0.viewport = Viewport() }
    if panes.map(\.viewport) != before { remember(before) }
  }

  /// Axes change under what was seen before: there is no way back.
  public mutating func changeAxes(_ change: (inout ChartPane) -> Void) {
    history = []
    changeAll(change)
  }

  /// What stands at the cursor in every chart, a line for each layer that is shown.
  public var values: String? {
    guard let cursor = focused.cursor else { return nil }
    var lines = [focused.chart.xAxis.title + "\t" + focused.chart.xAxis.text(of: cursor)]
    for pane in panes {
      let chart = pane.chart
      for (index, layer) in chart.layers.enumerated() where !pane.hidden.contains(index) {
        if let value = layer.text(at: cursor, chart.yAxis) { lines.append(layer.name + "\t" + value) }
      }
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Places

  /// The charts that are shown, with their rectangles: in as few columns as give each enough rows; where there is no
  /// room for all, those around the focused one.
  public func places(in area: Rectangle) -> [(index: Int, area: Rectangle)] {
    guard !area.isEmpty else { return [] }
    if isSingle || panes.count == 1 { return [(focus, area)] }
    let down = max(1, area.rows / ChartStack.smallest.rows)
    let most = max(1, area.columns / ChartStack.smallest.columns)
    let across = min(most, (panes.count + down - 1) / down)
    let rows = min(down, (panes.count + across - 1) / across)
    let first = min(max(0, panes.count - across * rows), max(0, focus / across - rows + 1) * across)
    return (0..<min(across * rows, panes.count - first)).map { place in
      let (x, y) = (place % across, place / across)
      let (left, right) = (area.columns * x / across, area.columns * (x + 1) / across)
      let (top, bottom) = (area.rows * y / rows, area.rows * (y + 1) / rows)
      // A column free between two charts.
      let gap = x + 1 < across ? 1 : 0
      return (
        first + place,
        Rectangle(x: area.x + left, y: area.y + top, columns: right - left - gap, rows: bottom - top)
      )
    }
  }

  /// The rectangle of the focused chart.
  public func focusedPlace(in area: Rectangle) -> Rectangle {
    places(in: area).first { $0.index == focus }?.area ?? area
  }

  /// Draws the charts.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    for (index, place) in places(in: area) {
      var pane = panes[index]
      pane.isMarked = panes.count > 1 && index == focus
      pane.draw(in: place, on: &canvas)
    }
  }

  // MARK: Mouse

  /// Takes in what the mouse did.
  public mutating func handle(_ mouse: MouseInput, in area: Rectangle) {
    let point = Point(x: mouse.x, y: mouse.y)
    if mouse.kind != .drag, mouse.kind != .release {
      guard let place = places(in: area).first(where: { $0.area.contains(point) }) else { return }
      focus = place.index
    }
    let place = focusedPlace(in: area)
    switch mouse.kind {
    case .wheelUp, .wheelDown:
      let isCloser = mouse.kind == .wheelUp
      changeFocused { pane in
        if mouse.modifiers.contains(.shift) {
          pane.pan(x: isCloser ? -0.1 : 0.1)
        } else {
          pane.zoom(
            by: isCloser ? 0.8 : 1.25, at: point, vertically: mouse.modifiers.contains(.control), in: place)
        }
      }
    case .press:
      if let layer = focused.chart.layer(namedAt: point, in: place), mouse.button == .left {
        toggleLayer(focused.firstLook + layer)
      } else if mouse.button == .left {
        panes[focus].beginBox(at: point)
      } else {
        panes[focus].grab(at: point)
      }
    case .drag: changeFocused { $0.drag(to: point, in: place) }
    case .release: changeFocused { $0.release(in: place) }
    }
  }

  /// Gives up a box that is being drawn.
  ///
  /// - Returns: whether there was one.
  public mutating func cancelDrag() -> Bool {
    defer { panes[focus].cancelDrag() }
    return focused.selection != nil
  }
}
