import Drawing
import Sessions

// What the mouse does.
extension HomeScreen {
  /// The wheel moves, a click selects, a click on what is selected chooses it.
  mutating func handle(_ mouse: MouseInput) -> [Effect] {
    if helpRow != nil {
      if mouse.isClick { helpRow = nil }
      return []
    }
    if let direction = mouse.wheelDirection {
      move(by: direction)
      return []
    }
    let list = areas(in: size).list
    guard mouse.isClick, list.contains(Point(x: mouse.x, y: mouse.y)) else { return [] }
    let index = firstItem(rows: list.rows) + mouse.y - list.y
    guard items.indices.contains(index) else { return [] }
    if index == selected, hasMoved { return choose() }
    selected = index
    hasMoved = true
    return []
  }
}
