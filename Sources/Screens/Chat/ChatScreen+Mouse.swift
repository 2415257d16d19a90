import Sessions

// What the mouse does.
extension ChatScreen {
  mutating func handle(_ mouse: MouseInput) -> [Effect] {
    if let row = helpRow {
      if let direction = mouse.wheelDirection { helpRow = max(0, min(row + direction, help.count - 1)) }
      return []
    }
    if hasSidePane, !mode.isComparing { return handleAmongPanes(mouse) }
    if let direction = mouse.wheelDirection { scroll(byRows: 3 * direction) }
    return []
  }
}
