import Drawing
import Sessions
import Widgets

/// What the rows of the home screen can be ordered by.
enum HomeColumn: String, Hashable, Sendable, CaseIterable {
  case kind, title, turns, model, tags, age, name

  /// Those that mean an order, in the order that a key goes through them.
  static let orders: [HomeColumn] = [.title, .turns, .model, .tags, .age]

  /// Whether the greatest comes first to begin with: the most turns, the newest session.
  var beginsDescending: Bool { self == .turns || self == .age }
}

/// The order of the home screen's rows.
struct HomeOrder: Hashable, Sendable {
  /// What decides; `nil` leaves sessions from the newest to the oldest and models as they were found.
  var column: HomeColumn?
  var isDescending = false

  /// Orders by a column, or the other way round where it decides already.
  mutating func choose(_ new: HomeColumn) {
    isDescending = new == column ? !isDescending : new.beginsDescending
    column = new
  }

  /// The next column, and behind the last none.
  mutating func chooseNext() {
    let orders = HomeColumn.orders
    guard let column, let index = orders.firstIndex(of: column) else { return choose(orders[0]) }
    if index + 1 < orders.count { choose(orders[index + 1]) } else { self = HomeOrder() }
  }

  /// The places of some elements in this order; equal ones stay as they are.
  func places<Element>(
    of elements: [Element], text: (Element, HomeColumn) -> String?, number: (Element, HomeColumn) -> Double?
  ) -> [Int] {
    guard let column, !elements.isEmpty else { return Array(elements.indices) }
    if number(elements[0], column) != nil {
      return sorted(elements.map { number($0, column) ?? 0 })
    }
    return sorted(elements.map { FoldedKey(text: text($0, column) ?? "") })
  }

  private func sorted(_ keys: [some Comparable]) -> [Int] {
    keys.indices.sorted { one, other in
      if keys[one] == keys[other] { return one < other }
      return isDescending ? keys[one] > keys[other] : keys[one] < keys[other]
    }
  }

  /// A text that is ordered without regard to case; empty ones come last.
  private struct FoldedKey: Comparable {
    let text: String
    init(text: String) { self.text = text.lowercased() }
    static func < (one: Self, other: Self) -> Bool {
      if one.text.isEmpty || other.text.isEmpty { return !one.text.isEmpty && other.text.isEmpty }
      return one.text < other.text
    }
  }
}

// The rows: what can be chosen, in the order it is shown.
extension HomeScreen {
  /// A row, by its place among the sessions or models that are listed.
  enum Row: Hashable, Sendable {
    case newChat
    case session(Int)
    case model(Int)
  }

  /// The rows for what is known now. What was chosen stays chosen, wherever it goes; until the user has moved, what is
  /// most likely wanted is.
  mutating func arrange() {
    let before = item
    listed = found?.matches.map(\.summary) ?? sessions ?? []
    offered = found == nil ? (models ?? []).filter { $0.path == nil || $0.name != defaultModel } : []
    hasTags = listed.contains { !$0.tags.isEmpty }
    rows = arrangedRows()
    selection.setCount(rows.count)
    guard hasMoved else {
      let missing = rows.firstIndex { row in
        if case .model(let index) = row { offered[index].name == defaultModel } else { false }
      }
      selection.select(hasDefaultModel || found != nil ? 0 : missing ?? 0)
      return
    }
    if let before, let place = rows.firstIndex(where: { isSame(item(of: $0), before) }) { selection.select(place) }
  }

  private func arrangedRows() -> [Row] {
    let sessionOrder = order.places(
      of: listed,
      text: { session, column in
        switch column {
        case .model: session.model
        case .tags: session.tags.joined(separator: " ")
        case .name: session.name
        default: session.title
        }
      },
      number: { session, column in
        switch column {
        case .turns: Double(session.turns)
        case .age: session.created
        default: nil
        }
      })
    if found != nil { return sessionOrder.map { .session($0) } }
    let modelOrder = order.places(
      of: offered, text: { model, column in column == .model ? model.details : model.name },
      number: { model, column in column == .age ? Double(model.bytes) : nil })
    // What was left unfinished comes first, whatever the order.
    let unfinished = listed.firstIndex { $0.isUnfinished && $0.turns > 0 }
    return (unfinished.map { [.session($0)] } ?? []) + [.newChat] + modelOrder.map { .model($0) }
      + sessionOrder.filter { $0 != unfinished }.map { .session($0) }
  }

  /// What a row stands for.
  func item(of row: Row) -> Item? {
    switch row {
    case .newChat: .newChat
    case .session(let index): listed.indices.contains(index) ? .session(listed[index]) : nil
    case .model(let index): offered.indices.contains(index) ? .model(offered[index]) : nil
    }
  }

  private func isSame(_ one: Item?, _ other: Item) -> Bool {
    switch (one, other) {
    case (.newChat, .newChat): true
    case (.session(let one), .session(let other)): one.path == other.path
    case (.model(let one), .model(let other)): one.name == other.name
    default: false
    }
  }

  /// What is chosen.
  var item: Item? { selection.selected.flatMap { rows.indices.contains($0) ? item(of: rows[$0]) : nil } }

  /// Puts the rows into another order.
  mutating func reorder(_ change: (inout HomeOrder) -> Void) {
    change(&order)
    hasMoved = true
    arrange()
  }
}
