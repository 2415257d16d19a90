import Drawing
import Sessions
import Widgets

/// A row of a transcript as it is shown.
struct TranscriptRow: Hashable {
  /// The entry, and bytes of its text before the row; behind the text, rows count on by one.
  var anchor: TranscriptAnchor
  var mark: Span
  var text: [Span]
}

/// A place in a transcript that means the same at every width.
struct TranscriptAnchor: Hashable, Comparable, Sendable {
  var entry: Int
  var offset: Int
  static func < (one: Self, other: Self) -> Bool { (one.entry, one.offset) < (other.entry, other.offset) }
}

/// Breaks a transcript into rows, entry by entry and only those asked for, so that a long one costs no more to draw.
struct TranscriptLayout {
  /// A row of an entry.
  struct Position: Comparable {
    var entry: Int
    var row: Int
    static func < (one: Self, other: Self) -> Bool { (one.entry, one.row) < (other.entry, other.row) }
  }

  let entries: [Entry]
  let columns: Int
  let theme: Theme
  /// The turn that is chosen, and what stands in the place of each on other branches.
  let chosen: Int?
  let branches: [Int: Branch]
  /// The tokens of the answers that are shown token by token.
  let tokens: [Int: [GeneratedToken]]
  let cursor: TokenCursor?
  /// The images that have been read, and what they are drawn for.
  let shelf: ImageShelf
  let display: Display
  private var known: [Int: [TranscriptRow]] = [:]

  /// Which of several branches a turn is on.
  struct Branch: Hashable {
    var number: Int
    var count: Int
  }

  init(
    entries: [Entry], columns: Int, theme: Theme, chosen: Int? = nil, branches: [Int: Branch] = [:],
    tokens: [Int: [GeneratedToken]] = [:], cursor: TokenCursor? = nil, shelf: ImageShelf = ImageShelf(),
    display: Display = Display()
  ) {
    self.shelf = shelf
    self.display = display
    self.tokens = tokens
    self.cursor = cursor
    self.entries = entries
    self.chosen = chosen
    self.branches = branches
    self.columns = columns
    self.theme = theme
  }

  /// The rows of an entry: its text, a remark, and a blank row before the next.
  mutating func rows(of index: Int) -> [TranscriptRow] {
    if let rows = known[index] { return rows }
    let entry = entries[index]
    var (mark, style) = look(of: entry)
    if entry.id > 0, entry.id == chosen { mark = Span("▶ ", theme[.selection]) }
    let width = columns > 8 ? 2 : 0
    let branch = branches[entry.id].map { "‹ \($0.number) of \($0.count) ›" }
    let remarks = [entry.remark, branch].compactMap(\.self)
    let remark = remarks.isEmpty ? nil : remarks.joined(separator: " ")
    var rows: [TranscriptRow] = []
    func append(_ text: [Span], at offset: Int) {
      let shownMark = rows.isEmpty && width > 0 ? mark : Span(width > 0 ? "  " : "")
      rows.append(TranscriptRow(anchor: TranscriptAnchor(entry: index, offset: offset), mark: shownMark, text: text))
    }
    // A model often ends on line feeds; shown, they would only push the text up.
    let end = entry.text.lastIndex { !$0.isNewline }.map(entry.text.index(after:)) ?? entry.text.startIndex
    let text = String(entry.text[..<end])
    if !text.isEmpty || remark == nil {
      for row in body(of: entry, text, style, columns: columns - width) { append(row.spans, at: row.source) }
    }
    var offset = max(text.utf8.count, rows.last.map { $0.anchor.offset + 1 } ?? 0)
    for image in entry.images {
      let picture = AttachedImage(image: image, shelf: shelf, display: display, theme: theme)
      for row in picture.rows(columns: columns - width) {
        offset += 1
        append(row, at: offset)
      }
    }
    if let remark {
      for line in wrap(remark, to: columns - width) {
        offset += 1
        append([Span(line.text, theme[.muted])], at: offset)
      }
    }
    append([], at: offset + 1)
    known[index] = rows
    return rows
  }

  /// The rows of an entry's text: what a model wrote as Markdown, all else as it is.
  private func body(of entry: Entry, _ text: String, _ style: Style, columns: Int) -> [MarkdownRow] {
    guard case .answer(let answer) = entry.kind else {
      return wrap(printable(text), to: columns).map {
        MarkdownRow(spans: [Span($0.text, style)], source: $0.source.lowerBound)
      }
    }
    if let tokens = tokens[entry.id] {
      let text = TokenText(tokens: tokens, cursor: cursor?.answer == entry.id ? cursor?.index : nil, theme: theme)
      return text.rows(columns: columns)
    }
    return Markdown(columns: columns, theme: theme, base: style, isGrowing: answer.state == .streaming).rows(of: text)
  }

  private func look(of entry: Entry) -> (mark: Span, style: Style) {
    let muted = theme[.muted]
    switch entry.kind {
    case .question:
      return (Span("❯ ", theme[.user]), entry.isWithdrawn ? muted : theme[.user])
    case .answer:
      return (Span("● ", entry.isWithdrawn ? muted : theme[.accent]), entry.isWithdrawn ? muted : theme[.assistant])
    case .notice(.information): return (Span("· ", muted), muted)
    case .notice(.warning): return (Span("! ", theme[.warning]), theme[.warning])
    case .notice(.error): return (Span("✗ ", theme[.error]), theme[.error])
    }
  }

  /// The first row shown when the last one stands at the bottom.
  mutating func topAtBottom(rows height: Int) -> Position {
    moved(Position(entry: entries.count, row: 0), by: -height)
  }

  /// The row that shows a place.
  mutating func position(of anchor: TranscriptAnchor) -> Position {
    guard anchor.entry < entries.count else { return Position(entry: entries.count, row: 0) }
    let row = rows(of: anchor.entry).lastIndex { $0.anchor.offset <= anchor.offset } ?? 0
    return Position(entry: anchor.entry, row: row)
  }

  /// The place that a row shows.
  mutating func anchor(of position: Position) -> TranscriptAnchor {
    guard position.entry < entries.count else { return TranscriptAnchor(entry: position.entry, offset: 0) }
    return rows(of: position.entry)[position.row].anchor
  }

  /// A row so many further down (or up, negative), no further than the transcript reaches.
  mutating func moved(_ position: Position, by distance: Int) -> Position {
    var position = position
    position.row += distance
    while position.row < 0, position.entry > 0 {
      position.entry -= 1
      position.row += rows(of: position.entry).count
    }
    while position.entry < entries.count, position.row >= rows(of: position.entry).count {
      position.row -= rows(of: position.entry).count
      position.entry += 1
    }
    if position.row < 0 || position.entry >= entries.count { position.row = 0 }
    return position
  }

  /// The rows from a position on.
  mutating func visible(from position: Position, rows height: Int) -> [TranscriptRow] {
    var result: [TranscriptRow] = []
    var position = position
    while result.count < height, position.entry < entries.count {
      result += rows(of: position.entry).dropFirst(position.row).prefix(height - result.count)
      position = Position(entry: position.entry + 1, row: 0)
    }
    return result
  }
}

extension Entry {
  /// A mark behind the text.
  var remark: String? {
    switch kind {
    case .question: isWithdrawn ? "[not sent]" : nil
    case .answer(let answer): isWithdrawn ? "[cut off; answered again below]" : answer.remark
    case .notice: nil
    }
  }
}

extension ChatScreen {
  /// What is shown of the conversation, laid out for a width.
  func transcript(columns: Int) -> TranscriptLayout {
    var counts: [Int: [Int]] = [:]
    for entry in conversation.entries where entry.isTurn { counts[entry.parent, default: []].append(entry.id) }
    var branches: [Int: TranscriptLayout.Branch] = [:]
    for siblings in counts.values where siblings.count > 1 {
      for (index, id) in siblings.enumerated() {
        branches[id] = TranscriptLayout.Branch(number: index + 1, count: siblings.count)
      }
    }
    let chosen: Int? = if case .turns(let id) = mode { id } else { nil }
    var cursor: TokenCursor?
    var tokens = isTinted ? conversation.tokens : [:]
    if case .tokens(let place) = mode {
      cursor = place
      tokens[place.answer] = conversation.tokens[place.answer]
    }
    return TranscriptLayout(
      entries: entries, columns: columns, theme: theme, chosen: chosen, branches: branches, tokens: tokens,
      cursor: cursor, shelf: shelf, display: display)
  }
}
