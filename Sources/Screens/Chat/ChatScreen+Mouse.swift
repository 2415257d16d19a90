import Sessions

// What the mouse does.
extension ChatScreen {
  mutating func handle(_ mouse: MouseInput) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: mouse, of: help)
      return []
    }
    if hasSidePane, !mode.isComparing { return handleAmongPanes(mouse) }
    if let direction = mouse.wheelDirection { scroll(byRows: 3 * direction) }
    return []
  }
}
