import Drawing
import Sessions

/// What keys do while one looks at tokens.
enum TokenAction: String, Hashable, Sendable {
  case left, right, rowUp, rowDown, first, last, surprise, goOn, leave
}

// The token inspector: what the model thought at each token, and going on from another one.
extension ChatScreen {
  static let tokenTable = KeyTable<TokenAction>([
    .init(.left, [KeyPress(.left), KeyPress(.character("h"))], "the token before"),
    .init(.right, [KeyPress(.right), KeyPress(.character("l"))], "the next token"),
    .init(.rowUp, [KeyPress(.up), KeyPress(.character("k"))], "the alternative above"),
    .init(.rowDown, [KeyPress(.down), KeyPress(.character("j"))], "the alternative below"),
    .init(.first, [KeyPress(.home)], "to the first token"),
    .init(.last, [KeyPress(.end)], "to the last token"),
    .init(.surprise, [KeyPress(.character("n"))], "to the next token that was unexpected by 3 bits or more"),
    .init(.goOn, [KeyPress(.enter)], "put the alternative here and let the model go on, on a branch of its own"),
    .init(.leave, [KeyPress(.escape), KeyPress(.character("q"))], "back"),
  ])

  /// Opens the tokens of an answer, or of the answer that is shown to a question.
  mutating func openTokens(of turn: Int) {
    var answer = turn
    if conversation[turn]?.kind == .question {
      let path = conversation.path(to: conversation.tip)
      guard let index = path.firstIndex(of: turn), path.indices.contains(index + 1) else { return }
      answer = path[index + 1]
    }
    guard let tokens = conversation.tokens[answer], !tokens.isEmpty else { return }
    look(at: TokenCursor(answer: answer, index: 0))
  }

  mutating func look(at cursor: TokenCursor) {
    mode = .tokens(cursor)
    guard let tokens = conversation.tokens[cursor.answer],
      let entry = entries.firstIndex(where: { $0.id == cursor.answer })
    else { return }
    // The row of the token is kept in sight, in the middle when it was not.
    let area = areas(in: size).transcript
    var layout = transcript(columns: area.columns)
    let offset = TokenText(tokens: tokens, cursor: cursor.index, theme: theme).offset(of: cursor.index)
    let row = layout.position(of: TranscriptAnchor(entry: entry, offset: offset))
    let bottom = layout.topAtBottom(rows: area.rows)
    let top = min(scroll.map { layout.position(of: $0) } ?? bottom, bottom)
    if row < top || row >= layout.moved(top, by: area.rows) {
      let middle = layout.moved(row, by: -area.rows / 2)
      scroll = middle >= bottom ? nil : layout.anchor(of: middle)
    }
  }

  mutating func handleInTokens(_ press: KeyPress, _ cursor: TokenCursor) -> [Effect] {
    guard let action = ChatScreen.tokenTable.action(for: press) else { return handleAnywhere(press) }
    guard let tokens = conversation.tokens[cursor.answer], tokens.indices.contains(cursor.index) else {
      mode = .writing
      return []
    }
    var next = cursor
    switch action {
    case .left: next = TokenCursor(answer: cursor.answer, index: max(0, cursor.index - 1))
    case .right: next = TokenCursor(answer: cursor.answer, index: min(tokens.count - 1, cursor.index + 1))
    case .first: next = TokenCursor(answer: cursor.answer, index: 0)
    case .last: next = TokenCursor(answer: cursor.answer, index: tokens.count - 1)
    case .surprise:
      let later = tokens.indices.dropFirst(cursor.index + 1)
      next.index = later.first { tokens[$0].surprise >= 3 } ?? cursor.index
      next.alternative = nil
    case .rowUp: next.alternative = cursor.alternative.flatMap { $0 > 0 ? $0 - 1 : nil }
    case .rowDown: next.alternative = min((cursor.alternative ?? -1) + 1, tokens[cursor.index].top.count - 1)
    case .goOn: return goOn(from: cursor, tokens[cursor.index])
    case .leave:
      choose(cursor.answer)
      return []
    }
    if let alternative = next.alternative, alternative < 0 { next.alternative = nil }
    look(at: next)
    return []
  }

  private mutating func goOn(from cursor: TokenCursor, _ token: GeneratedToken) -> [Effect] {
    guard activity == .idle, let question = conversation[cursor.answer]?.parent, let row = cursor.alternative,
      token.top.indices.contains(row)
    else { return [] }
    mode = .writing
    scroll = nil
    let order = AnswerOrder(
      place: TurnPlace(id: conversation.nextID, parent: question),
      fork: TokenFork(answer: cursor.answer, kept: cursor.index, token: token.top[row].id))
    return [.happen(.answerOrdered(order))]
  }

  /// The tokens that an ordered answer begins with.
  func prefix(of order: AnswerOrder) -> [Int32] {
    guard let fork = order.fork, let tokens = conversation.tokens[fork.answer], tokens.indices.contains(fork.kept)
    else {
      return []
    }
    return tokens.prefix(fork.kept).map(\.id) + [fork.token]
  }

  /// The tokens that an answer begins with, with what the model thought of each when the first answer was drawn.
  ///
  /// - Parameter text: the whole characters they make.
  func tokens(of fork: TokenFork, text: String) -> [GeneratedToken] {
    guard let tokens = conversation.tokens[fork.answer], tokens.indices.contains(fork.kept) else { return [] }
    let left = tokens[fork.kept]
    let kept = tokens.prefix(fork.kept)
    var token = left
    token.id = fork.token
    token.text = String(decoding: text.utf8.dropFirst(kept.reduce(0) { $0 + $1.text.utf8.count }), as: UTF8.self)
    if let candidate = left.top.first(where: { $0.id == fork.token }) {
      token.logit = candidate.logit
      token.probability = Float(left.probability(of: candidate))
    }
    return kept + [token]
  }

  /// What is said of a token: its place and text, its probability, its surprise, and the entropy where it is known.
  func tokenFacts(_ cursor: TokenCursor) -> [String] {
    guard let tokens = conversation.tokens[cursor.answer], tokens.indices.contains(cursor.index) else { return [] }
    let token = tokens[cursor.index]
    let name = token.top.first { $0.id == token.id }?.text ?? token.text
    let facts = [
      "token \(cursor.index + 1)/\(tokens.count)  “\(printableLine(name))”  id \(token.id)",
      "probability \(ProgressText.percent(Double(token.probability)))",
      "surprise \(ProgressText.bits(token.surprise))",
    ]
    return facts + [token.entropy.map { "entropy \(ProgressText.bits(Double($0) * 1.442_695_04))" }].compactMap(\.self)
  }

  /// The likeliest tokens at a place, a row each.
  func tokenAlternatives(_ cursor: TokenCursor) -> [[Span]] {
    guard let tokens = conversation.tokens[cursor.answer], tokens.indices.contains(cursor.index) else { return [] }
    let token = tokens[cursor.index]
    let texts = token.top.map { truncated("“\(printableLine($0.text))”", to: 24) }
    let wide = texts.map { TextWidth.columns(of: $0) }.max() ?? 0
    return token.top.enumerated().map { index, candidate in
      let isChosen = index == cursor.alternative
      let probability = token.probability(of: candidate)
      let part = probability.isNaN ? 0 : min(1, max(0, probability))
      let bar = String(repeating: "█", count: Int((part * 20).rounded()))
      let percent = ProgressText.percent(probability)
      let padding = String(repeating: " ", count: max(1, 9 - percent.count))
      let style = isChosen ? theme[.selection] : theme[candidate.id == token.id ? .strong : .muted]
      let mark = (isChosen ? "▸" : " ") + (candidate.id == token.id ? "● " : "  ")
      let gap = String(repeating: " ", count: wide - TextWidth.columns(of: texts[index]) + 1)
      return [Span(mark + percent + padding, style), Span(texts[index] + gap, style), Span(bar, theme[.progressDone])]
    }
  }

  /// What is said of a token, row by row: its facts in one line, then the likeliest tokens at its place.
  func tokenPanel(_ cursor: TokenCursor) -> [[Span]] {
    [[Span(tokenFacts(cursor).joined(separator: "  "), theme[.text])]] + tokenAlternatives(cursor)
  }

  func drawTokenPanel(_ cursor: TokenCursor, in area: Rectangle, on canvas: inout Canvas) {
    let rows = tokenPanel(cursor)
    // The chosen alternative is in sight however few rows there are.
    let chosen = (cursor.alternative ?? -1) + 1
    let first = max(0, min(chosen - area.rows + 1, rows.count - area.rows))
    for (y, row) in rows.dropFirst(first).prefix(area.rows).enumerated() {
      canvas.write(row, at: Point(x: area.x + 1, y: area.y + y), in: area)
    }
  }
}

extension ProgressText {
  /// A probability in percent, with as many digits as matter.
  static func percent(_ probability: Double) -> String {
    guard probability.isFinite, (0...1.001).contains(probability) else { return "? %" }
    let hundredths = Int((probability * 10_000).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }

  /// An amount of information.
  static func bits(_ bits: Double) -> String {
    guard bits.isFinite, bits < 1000 else { return "? bits" }
    let hundredths = Int((max(0, bits) * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) bits"
  }
}
