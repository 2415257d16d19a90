public import Drawing
import Sessions

extension ReplayScreen {
  /// Draws the whole screen, at any size: the chat as it was, below it the scrub bar.
  public func view(on canvas: inout Canvas) {
    let (screen, scrub, status) = areas(in: canvas.size)
    var inner = Canvas(size: screen.size)
    var shown = chat
    if let looked { shown.scroll = looked }
    shown.view(on: &inner)
    canvas.draw(inner, at: screen.origin)
    canvas.cursor = inner.cursor
    drawScrubBar(in: scrub, on: &canvas)
    drawStatus(in: status, on: &canvas)
    guard let helpRow else { return }
    KeyHelpOverlay(keys: help, first: helpRow, theme: theme).draw(on: &canvas)
  }

  /// The parts of the screen from top to bottom; those without room are empty.
  func areas(in size: Size) -> (screen: Rectangle, scrub: Rectangle, status: Rectangle) {
    let (screen, foot) = Rectangle(size: size).splitBottom(size.rows >= 10 ? 2 : size.rows >= 3 ? 1 : 0)
    let (scrub, status) = foot.splitTop(foot.rows - 1)
    return (screen, scrub, status)
  }

  private func drawScrubBar(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let last = area.columns - 1
    func column(_ time: Double) -> Int {
      length > 0 ? max(0, min(last, Int((time / length * Double(last)).rounded()))) : last
    }
    let here = column(played)
    canvas.horizontalLine(at: area.origin, columns: area.columns, "─", style: theme[.progressRest])
    canvas.horizontalLine(at: area.origin, columns: here, "━", style: theme[.progressDone])
    func put(_ character: Character, at place: Int, _ style: Style) {
      canvas.write(String(character), at: Point(x: area.x + place, y: area.y), style: style, in: area)
    }
    for question in questions {
      let place = column(playedTime(at: question))
      put(place < here ? "╋" : "┼", at: place, theme[place < here ? .progressDone : .progressRest])
    }
    for position in markerPositions { put("◆", at: column(playedTime(at: position)), theme[.warning]) }
    put("●", at: here, theme[.accent])
  }

  private func drawStatus(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    canvas.fill(area, style: theme[.statusBar])
    // What matters most comes first; on a narrow screen the rest is left out.
    var text = ""
    for item in statusItems where TextWidth.columns(of: text + item) + 3 <= area.columns || text.isEmpty {
      text += (text.isEmpty ? " " : " │ ") + item
    }
    canvas.write(text, at: area.origin, style: theme[.statusBar], in: area)
  }

  private var statusItems: [String] {
    let isAtEnd = position == log.events.count
    let state = isPaused ? "paused" : isAtEnd ? "end" : "replay"
    let speedText = speed < 1 ? (speed == 0.5 ? "0.5x" : "0.25x") : "\(Int(speed))x"
    let clock = "\(ProgressText.clock(seconds)) / \(ProgressText.clock(log.seconds))"
    var items = ["\(state) \(speedText)  \(clock)"]
    if let notice { items.append(printableLine(notice.text)) }
    if let marker = markers.last(where: { log.count(at: $0.seconds) == position }), !marker.label.isEmpty {
      items.append("◆ " + printableLine(marker.label))
    }
    let turn = questions.count { $0 <= position }
    items += ["turn \(turn)/\(questions.count)", "event \(position)/\(log.events.count)"]
    if !shortensPauses { items.append("pauses as recorded") }
    return items + ["space ←→ , . [ ] { } - +", "? help", "q leave"]
  }
}
