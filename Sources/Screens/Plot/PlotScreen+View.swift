public import Drawing
import Sessions
import Widgets

// How plots look, at any size.
extension PlotScreen {
  /// The charts, and the status line where there is room for it.
  func areas(in size: Size) -> (charts: Rectangle, status: Rectangle) {
    let (charts, status) = Rectangle(size: size).splitBottom(size.rows >= 6 ? 1 : 0)
    return (charts, status)
  }

  /// Draws the whole screen.
  public func view(on canvas: inout Canvas) {
    let (charts, status) = areas(in: canvas.size)
    stack.draw(in: charts, on: &canvas)
    drawStatus(in: status, on: &canvas)
    guard let helpRow else { return }
    KeyHelpOverlay(keys: help, first: helpRow, theme: theme).draw(on: &canvas)
  }

  private func drawStatus(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    canvas.fill(area, style: theme[.statusBar])
    if let notice {
      let mark = notice.severity == .information ? "" : "! "
      canvas.write(
        " " + truncated(mark + printableLine(notice.text), to: max(0, area.columns - 1)), at: area.origin,
        style: theme[.statusBar].adding(.bold), in: area)
      return
    }
    var text = " " + truncated(printableLine(subject), to: max(8, area.columns / 3))
    for item in statusItems where TextWidth.columns(of: text + item) + 4 <= area.columns { text += " │ " + item }
    canvas.write(text, at: area.origin, style: theme[.statusBar], in: area)
  }

  /// What matters most comes first; on a narrow screen the rest is left out.
  private var statusItems: [String] {
    let chart = stack.focused.chart
    var items: [String] = []
    if stack.focused.viewport.x != nil {
      let axis = chart.xAxis
      items.append("\(axis.text(of: chart.visibleX.lower)) … \(axis.text(of: chart.visibleX.upper))")
    }
    items.append("? help")
    let scales = [chart.xAxis.scale == .logarithmic ? "log x" : "", chart.yAxis.scale == .logarithmic ? "log y" : ""]
    items += scales.filter { !$0.isEmpty }
    if stack.panes.count > 1 { items.append("chart \(stack.focus + 1) of \(stack.panes.count)") }
    items.append(stack.focused.form.rawValue)
    items.append("←→ cursor  + - zoom  0 all  q leave")
    return items
  }
}
