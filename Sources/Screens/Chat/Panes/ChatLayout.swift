import Drawing
import Sessions
import Widgets

/// What can be shown beside the transcript.
enum SidePane: String, Hashable, Sendable, CaseIterable {
  case tree, tokens, sampling, about
}

/// How a chat's panes lie on a screen that is wide enough for two.
struct ChatLayout: Hashable, Sendable {
  /// Fewest columns at which a side pane is shown; below, what it would show lies over the transcript or under it.
  static let fewestColumns = 100
  private static let (chat, side) = ("chat", "side")

  /// Whether the side pane is wanted.
  var isOpen = false
  /// What it shows.
  var pane = SidePane.tree
  private var panes = Panes(
    .split(Split(.columns, fractions: [0.62, 0.38], minimum: 30), [.pane(chat), .pane(side)]))

  /// What is remembered of it.
  var remembered: PaneLayout { PaneLayout(pane: pane.rawValue, isOpen: isOpen, fractions: panes.fractions) }

  /// Takes what was remembered; what does not fit is left out.
  mutating func take(_ layout: PaneLayout) {
    isOpen = layout.isOpen
    pane = SidePane(rawValue: layout.pane) ?? pane
    panes.setFractions(layout.fractions)
  }

  /// Gives the keys to the side pane, or to the transcript.
  mutating func focus(side isSide: Bool) { panes.focus(isSide ? ChatLayout.side : ChatLayout.chat) }

  /// Whether the pane that has the keys takes the whole screen.
  var isZoomed: Bool { panes.isZoomed }
  mutating func toggleZoom() { panes.toggleZoom() }

  /// Whether the line between the panes is held.
  var isDragged: Bool { panes.isDragged }
  mutating func press(at point: Point, in area: Rectangle) { panes.press(at: point, in: area) }
  mutating func drag(to point: Point, in area: Rectangle) { panes.drag(to: point, in: area) }
  mutating func release() { panes.release() }

  /// Makes the pane that has the keys so many columns wider.
  mutating func grow(by columns: Int, in area: Rectangle) { panes.grow(by: columns, in: area) }

  /// Whether a side pane has a place on a screen of this size.
  func isShown(in size: Size) -> Bool { isOpen && size.columns >= ChatLayout.fewestColumns && size.rows >= 6 }

  /// Where the transcript and the side pane lie, with the line between them; what is not shown has no place.
  func places(in area: Rectangle) -> (chat: Rectangle, line: Rectangle, side: Rectangle) {
    let areas = panes.areas(in: area)
    let none = Rectangle(x: area.x, y: area.y, columns: 0, rows: 0)
    func place(_ name: String) -> Rectangle { areas.first { $0.name == name }?.area ?? none }
    return (place(ChatLayout.chat), panes.dividers(in: area).first?.area ?? none, place(ChatLayout.side))
  }
}
