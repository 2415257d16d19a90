public import Drawing

/// Named panes in splits within splits: one has the focus, and it can be zoomed to take the whole area.
public struct Panes: Hashable, Sendable {
  /// A pane, or a split of some.
  public indirect enum Node: Hashable, Sendable {
    case pane(String)
    case split(Split, [Node])
  }

  private var root: Node
  /// The pane that has the focus.
  public private(set) var focused: String
  /// Whether it takes the whole area.
  public private(set) var isZoomed = false

  /// Creates panes; the first has the focus. A split must have as many shares as nodes.
  public init(_ root: Node) {
    self.root = root
    focused = ""
    focused = names.first ?? ""
  }

  /// The panes' names, from left to right and from top to bottom.
  public var names: [String] { Panes.names(of: root) }

  /// The shares of all splits, for remembering; see `setFractions`.
  public var fractions: [[Double]] { Panes.fractions(of: root) }

  /// Takes remembered shares; those that do not fit these splits are left out.
  public mutating func setFractions(_ new: [[Double]]) {
    var rest = new[...]
    Panes.change(&root) { split in
      guard let next = rest.popFirst(), next.count == split.fractions.count else { return }
      split.setFractions(next)
    }
  }

  /// The panes that are shown, with their rectangles; those without room are left out.
  public func areas(in area: Rectangle) -> [(name: String, area: Rectangle)] {
    isZoomed ? [(focused, area)] : Panes.areas(of: root, in: area).filter { !$0.area.isEmpty }
  }

  /// The lines between the panes.
  public func dividers(in area: Rectangle) -> [(axis: Split.Axis, area: Rectangle)] {
    isZoomed ? [] : Panes.dividers(of: root, in: area).filter { !$0.area.isEmpty }
  }

  /// Gives a pane the focus; does nothing where there is no such pane.
  public mutating func focus(_ name: String) {
    if names.contains(name) { focused = name }
  }

  /// Gives the next pane (or the one before, negative) the focus, around the end.
  public mutating func focusNext(by distance: Int = 1) {
    let names = names
    guard let index = names.firstIndex(of: focused) else { return }
    focused = names[((index + distance) % names.count + names.count) % names.count]
  }

  /// Lets the focused pane take the whole area, or gives the others their places back.
  public mutating func toggleZoom() { isZoomed.toggle() }

  /// Whether a line between panes is being dragged.
  public var isDragged: Bool { Panes.isDragged(root) }

  /// Makes the focused pane so many cells larger (smaller: negative), at the cost of a neighbour, for keys.
  public mutating func grow(by cells: Int, in area: Rectangle) {
    guard !isZoomed else { return }
    Panes.grow(&root, focused, by: cells, in: area)
  }

  /// A press at a place: takes hold of a line, or gives the pane there the focus.
  public mutating func press(at point: Point, in area: Rectangle) {
    guard !isZoomed else { return }
    var isHeld = false
    Panes.change(&root, in: area) { split, area in
      if !isHeld { isHeld = split.beginDrag(at: point, in: area) }
    }
    if !isHeld, let pane = areas(in: area).first(where: { $0.area.contains(point) }) { focused = pane.name }
  }

  /// A move with the button held.
  public mutating func drag(to point: Point, in area: Rectangle) {
    Panes.change(&root, in: area) { split, area in split.drag(to: point, in: area) }
  }

  /// The button was let go.
  public mutating func release() { Panes.change(&root) { $0.endDrag() } }

  // MARK: Walks over the tree

  private static func names(of node: Node) -> [String] {
    switch node {
    case .pane(let name): [name]
    case .split(_, let nodes): nodes.flatMap(names)
    }
  }

  private static func isDragged(_ node: Node) -> Bool {
    guard case .split(let split, let nodes) = node else { return false }
    return split.dragged != nil || nodes.contains(where: isDragged)
  }

  /// Changes the innermost split that holds the pane.
  private static func grow(_ node: inout Node, _ name: String, by cells: Int, in area: Rectangle) {
    guard case .split(var split, var nodes) = node,
      let index = nodes.firstIndex(where: { names(of: $0).contains(name) })
    else { return }
    if case .pane = nodes[index] {
      split.grow(index, by: cells, in: area)
    } else {
      grow(&nodes[index], name, by: cells, in: split.areas(in: area)[index])
    }
    node = .split(split, nodes)
  }

  private static func fractions(of node: Node) -> [[Double]] {
    switch node {
    case .pane: []
    case .split(let split, let nodes): [split.fractions] + nodes.flatMap(fractions)
    }
  }

  private static func areas(of node: Node, in area: Rectangle) -> [(name: String, area: Rectangle)] {
    switch node {
    case .pane(let name): [(name, area)]
    case .split(let split, let nodes): zip(nodes, split.areas(in: area)).flatMap { areas(of: $0, in: $1) }
    }
  }

  private static func dividers(of node: Node, in area: Rectangle) -> [(axis: Split.Axis, area: Rectangle)] {
    guard case .split(let split, let nodes) = node else { return [] }
    return split.dividers(in: area).map { (split.axis, $0) }
      + zip(nodes, split.areas(in: area)).flatMap { dividers(of: $0, in: $1) }
  }

  private static func change(_ node: inout Node, _ body: (inout Split) -> Void) {
    guard case .split(var split, var nodes) = node else { return }
    body(&split)
    for index in nodes.indices { change(&nodes[index], body) }
    node = .split(split, nodes)
  }

  private static func change(_ node: inout Node, in area: Rectangle, _ body: (inout Split, Rectangle) -> Void) {
    guard case .split(var split, var nodes) = node else { return }
    let areas = split.areas(in: area)
    body(&split, area)
    for index in nodes.indices { change(&nodes[index], in: areas[index], body) }
    node = .split(split, nodes)
  }
}
