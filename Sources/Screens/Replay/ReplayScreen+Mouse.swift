import Drawing
import Sessions

// What the mouse does while a session plays.
extension ReplayScreen {
  /// A click on the scrub bar goes there, a drag from it takes the session along, the wheel scrolls the transcript.
  mutating func handle(_ mouse: MouseInput) {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: mouse, of: help)
      return
    }
    let scrub = areas(in: size).scrub
    switch mouse.kind {
    case .press where mouse.button == .left:
      isScrubbing = scrub.contains(Point(x: mouse.x, y: mouse.y))
      if isScrubbing { seek(toColumn: mouse.x, of: scrub) }
    case .drag: if isScrubbing { seek(toColumn: mouse.x, of: scrub) }
    case .release: isScrubbing = false
    default: if let direction = mouse.wheelDirection { scroll(byRows: 3 * direction) }
    }
  }

  private mutating func seek(toColumn x: Int, of scrub: Rectangle) {
    notice = nil
    ticked = nil
    let last = scrub.columns - 1
    // The last column is the end, also of events that all come at once.
    if x >= scrub.x + last { return move(to: log.events.count) }
    seek(toPlayed: length * Double(max(0, x - scrub.x)) / Double(max(1, last)))
  }

  /// Looks at another part of the transcript. The chat itself stays as it was recorded, so that it goes on as it did.
  private mutating func scroll(byRows distance: Int) {
    var shown = chat
    shown.size = areas(in: size).screen.size
    if let looked { shown.scroll = looked }
    shown.scroll(byRows: distance)
    looked = shown.scroll
  }
}
