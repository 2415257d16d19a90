import Sessions

/// What is written at the foot of the home screen.
enum HomePrompt: Hashable, Sendable {
  case search
  case name(SessionSummary)
  case tags(SessionSummary)

  var label: String {
    switch self {
    case .search: "search"
    case .name: "name"
    case .tags: "tags"
    }
  }

  /// What stands in the empty input.
  var hint: String {
    switch self {
    case .search: "words, \"two words\", tag:word, model:name"
    case .name: "the session's name"
    case .tags: "words with spaces between them"
    }
  }
}

// Searching, naming, tagging and deleting sessions.
extension HomeScreen {
  /// The selected session.
  var session: SessionSummary? { if case .session(let session) = item { session } else { nil } }

  mutating func begin(_ newPrompt: HomePrompt, with text: String) {
    prompt = newPrompt
    notice = nil
    editor.replace(with: text)
  }

  /// A key while something is written at the foot.
  mutating func edit(_ press: KeyPress) -> [Effect] {
    switch press.key {
    case .escape:
      if prompt == .search { leaveSearch() }
      prompt = nil
      return []
    case .enter: return finishPrompt()
    case .up where prompt == .search: move(by: -1)
    case .down where prompt == .search: move(by: 1)
    default:
      if press == KeyPress(.character("c"), .control) { return edit(KeyPress(.escape)) }
      return change { $0.handle(press) }
    }
    return []
  }

  mutating func paste(_ text: String) -> [Effect] {
    prompt == nil ? [] : change { $0.insert(String(text.map { $0.isNewline ? " " : $0 })) }
  }

  private mutating func change(_ edit: (inout TextEditor) -> Void) -> [Effect] {
    let before = editor.text
    edit(&editor)
    return prompt == .search && editor.text != before ? [.searchSessions(editor.text)] : []
  }

  private mutating func finishPrompt() -> [Effect] {
    let text = editor.text
    defer { prompt = nil }
    switch prompt {
    case .search:
      if SessionQuery(text).isEmpty { leaveSearch() }
      return []
    case .name(let session): return text == session.name ? [] : [.renameSession(session.path, to: text)]
    case .tags(let session):
      return [.tagSession(session.path, tags: text.split(whereSeparator: \.isWhitespace).map(String.init))]
    case nil: return []
    }
  }

  mutating func leaveSearch() {
    found = nil
    hasMoved = false
    arrange()
  }

  /// Takes in what a search has found, unless more has been typed since: then more comes.
  mutating func take(_ matches: SessionMatches) {
    if prompt == .search, matches.query != editor.text { return }
    if prompt != .search, found?.query != matches.query { return }
    found = SessionQuery(matches.query).isEmpty ? nil : matches
    arrange()
  }

  mutating func deleteSelected() -> [Effect] {
    guard let session else { return [] }
    guard !session.isOpenElsewhere else {
      notice = Notice(.warning, "another lathe is recording this session")
      return []
    }
    return [.deleteSession(session.path)]
  }

}
