import Sessions

// What the mouse does.
extension ChatScreen {
  mutating func handle(_ mouse: MouseInput) {
    guard let direction = mouse.wheelDirection else { return }
    if let row = helpRow {
      helpRow = max(0, min(row + direction, help.count - 1))
    } else {
      scroll(byRows: 3 * direction)
    }
  }
}
