import Drawing
import Sessions
import Widgets

// What the mouse does.
extension HomeScreen {
  /// The wheel moves, a click selects, a click on what is selected chooses it, a click on a title orders by its column.
  mutating func handle(_ mouse: MouseInput) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: mouse, of: help)
      return []
    }
    if let direction = mouse.wheelDirection {
      move(by: direction)
      return []
    }
    let list = areas(in: size).list
    let place = Point(x: mouse.x, y: mouse.y)
    guard mouse.isClick else { return [] }
    let table = table(in: list.columns)
    if let column = table.column(at: place, in: list) {
      let chosen = columns(in: list.columns)[column]
      // What kind of row it is decides where it stands already.
      if chosen != .kind { reorder { $0.choose(chosen) } }
      return []
    }
    guard let row = table.row(at: place, in: list) else { return [] }
    if row == selection.selected, hasMoved { return choose() }
    selection.select(row)
    hasMoved = true
    return []
  }
}
