import Drawing
import Sessions
import Widgets

/// What keys do with two answers side by side.
enum ComparisonAction: String, Hashable, Sendable {
  case up, down, pageUp, pageDown, left, right, otherModel, leave
}

/// Two answers to one question, and the first row that is shown of both.
struct Comparison: Hashable, Sendable {
  var left: Int
  var right: Int
  var first = 0
}

// Side by side: two seeds, settings or models on one question; choosing the better one is kept for training.
extension ChatScreen {
  static let comparisonTable = KeyTable<ComparisonAction>([
    .init(.left, [KeyPress(.character("1")), KeyPress(.left)], "the left one is better: keep that and go on with it"),
    .init(.right, [KeyPress(.character("2")), KeyPress(.right)], "the right one is better"),
    .init(.up, [KeyPress(.up)], "a row up"),
    .init(.down, [KeyPress(.down)], "a row down"),
    .init(.pageUp, [KeyPress(.pageUp)], "a page up"),
    .init(.pageDown, [KeyPress(.pageDown)], "a page down"),
    .init(.otherModel, [KeyPress(.character("m"))], "another model's answer beside the left one"),
    .init(.leave, [KeyPress(.escape), KeyPress(.character("q"))], "back, without a choice"),
  ])

  /// Puts an answer beside the one on the branch before it, or behind it where it is the first.
  mutating func compare(_ chosen: Int) {
    let siblings = conversation.siblings(of: chosen)
    guard let entry = conversation[chosen], entry.kind != .question, siblings.count > 1,
      let index = siblings.firstIndex(of: chosen)
    else {
      add(
        Notice(
          .information,
          "there is one answer only: r draws another, with the settings and the model of now; /compare NAME asks another model"
        ))
      return leaveTurns()
    }
    let left = max(0, index - 1)
    mode = .comparing(Comparison(left: siblings[left], right: siblings[left + 1]))
  }

  mutating func handleInComparison(_ press: KeyPress, _ comparison: Comparison) -> [Effect] {
    guard let action = ChatScreen.comparisonTable.action(for: press) else { return handleAnywhere(press) }
    var comparison = comparison
    let page = max(1, size.rows - 4)
    switch action {
    case .up: comparison.first -= 1
    case .down: comparison.first += 1
    case .pageUp: comparison.first -= page
    case .pageDown: comparison.first += page
    case .left, .right:
      let isLeft = action == .left
      leaveTurns()
      return [
        .happen(
          .preferred(
            Preference(
              chosen: isLeft ? comparison.left : comparison.right, rejected: isLeft ? comparison.right : comparison.left
            )))
      ]
    case .otherModel:
      leaveTurns()
      editor.replace(with: "/compare ")
      return conversation.tip == comparison.left ? [] : [.happen(.movedTo(comparison.left))]
    case .leave:
      leaveTurns()
      return []
    }
    let columns = comparisonColumns(comparison, in: size)
    let last = max(columns.left.count, columns.right.count) - page
    comparison.first = max(0, min(comparison.first, last))
    mode = .comparing(comparison)
    return []
  }

  /// Goes on with the better answer, and has the pair kept.
  mutating func prefer(_ preference: Preference) -> [Effect] {
    guard let chosen = conversation[preference.chosen], let rejected = conversation[preference.rejected],
      chosen.isTurn, rejected.isTurn, chosen.kind != .question, chosen.parent == rejected.parent
    else { return [] }
    // A branch that goes on from the better answer is shown to its end.
    if !conversation.path(to: conversation.tip).contains(chosen.id) { move(to: conversation.end(of: chosen.id)) }
    let pair = PreferencePair(prompt: messages(to: chosen.parent), chosen: chosen.text, rejected: rejected.text)
    return [.keepPreference(pair)]
  }

  private func comparisonColumns(_ comparison: Comparison, in size: Size) -> (left: [MarkdownRow], right: [MarkdownRow])
  {
    let texts = [comparison.left, comparison.right].map { printable(conversation[$0]?.text ?? "") }
    let difference = WordDifference(texts[0], texts[1])
    let columns = max(1, (size.columns - 3) / 2)
    func rows(_ pieces: [WordDifference.Piece]) -> [MarkdownRow] {
      let spans = pieces.map {
        Span($0.text, $0.isDifferent ? theme[.warning].adding(.underline) : theme[.assistant])
      }
      return wrapped(spans, at: 0, columns: columns)
    }
    return (rows(difference.left), rows(difference.right))
  }

  func drawComparison(_ comparison: Comparison, on canvas: inout Canvas) {
    canvas.cursor = nil
    canvas.fill(canvas.bounds, style: theme[.text])
    let (body, bottom) = canvas.bounds.splitBottom(canvas.size.rows >= 2 ? 1 : 0)
    let (head, texts) = body.splitTop(body.rows >= 3 ? 1 : 0)
    let columns = comparisonColumns(comparison, in: canvas.size)
    let width = max(1, (canvas.size.columns - 3) / 2)
    let middle = width + 1
    for (x, id, rows) in [(0, comparison.left, columns.left), (middle + 2, comparison.right, columns.right)] {
      let area = Rectangle(x: x, y: texts.y, columns: width, rows: texts.rows)
      let title = Rectangle(x: x, y: head.y, columns: width, rows: head.rows)
      canvas.write(facts(of: id), at: title.origin, style: theme[.title], in: title)
      for (y, row) in rows.dropFirst(comparison.first).prefix(area.rows).enumerated() {
        canvas.write(row.spans, at: Point(x: x, y: area.y + y), in: area)
      }
    }
    canvas.fill(Rectangle(x: middle, y: 0, columns: 1, rows: body.rows), with: "│", style: theme[.border])
    canvas.write(
      " 1 the left is better  2 the right is better  m another model  ↑↓ scroll  Esc back · underlined: not in the other",
      at: bottom.origin, style: theme[.key], in: bottom)
  }

  /// What tells an answer from others to the same question.
  private func facts(of id: Int) -> String {
    guard case .answer(let answer)? = conversation[id]?.kind else { return "" }
    let seed = answer.settings.seed.map { " seed \($0)" } ?? ""
    let speed = answer.tokensPerSecond.map { " \(ProgressText.speed($0)) tok/s" } ?? ""
    return printableLine("\(answer.model) temperature \(answer.settings.temperature)\(seed)\(speed)")
  }
}
