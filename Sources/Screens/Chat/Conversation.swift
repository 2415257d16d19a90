public import Sessions

/// The turns of a chat as a tree that only grows, with a path through it that is shown.
///
/// Entries stand in the order they came in. Questions and answers are turns with a number; notices and what was
/// withdrawn hang at the turn that was shown last when they came.
public struct Conversation: Hashable, Sendable {
  /// Everything that ever was, in the order it came.
  public private(set) var entries: [Entry] = []
  /// The last turn of the path that is shown; 0 before the first.
  public private(set) var tip = 0
  /// The number of the next turn.
  public private(set) var nextID = 1
  /// The tokens of each answer.
  private(set) var tokens: [Int: [GeneratedToken]] = [:]
  /// Where each turn stands in `entries`.
  private var indices: [Int: Int] = [:]

  /// An empty conversation.
  public init() {}

  /// The entry of a turn.
  public subscript(id: Int) -> Entry? { indices[id].map { entries[$0] } }

  /// Keeps numbers up to this one free, for turns that are promised.
  mutating func reserve(through id: Int) { nextID = max(nextID, id + 1) }

  /// Adds a turn behind another; the path then leads to it if it led to the other.
  ///
  /// A number that is taken, or a parent that is none, can only come from a damaged log: then the next number and the
  /// end of the path stand in.
  ///
  /// - Returns: the number it got.
  @discardableResult
  mutating func append(
    _ kind: Entry.Kind, _ text: String, at place: TurnPlace, follows: Bool, images: [ImageReference] = []
  ) -> Int {
    let isFree = place.id > 0 && place.id < 1 << 40 && indices[place.id] == nil
    let id = isFree ? place.id : nextID
    let parent = place.parent == 0 || indices[place.parent] != nil ? place.parent : tip
    let isQuestion = kind == .question
    let turn = (self[parent]?.turn ?? 0) + (isQuestion ? 1 : 0)
    indices[id] = entries.count
    entries.append(Entry(kind: kind, id: id, parent: parent, turn: turn, text: text, images: images))
    reserve(through: id)
    if follows || tip == parent { tip = id }
    return id
  }

  /// Adds a line that tells something.
  mutating func append(_ notice: Notice) {
    entries.append(
      Entry(kind: .notice(notice.severity), id: 0, parent: tip, turn: self[tip]?.turn ?? 0, text: notice.text))
  }

  /// Changes the entry of a turn in place.
  mutating func change(_ id: Int, _ body: (inout Entry) -> Void) {
    guard let index = indices[id] else { return }
    body(&entries[index])
  }

  /// Adds tokens to an answer.
  mutating func append(_ new: some Sequence<GeneratedToken>, to id: Int) {
    tokens[id, default: []].append(contentsOf: new)
  }

  /// Takes a turn out of the conversation; it stays to be seen.
  mutating func withdraw(_ id: Int) {
    guard let parent = self[id]?.parent else { return }
    change(id) { $0.isWithdrawn = true }
    if tip == id { tip = parent }
  }

  /// Makes the path end at a turn; 0 empties it. A turn that is not there changes nothing.
  mutating func move(to id: Int) {
    guard id == 0 || self[id].map({ !$0.isWithdrawn }) == true else { return }
    tip = id
  }

  /// The turns from the first to this one.
  public func path(to id: Int) -> [Int] {
    var path: [Int] = []
    var next = id
    // A parent is always older, so this ends.
    while let index = indices[next], path.count < entries.count {
      path.append(next)
      next = entries[index].parent
    }
    return path.reversed()
  }

  /// What is shown: the path, and what hangs at it.
  public var shown: [Entry] {
    let path = Set(path(to: tip))
    return entries.filter { entry in
      entry.isTurn ? path.contains(entry.id) : entry.parent == 0 || path.contains(entry.parent)
    }
  }

  /// The turns that follow a turn, oldest first.
  public func children(of id: Int) -> [Int] { entries.filter { $0.isTurn && $0.parent == id }.map(\.id) }

  /// The turns that stand in a turn's place on other branches, and itself, oldest first.
  public func siblings(of id: Int) -> [Int] { self[id].map { children(of: $0.parent) } ?? [] }

  /// The end of the branch that a turn is on: its youngest descendant by youngest children.
  public func end(of id: Int) -> Int {
    var end = id
    while let child = children(of: end).last { end = child }
    return end
  }

  /// Tokens of the context that are taken when a turn has been reached: what the last answer before it had read, and
  /// what was drawn. Where a prompt's length comes at the answer's end, what was counted before stands until then.
  public func contextTokens(at id: Int) -> Int {
    var next = id
    while let entry = self[next] {
      if case .answer(let answer) = entry.kind, answer.promptTokens > 0 { return answer.promptTokens + answer.tokens }
      next = entry.parent
    }
    return 0
  }

  /// The messages up to and with a turn.
  public func messages(to id: Int) -> [ChatMessage] {
    path(to: id).compactMap { self[$0] }.map {
      ChatMessage(role: $0.kind == .question ? "user" : "assistant", content: $0.text, images: $0.images)
    }
  }
}
