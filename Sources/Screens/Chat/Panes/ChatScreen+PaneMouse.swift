import Drawing
import Sessions
import Widgets

// The mouse among the panes: the line between them is dragged, a click gives a pane the keys or takes what is there.
extension ChatScreen {
  /// Takes in what the mouse did where a side pane is shown.
  mutating func handleAmongPanes(_ mouse: MouseInput) -> [Effect] {
    let area = paneArea(in: size)
    let place = Point(x: mouse.x, y: mouse.y)
    let parts = sideParts(in: size)
    switch mouse.kind {
    case .press where mouse.button == .left:
      layout.press(at: place, in: area)
      // Taking hold of the line leaves the keys where they are; so does what the panes themselves make of a click.
      layout.focus(side: mode.sidePane != nil)
      if layout.isDragged { return [] }
      if parts.tabs.contains(place) {
        guard let tab = tabBar.tab(at: place, in: parts.tabs) else { return [] }
        layout.pane = SidePane.allCases[tab]
        mode = .writing
        focusSidePane()
      } else if parts.content.contains(place) {
        return click(row: mouse.y - parts.content.y, rows: parts.content.rows)
      } else if areas(in: size).main.contains(place), mode.sidePane != nil {
        mode = .writing
      }
    case .drag: layout.drag(to: place, in: area)
    case .release: layout.release()
    default:
      guard let direction = mouse.wheelDirection else { break }
      if parts.content.contains(place) { return wheel(direction) }
      scroll(byRows: 3 * direction)
    }
    return []
  }

  /// A click on a row of what the side pane shows.
  private mutating func click(row: Int, rows: Int) -> [Effect] {
    let hadKeys = mode.sidePane != nil
    if !hadKeys { focusSidePane() }
    switch mode {
    case .tree(var selection):
      let clicked = selection.firstVisible(rows: rows) + row
      guard clicked < selection.count else { return [] }
      // A click on what is chosen takes it, as in every list.
      if hadKeys, clicked == selection.selected { return handleInTree(KeyPress(.enter), selection) }
      selection.select(clicked)
      selection.reveal(rows: rows)
      mode = .tree(selection)
    case .sampling(var panel):
      let clicked = panel.selection.firstVisible(rows: rows) + row
      guard clicked < panel.selection.count else { return [] }
      panel.selection.select(clicked)
      panel.typed = ""
      mode = .sampling(panel)
    case .tokens(var cursor):
      guard let tokens = conversation.tokens[cursor.answer], tokens.indices.contains(cursor.index) else { return [] }
      let alternative = row - tokenFacts(cursor).count
      guard tokens[cursor.index].top.indices.contains(alternative) else { return [] }
      if hadKeys, cursor.alternative == alternative { return handleInTokens(KeyPress(.enter), cursor) }
      cursor.alternative = alternative
      mode = .tokens(cursor)
    default: break
    }
    return []
  }

  /// The wheel over the side pane moves what is chosen there.
  private mutating func wheel(_ direction: Int) -> [Effect] {
    guard mode.sidePane != nil else { return [] }
    let press = KeyPress(direction < 0 ? .up : .down)
    switch mode {
    case .tree(let selection): return handleInTree(press, selection)
    case .tokens(let cursor): return handleInTokens(press, cursor)
    case .sampling(let panel): return handleInSampling(press, panel)
    case .about(let first): return handleInAbout(press, first: first)
    default: return []
    }
  }
}
