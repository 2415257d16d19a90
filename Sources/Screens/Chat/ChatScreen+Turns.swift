import Drawing
import Sessions
import Widgets

/// What keys do while one looks at the turns.
enum TurnAction: String, Hashable, Sendable {
  case up, down, branchLeft, branchRight, edit, again, goOn, tokens, tint, copy, compare, tree, leave
}

// Looking at the turns: edit one, draw one again, go on from one, walk between branches.
extension ChatScreen {
  static let turnTable = KeyTable<TurnAction>([
    .init(.up, [KeyPress(.up), KeyPress(.character("k"))], "the turn before"),
    .init(.down, [KeyPress(.down), KeyPress(.character("j"))], "the next turn"),
    .init(.branchLeft, [KeyPress(.left), KeyPress(.character("h"))], "the branch before, where there are several"),
    .init(.branchRight, [KeyPress(.right), KeyPress(.character("l"))], "the next branch"),
    .init(.edit, [KeyPress(.character("e"))], "change the question and ask it on a branch of its own"),
    .init(.again, [KeyPress(.character("r"))], "draw another answer"),
    .init(
      .goOn, [KeyPress(.enter), KeyPress(.character("f"))], "go on from here (behind an answer, before a question)"),
    .init(.tokens, [KeyPress(.character("i"))], "look at the answer's tokens"),
    .init(.tint, [KeyPress(.character("s"))], "mark what surprised the model, in all answers"),
    .init(
      .compare, [KeyPress(.character("c"))], "put the answer beside the one on the branch before; choose the better"),
    .init(.copy, [KeyPress(.character("y"))], "copy its text to the clipboard (OSC 52)"),
    .init(.tree, [KeyPress(.character("t"))], "the tree of all branches"),
    .init(.leave, [KeyPress(.escape), KeyPress(.tab), KeyPress(.character("q"))], "back to writing"),
  ])

  mutating func enterTurns() {
    guard conversation.tip > 0 else { return }
    choose(conversation.tip)
  }

  /// Chooses a turn of the path and shows it.
  mutating func choose(_ id: Int) {
    mode = .turns(id)
    guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
    scroll = TranscriptAnchor(entry: index, offset: 0)
  }

  mutating func handleInTurns(_ press: KeyPress, chosen: Int) -> [Effect] {
    guard let action = ChatScreen.turnTable.action(for: press) else { return handleAnywhere(press) }
    switch action {
    case .up, .down: step(from: chosen, by: action == .up ? -1 : 1)
    case .branchLeft: return walk(from: chosen, by: -1)
    case .branchRight: return walk(from: chosen, by: 1)
    case .edit: edit(chosen)
    case .again: return orderAnswer(to: chosen)
    case .goOn: return goOn(from: chosen)
    case .tokens: openTokens(of: chosen)
    case .tint: isTinted.toggle()
    case .copy: return copy(chosen)
    case .compare: compare(chosen)
    case .tree: openTree()
    case .leave: leaveTurns()
    }
    return []
  }

  mutating func leaveTurns() {
    mode = .writing
    scroll = nil
  }

  private mutating func step(from chosen: Int, by distance: Int) {
    let path = conversation.path(to: conversation.tip)
    guard let index = path.firstIndex(of: chosen) else { return enterTurns() }
    choose(path[max(0, min(index + distance, path.count - 1))])
  }

  private func walk(from chosen: Int, by distance: Int) -> [Effect] {
    let siblings = conversation.siblings(of: chosen)
    guard let index = siblings.firstIndex(of: chosen), siblings.indices.contains(index + distance) else { return [] }
    return [.happen(.movedTo(conversation.end(of: siblings[index + distance])))]
  }

  private mutating func edit(_ chosen: Int) {
    guard let entry = conversation[chosen] else { return }
    // An answer is changed by changing its question.
    let question = entry.kind == .question ? entry : conversation[entry.parent] ?? entry
    leaveTurns()
    editor.replace(with: question.text)
    editing = question.id
  }

  private mutating func orderAnswer(to chosen: Int) -> [Effect] {
    guard let entry = conversation[chosen], activity == .idle else { return [] }
    let question = entry.kind == .question ? entry.id : entry.parent
    leaveTurns()
    return [.happen(.answerOrdered(AnswerOrder(place: TurnPlace(id: conversation.nextID, parent: question))))]
  }

  private mutating func goOn(from chosen: Int) -> [Effect] {
    guard let entry = conversation[chosen] else { return [] }
    leaveTurns()
    let target = entry.kind == .question ? entry.parent : entry.id
    return target == conversation.tip ? [] : [.happen(.movedTo(target))]
  }

  /// Hands a turn's text to the clipboard.
  func copy(_ turn: Int) -> [Effect] { conversation[turn].map { [.copy($0.text)] } ?? [] }

  /// Shows the path to a turn; what is asked next follows it.
  mutating func move(to turn: Int) {
    let chosen: Int? = if case .turns(let id) = mode { id } else { nil }
    let depth = chosen.flatMap { conversation.path(to: conversation.tip).firstIndex(of: $0) }
    conversation.move(to: turn)
    nextParent = nil
    editing = nil
    scroll = nil
    isUnfinished = activity == .idle && conversation.lacksAnswer
    // The choice stays at its place on the other branch.
    guard let depth else { return }
    let path = conversation.path(to: conversation.tip)
    if path.isEmpty { mode = .writing } else { choose(path[min(depth, path.count - 1)]) }
  }

  /// One more answer to a question, from its beginning or from a token of another answer.
  mutating func take(_ order: AnswerOrder) -> [Effect] {
    guard case .ready = model, activity == .idle, visit == nil, let question = conversation[order.place.parent],
      question.kind == .question, !question.isWithdrawn
    else { return [] }
    scroll = nil
    if order.model != nil { return beginVisit(for: order) }
    conversation.move(to: question.id)
    if order.fork == nil, opening?.settings.temperature == 0, !conversation.children(of: question.id).isEmpty {
      add(Notice(.information, "at temperature 0 every answer is the same"))
    }
    return request(order)
  }
}

extension Conversation {
  /// Whether an answer that was cut off can go on: a server's, of which something is there.
  func canGoOn(with entry: Entry) -> Bool {
    tokens[entry.id]?.last?.id == GeneratedToken.unknownID && entry.text.contains { !$0.isWhitespace }
  }

  /// Whether the path ends with a question that has no answer, or with an answer that is not whole.
  var lacksAnswer: Bool {
    switch self[tip]?.kind {
    case .question: children(of: tip).isEmpty
    case .answer(let answer):
      switch answer.state {
      case .cutOff, .finished(.failed): true
      default: false
      }
    default: false
    }
  }
}
