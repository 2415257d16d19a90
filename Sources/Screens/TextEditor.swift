import Drawing
import Sessions

/// The text being written, with its cursor and what was sent before.
struct TextEditor: Hashable, Sendable {
  /// The text; lines are separated by line feeds, other control characters never enter.
  private(set) var text = ""
  /// Characters before the cursor.
  private(set) var cursor = 0
  private var history: [String] = []
  /// Place in the history: its count is the text being written.
  private var historyIndex = 0
  private var draft = ""

  var isEmpty: Bool { text.isEmpty }

  mutating func replace(with newText: String) {
    text = TextEditor.clean(newText)
    cursor = text.count
  }

  mutating func clear() {
    text = ""
    cursor = 0
    historyIndex = history.count
    draft = ""
  }

  /// Puts a text that was sent at the end of the history.
  mutating func remember(_ sent: String) {
    if history.last != sent { history.append(sent) }
    historyIndex = history.count
    draft = ""
  }

  mutating func insert(_ inserted: String) {
    let safe = TextEditor.clean(inserted)
    guard !safe.isEmpty else { return }
    let after = text.dropFirst(cursor)
    let before = text.prefix(cursor) + safe
    // Counted after joining: a combining mark melts into the character before it.
    cursor = before.count
    text = String(before + after)
    cursor = min(cursor, text.count)
  }

  /// Pasted text as it may be edited: line ends as line feeds, tabs as spaces, no other control character.
  static func clean(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return text }
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch scalar.value {
      case 0x0A where previous == "\r": break
      case 0x0A, 0x0D: result.append("\n")
      case 0x09: result.append(contentsOf: "    ".unicodeScalars)
      case 0..<0x20, 0x7F..<0xA0: break
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Edits by a key.
  ///
  /// - Returns: whether the key means something to the editor.
  mutating func handle(_ press: KeyPress) -> Bool {
    switch (press.key, press.modifiers) {
    case (.character(let character), let modifiers) where modifiers.subtracting(.shift).isEmpty:
      insert(String(character))
    case (.enter, .alt), (.character("j"), .control): insert("\n")
    case (.backspace, []), (.character("h"), .control): delete(from: cursor - 1, to: cursor)
    case (.delete, []), (.character("d"), .control): delete(from: cursor, to: cursor + 1)
    case (.left, []), (.character("b"), .control): cursor = max(0, cursor - 1)
    case (.right, []), (.character("f"), .control): cursor = min(text.count, cursor + 1)
    case (.left, .control), (.character("b"), .alt): cursor = wordStart
    case (.right, .control), (.character("f"), .alt): cursor = wordEnd
    case (.home, []), (.character("a"), .control): cursor = lineStart
    case (.end, []), (.character("e"), .control): cursor = lineEnd
    case (.character("w"), .control), (.backspace, .alt): delete(from: wordStart, to: cursor)
    case (.character("d"), .alt): delete(from: cursor, to: wordEnd)
    case (.character("u"), .control): delete(from: lineStart, to: cursor)
    case (.character("k"), .control): delete(from: cursor, to: lineEnd)
    case (.up, []): moveUp()
    case (.down, []): moveDown()
    default: return false
    }
    return true
  }

  private mutating func delete(from start: Int, to end: Int) {
    let (start, end) = (max(0, start), min(text.count, end))
    guard start < end else { return }
    text = String(text.prefix(start) + text.dropFirst(end))
    cursor = min(start, text.count)
  }

  private var before: [Character] { Array(text.prefix(cursor)) }
  private var after: [Character] { Array(text.dropFirst(cursor)) }
  private var lineStart: Int { (before.lastIndex(of: "\n") ?? -1) + 1 }
  private var lineEnd: Int { cursor + (after.firstIndex(of: "\n") ?? after.count) }
  private var wordStart: Int {
    let characters = before
    let end = characters.lastIndex { $0.isLetter || $0.isNumber } ?? 0
    return (characters[..<end].lastIndex { !($0.isLetter || $0.isNumber) } ?? -1) + 1
  }
  private var wordEnd: Int {
    let characters = after
    let start = characters.firstIndex { $0.isLetter || $0.isNumber } ?? characters.count
    return cursor + (characters[start...].firstIndex { !($0.isLetter || $0.isNumber) } ?? characters.count)
  }

  /// The line above, or the text sent before.
  private mutating func moveUp() {
    let start = lineStart
    guard start == 0 else {
      let column = cursor - start
      let characters = before
      let above = (characters[..<(start - 1)].lastIndex(of: "\n") ?? -1) + 1
      cursor = above + min(column, start - 1 - above)
      return
    }
    guard historyIndex > 0 else { return }
    if historyIndex == history.count { draft = text }
    historyIndex -= 1
    replace(with: history[historyIndex])
  }

  /// The line below, or the text sent after.
  private mutating func moveDown() {
    let end = lineEnd
    guard end == text.count else {
      let column = cursor - lineStart
      let below = Array(text.dropFirst(end + 1))
      cursor = end + 1 + min(column, below.firstIndex(of: "\n") ?? below.count)
      return
    }
    guard historyIndex < history.count else { return }
    historyIndex += 1
    replace(with: historyIndex == history.count ? draft : history[historyIndex])
  }

  /// The rows of the text at a width, and the cursor's place among them.
  func layout(columns: Int) -> (rows: [String], cursor: Point) {
    // One column stays free, so that the cursor behind a full row has a place.
    let shown = printable(text)
    let lines = wrap(shown, to: max(1, columns - 1))
    let offset = printable(String(text.prefix(cursor))).utf8.count
    let row = lines.lastIndex { $0.source.lowerBound <= offset } ?? 0
    guard !lines.isEmpty else { return ([""], Point(x: 0, y: 0)) }
    let start = shown.utf8.index(shown.startIndex, offsetBy: lines[row].source.lowerBound)
    let end = shown.utf8.index(shown.startIndex, offsetBy: min(offset, shown.utf8.count))
    return (lines.map(\.text), Point(x: min(TextWidth.columns(of: shown[start..<end]), columns - 1), y: row))
  }

  /// Draws the text behind a mark; the part around the cursor where it has more rows than the area.
  func draw(in area: Rectangle, on canvas: inout Canvas, placeholder: String, theme: Theme, hasFocus: Bool) {
    guard !area.isEmpty else { return }
    let mark = area.columns > 4 ? "❯ " : ""
    let width = TextWidth.columns(of: mark)
    canvas.write(mark, at: area.origin, style: theme[.user], in: area)
    let field = Rectangle(x: area.x + width, y: area.y, columns: area.columns - width, rows: area.rows)
    if isEmpty {
      canvas.write(
        truncated(placeholder, to: field.columns - 1), at: Point(x: field.x + 1, y: field.y),
        style: theme[.placeholder], in: field)
    }
    let (rows, cursor) = layout(columns: field.columns)
    let first = max(0, min(cursor.y - field.rows + 1, rows.count - field.rows), cursor.y - field.rows + 1)
    for (index, row) in rows.dropFirst(first).prefix(field.rows).enumerated() {
      canvas.write(row, at: Point(x: field.x, y: field.y + index), style: theme[.input], in: field)
    }
    if hasFocus { canvas.cursor = Point(x: field.x + max(0, cursor.x), y: field.y + cursor.y - first) }
  }
}
