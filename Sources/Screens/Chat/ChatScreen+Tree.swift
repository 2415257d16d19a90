import Drawing
import Sessions
import Widgets

/// What keys do while one looks at the tree.
enum TreeAction: String, Hashable, Sendable {
  case up, down, pageUp, pageDown, first, last, go, leave
}

// The tree of all branches.
extension ChatScreen {
  static let treeTable = KeyTable<TreeAction>([
    .init(.up, [KeyPress(.up), KeyPress(.character("k"))], "up"),
    .init(.down, [KeyPress(.down), KeyPress(.character("j"))], "down"),
    .init(.pageUp, [KeyPress(.pageUp)], "a page up"),
    .init(.pageDown, [KeyPress(.pageDown)], "a page down"),
    .init(.first, [KeyPress(.home)], "to the first turn"),
    .init(.last, [KeyPress(.end)], "to the last turn"),
    .init(.go, [KeyPress(.enter)], "show the branch of this turn, to its end"),
    .init(.leave, [KeyPress(.escape), KeyPress(.character("q")), KeyPress(.character("t"))], "back"),
  ])

  mutating func openTree() {
    let selection = treeSelection
    if selection.count > 0 { mode = .tree(selection) }
  }

  /// The tree's rows with the turn that is shown last chosen.
  var treeSelection: ListSelection {
    let rows = TreeRow.rows(of: conversation)
    var selection = ListSelection(count: rows.count)
    selection.select(rows.firstIndex { $0.id == conversation.tip } ?? 0)
    return selection
  }

  mutating func handleInTree(_ press: KeyPress, _ selection: ListSelection) -> [Effect] {
    guard let action = ChatScreen.treeTable.action(for: press) else { return handleAnywhere(press) }
    var selection = selection
    let page = max(1, size.rows - 4)
    switch action {
    case .up: selection.move(by: -1)
    case .down: selection.move(by: 1)
    case .pageUp: selection.move(by: -page)
    case .pageDown: selection.move(by: page)
    case .first: selection.select(0)
    case .last: selection.select(selection.count - 1)
    case .leave:
      mode = .writing
      return []
    case .go:
      mode = .writing
      let rows = TreeRow.rows(of: conversation)
      guard let row = selection.selected, rows.indices.contains(row) else { return [] }
      return [.happen(.movedTo(conversation.end(of: rows[row].id)))]
    }
    selection.reveal(rows: max(1, size.rows - 3))
    mode = .tree(selection)
    return []
  }

  func drawTree(_ selection: ListSelection, on canvas: inout Canvas) {
    canvas.cursor = nil
    canvas.fill(canvas.bounds, style: theme[.overlay])
    canvas.box(canvas.bounds, style: theme[.focusedBorder], title: "branches", titleStyle: theme[.title])
    drawTreeRows(selection, in: canvas.bounds.inset(columns: 1, rows: 1), hasFocus: true, on: &canvas)
  }

  func drawTreeRows(
    _ selection: ListSelection, in area: Rectangle, hasFocus: Bool, on canvas: inout Canvas
  ) {
    let rows = TreeRow.rows(of: conversation)
    let path = Set(conversation.path(to: conversation.tip))
    var selection = selection
    selection.setCount(rows.count)
    ListView(selection, hasFocus: hasFocus, theme: theme) { index in
      let row = rows[index]
      let style = theme[path.contains(row.id) ? .strong : .muted]
      // The branch that is shown is marked, not only brighter.
      let mark = path.contains(row.id) ? "*" : " "
      return [
        Span(mark + row.lines, theme[.border]),
        Span(row.isQuestion ? "❯ " : "● ", theme[row.isQuestion ? .user : .accent]),
        Span(printableLine(String((conversation[row.id]?.text ?? "").prefix(200))), style),
      ]
    }.draw(in: area, on: &canvas)
  }
}

/// A turn in the list that shows the tree.
struct TreeRow: Hashable {
  var id: Int
  /// The lines of the tree before it.
  var lines: String
  var isQuestion: Bool

  /// All turns, each behind its parent; only where branches part do they stand further in.
  static func rows(of conversation: Conversation) -> [TreeRow] {
    var children: [Int: [Entry]] = [:]
    for entry in conversation.entries where entry.isTurn { children[entry.parent, default: []].append(entry) }
    var rows: [TreeRow] = []
    // Depth first with a stack of our own: conversations are deeper than call stacks.
    var stack = siblings(children[0] ?? [], lines: "")
    while let (entry, lines, below) = stack.popLast() {
      rows.append(TreeRow(id: entry.id, lines: lines, isQuestion: entry.kind == .question))
      stack += siblings(children[entry.id] ?? [], lines: below)
    }
    return rows
  }

  /// The next turns to show, the first on top of the stack, with the lines before them and before what is below them.
  private static func siblings(_ entries: [Entry], lines: String) -> [(Entry, String, String)] {
    guard entries.count > 1 else { return entries.map { ($0, lines, lines) } }
    // Very deep nesting would leave no room for the text.
    let isDeep = lines.count > 24
    return entries.enumerated().reversed().map { index, entry in
      let isLast = index == entries.count - 1
      return isDeep ? (entry, lines, lines) : (entry, lines + (isLast ? "└ " : "├ "), lines + (isLast ? "  " : "│ "))
    }
  }
}
