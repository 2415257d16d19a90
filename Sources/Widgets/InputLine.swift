/// The text of an input and its cursor, with history and undo: what editing keys change.
///
/// The cursor stands between grapheme clusters. Text may hold newlines.
public struct InputLine: Hashable, Sendable {
  struct Snapshot: Hashable, Sendable {
    var text: String
    var cursor: Int
  }

  /// What is being edited.
  public private(set) var text = ""
  /// UTF-8 bytes before the cursor; always between grapheme clusters.
  public private(set) var cursor = 0
  /// Earlier entries, oldest first.
  public private(set) var history: [String]
  /// The entry that is shown, `nil` when it is the draft.
  private var historyPosition: Int?
  private var draft = ""
  private var undoStack: [Snapshot] = []
  private var redoStack: [Snapshot] = []
  /// Whether the next typed character joins the last undo step.
  private var isTyping = false
  /// What the last kill took.
  private var killed = ""

  /// Most steps that can be undone.
  static let undoLimit = 200

  /// An empty input with earlier entries, oldest first.
  public init(history: [String] = []) { self.history = history }

  /// Whether there is no text.
  public var isEmpty: Bool { text.isEmpty }

  private var index: String.Index { text.utf8.index(text.utf8.startIndex, offsetBy: cursor) }

  /// Inserts typed text at the cursor; a run of typed characters is undone as one, word by word.
  public mutating func insert(_ added: String) {
    guard !added.isEmpty else { return }
    if !isTyping || added.contains(where: \.isWhitespace) { remember() }
    replace(index..<index, with: added)
    isTyping = true
  }

  /// Inserts pasted text, undone as one.
  public mutating func paste(_ pasted: String) {
    guard !pasted.isEmpty else { return }
    remember()
    replace(index..<index, with: pasted)
  }

  /// Replaces everything; the cursor goes to the end. Can be undone.
  public mutating func set(_ new: String) {
    remember()
    text = new
    cursor = new.utf8.count
  }

  /// Empties the input, puts what stood there into the history (unless blank or the same as the last) and returns it.
  public mutating func submit() -> String {
    let entry = text
    if !entry.allSatisfy(\.isWhitespace) && history.last != entry { history.append(entry) }
    self = InputLine(history: history)
    return entry
  }

  /// Deletes the cluster before the cursor.
  public mutating func deleteBackward() {
    guard cursor > 0 else { return }
    remember()
    replace(text.index(before: index)..<index, with: "")
  }

  /// Deletes the cluster after the cursor.
  public mutating func deleteForward() {
    guard index < text.endIndex else { return }
    remember()
    replace(index..<text.index(after: index), with: "")
  }

  /// Deletes from the start of the word before the cursor.
  public mutating func deleteWordBackward() { kill(wordStart..<index) }

  /// Deletes to the end of the word after the cursor.
  public mutating func deleteWordForward() { kill(index..<wordEnd) }

  /// Deletes from the start of the line.
  public mutating func killToStart() { kill(lineStart..<index) }

  /// Deletes to the end of the line, or the newline if the cursor is there.
  public mutating func killToEnd() {
    let end = lineEnd
    kill(index..<(end == index && end < text.endIndex ? text.index(after: end) : end))
  }

  /// Inserts what was last deleted by word or line.
  public mutating func yank() { paste(killed) }

  /// Moves by one cluster.
  public mutating func moveLeft() { if cursor > 0 { move(to: text.index(before: index)) } }
  /// Moves by one cluster.
  public mutating func moveRight() { if index < text.endIndex { move(to: text.index(after: index)) } }
  /// Moves to the start of the word.
  public mutating func moveWordLeft() { move(to: wordStart) }
  /// Moves to the end of the word.
  public mutating func moveWordRight() { move(to: wordEnd) }
  /// Moves to the start of the line.
  public mutating func moveToStart() { move(to: lineStart) }
  /// Moves to the end of the line.
  public mutating func moveToEnd() { move(to: lineEnd) }
  /// Moves to the start of everything.
  public mutating func moveToBeginning() { move(to: text.startIndex) }
  /// Moves to the end of everything.
  public mutating func moveToFinish() { move(to: text.endIndex) }

  /// Moves a line up; `false` when the cursor is in the first.
  public mutating func moveUp() -> Bool {
    let start = lineStart
    guard start > text.startIndex else { return false }
    let column = text.distance(from: start, to: index)
    let end = text.index(before: start)
    let above = text[..<end].lastIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.startIndex
    move(to: text.index(above, offsetBy: column, limitedBy: end) ?? end)
    return true
  }

  /// Moves a line down; `false` when the cursor is in the last.
  public mutating func moveDown() -> Bool {
    let end = lineEnd
    guard end < text.endIndex else { return false }
    let column = text.distance(from: lineStart, to: index)
    let below = text.index(after: end)
    let belowEnd = text[below...].firstIndex(where: \.isNewline) ?? text.endIndex
    move(to: text.index(below, offsetBy: column, limitedBy: belowEnd) ?? belowEnd)
    return true
  }

  /// Shows the entry before; the draft is kept.
  public mutating func historyUp() {
    let next = (historyPosition ?? history.count) - 1
    guard next >= 0 else { return }
    if historyPosition == nil { draft = text }
    historyPosition = next
    show(history[next])
  }

  /// Shows the entry after, at last the draft.
  public mutating func historyDown() {
    guard let position = historyPosition else { return }
    let isDraft = position + 1 >= history.count
    historyPosition = isDraft ? nil : position + 1
    show(isDraft ? draft : history[position + 1])
  }

  /// Takes back the last change.
  public mutating func undo() {
    guard let last = undoStack.popLast() else { return }
    redoStack.append(Snapshot(text: text, cursor: cursor))
    restore(last)
  }

  /// Makes the change again that was taken back.
  public mutating func redo() {
    guard let next = redoStack.popLast() else { return }
    undoStack.append(Snapshot(text: text, cursor: cursor))
    restore(next)
  }

  private var lineStart: String.Index {
    text[..<index].lastIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.startIndex
  }

  private var lineEnd: String.Index {
    text[index...].firstIndex(where: \.isNewline) ?? text.endIndex
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private var wordStart: String.Index {
    var place = index
    while place > text.startIndex, !Self.isWord(text[text.index(before: place)]) { place = text.index(before: place) }
    while place > text.startIndex, Self.isWord(text[text.index(before: place)]) { place = text.index(before: place) }
    return place
  }

  private var wordEnd: String.Index {
    var place = index
    while place < text.endIndex, !Self.isWord(text[place]) { place = text.index(after: place) }
    while place < text.endIndex, Self.isWord(text[place]) { place = text.index(after: place) }
    return place
  }

  private mutating func move(to place: String.Index) {
    cursor = text.utf8.distance(from: text.utf8.startIndex, to: place)
    isTyping = false
  }

  private mutating func kill(_ range: Range<String.Index>) {
    guard !range.isEmpty else { return }
    remember()
    killed = String(text[range])
    replace(range, with: "")
  }

  private mutating func remember() {
    undoStack.append(Snapshot(text: text, cursor: cursor))
    if undoStack.count > Self.undoLimit { undoStack.removeFirst() }
    redoStack.removeAll()
    isTyping = false
  }

  private mutating func replace(_ range: Range<String.Index>, with new: String) {
    let before = text.utf8.distance(from: text.utf8.startIndex, to: range.lowerBound)
    text.replaceSubrange(range, with: new)
    place(at: before + new.utf8.count)
  }

  /// Puts the cursor after these bytes, or after the cluster they end in: a mark that was typed joins its letter.
  private mutating func place(at bytes: Int) {
    let exact = text.utf8.index(text.utf8.startIndex, offsetBy: bytes)
    let cluster = exact == text.endIndex ? exact : text.clusterBoundary(from: exact)
    cursor = text.utf8.distance(from: text.utf8.startIndex, to: cluster)
  }

  private mutating func show(_ entry: String) {
    text = entry
    cursor = entry.utf8.count
    isTyping = false
    undoStack.removeAll()
    redoStack.removeAll()
  }

  private mutating func restore(_ snapshot: Snapshot) {
    text = snapshot.text
    cursor = snapshot.cursor
    isTyping = false
  }
}

extension String {
  /// The place itself when clusters part there, else the end of the cluster around it.
  fileprivate func clusterBoundary(from place: Index) -> Index {
    let start = clusterStart(at: place)
    return start == place ? place : index(after: start)
  }

  /// The start of the cluster that holds the scalar at `place`.
  private func clusterStart(at place: Index) -> Index {
    var start = startIndex
    // Clusters part at newlines, so the search begins at the line.
    if let newline = utf8[..<place].lastIndex(of: 0x0A) { start = utf8.index(after: newline) }
    while start < place {
      let next = index(after: start)
      if next > place { return start }
      start = next
    }
    return place
  }
}
