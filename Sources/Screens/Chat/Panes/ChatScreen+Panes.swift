import Drawing
import Sessions
import Widgets

/// What keys do with the panes of a chat.
enum PaneAction: String, Hashable, Sendable {
  case toggle, focusNext, nextTab, tabBefore, zoom, grow, shrink
}

/// What keys do at the facts of a chat.
enum AboutAction: String, Hashable, Sendable {
  case up, down, leave
}

// Panes beside the transcript: shown and hidden, chosen by tabs, focused, zoomed and made wider by keys.
extension ChatScreen {
  static let paneTable = KeyTable<PaneAction>([
    .init(.toggle, [KeyPress(.function(8))], "show or hide the side pane (100 columns or more)"),
    .init(
      .focusNext, [KeyPress(.function(9)), KeyPress(.character("o"), .alt)], "give the other pane the keys"),
    .init(
      .nextTab, [KeyPress(.character("n"), .alt), KeyPress(.pageDown, .control)],
      "the side pane's next tab"),
    .init(.tabBefore, [KeyPress(.character("p"), .alt), KeyPress(.pageUp, .control)], "the side pane's tab before"),
    .init(
      .zoom, [KeyPress(.character("z"), .alt)], "zoom the pane that has the keys, or all again"),
    .init(
      .grow, [KeyPress(.character("+"), .alt), KeyPress(.character("="), .alt)], "make the pane that has the keys wider"
    ),
    .init(.shrink, [KeyPress(.character("-"), .alt)], "make the pane that has the keys narrower"),
  ])

  static let aboutTable = KeyTable<AboutAction>([
    .init(.up, [KeyPress(.up), KeyPress(.character("k"))], "a row up"),
    .init(.down, [KeyPress(.down), KeyPress(.character("j"))], "a row down"),
    .init(.leave, [KeyPress(.escape), KeyPress(.character("q"))], "back"),
  ])

  /// Whether the side pane has a place now.
  var hasSidePane: Bool { layout.isShown(in: size) }

  mutating func perform(_ action: PaneAction) {
    guard size.columns >= ChatLayout.fewestColumns else {
      hint = "panes need \(ChatLayout.fewestColumns) columns, this terminal has \(size.columns)"
      return
    }
    switch action {
    case .toggle:
      layout.isOpen.toggle()
      if !layout.isOpen, mode.sidePane != nil { mode = .writing }
      if !layout.isOpen, layout.isZoomed { layout.toggleZoom() }
    case .focusNext:
      if layout.isOpen, mode.sidePane != nil {
        mode = .writing
      } else {
        layout.isOpen = true
        focusSidePane()
      }
    case .nextTab, .tabBefore:
      guard layout.isOpen else {
        layout.isOpen = true
        return
      }
      let all = SidePane.allCases
      let index = all.firstIndex(of: layout.pane) ?? 0
      show(all[(index + (action == .nextTab ? 1 : all.count - 1)) % all.count])
    case .zoom:
      layout.isOpen = true
      layout.toggleZoom()
    case .grow, .shrink:
      guard layout.isOpen else { return }
      layout.grow(by: action == .grow ? 2 : -2, in: paneArea(in: size))
    }
  }

  /// Shows a tab; keys go on to where they went.
  mutating func show(_ pane: SidePane) {
    let hasKeys = mode.sidePane != nil
    layout.pane = pane
    guard hasKeys else { return }
    mode = .writing
    focusSidePane()
  }

  /// Gives the keys to what the side pane shows, if there is anything.
  mutating func focusSidePane() {
    switch layout.pane {
    case .tree: mode = .tree(treeSelection)
    case .tokens:
      guard let cursor = latestToken else {
        hint = "no answer has tokens yet"
        return
      }
      look(at: cursor)
    case .sampling: mode = .sampling(SamplingPanel())
    case .about: mode = .about(0)
    }
  }

  /// The latest token of the answer that is shown last.
  var latestToken: TokenCursor? {
    for turn in conversation.path(to: conversation.tip).reversed() {
      if let tokens = conversation.tokens[turn], !tokens.isEmpty {
        return TokenCursor(answer: turn, index: tokens.count - 1)
      }
    }
    return nil
  }

  mutating func handleInAbout(_ press: KeyPress, first: Int) -> [Effect] {
    guard let action = ChatScreen.aboutTable.action(for: press) else { return handleAnywhere(press) }
    switch action {
    case .up: mode = .about(max(0, first - 1))
    case .down: mode = .about(min(first + 1, aboutRows(columns: 40).count - 1))
    case .leave: mode = .writing
    }
    return []
  }
}

extension ChatScreen.Mode {
  /// Whether two answers fill the screen.
  var isComparing: Bool { if case .comparing = self { true } else { false } }

  /// The side pane that has the keys.
  var sidePane: SidePane? {
    switch self {
    case .tree: .tree
    case .tokens: .tokens
    case .sampling: .sampling
    case .about: .about
    case .writing, .turns, .comparing: nil
    }
  }
}
