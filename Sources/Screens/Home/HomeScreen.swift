public import Drawing
public import Sessions
import Widgets

/// The start: a chat to begin, sessions to continue or replay, models to choose or pull.
public struct HomeScreen: Screen, Hashable {
  /// What to ask the app for when the screen appears.
  public static let startEffects: [Effect] = [.listModels, .listSessions]

  /// A line that can be chosen.
  enum Item: Hashable {
    case newChat
    case session(SessionSummary)
    case model(ModelListing)
  }

  /// The roles' styles.
  public var theme = Theme.dark
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  /// The model of a new chat.
  public var defaultModel: String

  var size = Size(columns: 80, rows: 24)
  var models: [ModelListing]?
  var sessions: [SessionSummary]?
  var pull: PullProgress?
  var notice: Notice?
  /// The sessions and models that are listed, and the rows that show them.
  var listed: [SessionSummary] = []
  var offered: [ModelListing] = []
  var rows = [Row.newChat]
  var selection = ListSelection(count: 1)
  var order = HomeOrder()
  /// Whether any listed session has tags.
  var hasTags = false
  /// Whether the user has moved: until then, what is most likely wanted is selected.
  var hasMoved = false
  var helpRow: Int?
  /// What is being written at the foot; `nil` while keys act on the list.
  var prompt: HomePrompt?
  var editor = TextEditor()
  /// What the latest search has found; `nil` lists everything.
  var found: SessionMatches?

  /// When the screen was opened, and the time now, in seconds since 1970.
  private let opened: Double
  var now: Double

  /// Creates the screen; `startEffects` then fill it.
  ///
  /// - Parameter opened: the time in seconds since 1970, from which events count on.
  public init(defaultModel: String, opened: Double = 0) {
    self.defaultModel = defaultModel
    self.opened = opened
    now = opened
  }

  static let table = KeyTable<HomeAction>([
    .init(.choose, [KeyPress(.enter)], "begin the chat, continue the session, pull the model"),
    .init(.replay, [KeyPress(.character("r"))], "replay the session"),
    .init(.pull, [KeyPress(.character("p"))], "pull the model"),
    .init(.up, [KeyPress(.up), KeyPress(.character("k"))], "the line above"),
    .init(.down, [KeyPress(.down), KeyPress(.character("j"))], "the line below"),
    .init(.pageUp, [KeyPress(.pageUp)], "a page up"),
    .init(.pageDown, [KeyPress(.pageDown)], "a page down"),
    .init(.first, [KeyPress(.home)], "the first line"),
    .init(.last, [KeyPress(.end)], "the last line"),
    .init(.sort, [KeyPress(.character("s"))], "order by the next column; a click on its title does the same"),
    .init(.reverse, [KeyPress(.character("S"))], "the other way round"),
    .init(.search, [KeyPress(.character("/"))], "search what was said; tag:word and model:name narrow it down"),
    .init(.rename, [KeyPress(.character("n"))], "give the session another name"),
    .init(.tag, [KeyPress(.character("t"))], "change the session's tags"),
    .init(.delete, [KeyPress(.delete), KeyPress(.character("d"))], "move the session to the trash"),
    .init(.undo, [KeyPress(.character("u"))], "bring the latest deleted session back"),
    .init(.cancel, [KeyPress(.escape)], "leave the search, give the pull up"),
    .init(.help, [KeyPress(.character("?")), KeyPress(.function(1))], "this help"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
    .init(
      .quit,
      [KeyPress(.character("q")), KeyPress(.character("c"), .control), KeyPress(.character("d"), .control)], "quit"),
  ])

  /// The actions that keys have here.
  public static let keyMap = table.map(named: "home")
  /// The help with the user's own keys.
  var help: [KeyHelp] { bindings.help(of: HomeScreen.keyMap) }
  /// The tables that apply now: while something is written at the foot, those of the editor.
  public var keyMaps: [KeyMap] {
    if helpRow != nil { return [] }
    return [prompt == nil ? HomeScreen.keyMap : TextEditor.keyMap]
  }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    now = opened + event.seconds
    switch event.event {
    case .key(let press): return handle(press)
    case .mouse(let mouse): return handle(mouse)
    case .resized(let newSize): size = Size(newSize)
    case .models(let found):
      models = found
      arrange()
    case .sessions(let found):
      sessions = found
      arrange()
    case .sessionMatches(let matches): take(matches)
    case .paste(let text): return paste(text)
    case .notice(let newNotice): notice = newNotice
    case .pull(let progress): return update(progress)
    default: break
    }
    return []
  }

  private mutating func update(_ progress: PullProgress) -> [Effect] {
    switch progress.state {
    case .receiving, .verifying:
      pull = progress
      return []
    case .finished: notice = Notice(.information, "\(progress.name) is here")
    case .cancelled:
      notice = Notice(.information, "\(progress.name) was not pulled; what came is kept for the next time")
    case .failed(let message): notice = Notice(.error, message)
    }
    pull = nil
    return [.listModels]
  }

  /// Whether the model of a new chat is here; unknown while the list is not.
  var hasDefaultModel: Bool {
    guard let models else { return true }
    return defaultModel.contains("/") || models.contains { $0.name == defaultModel && $0.path != nil }
  }

  private mutating func handle(_ press: KeyPress) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: press, of: help, on: size)
      return []
    }
    if prompt != nil { return edit(press) }
    guard let action = HomeScreen.table.action(for: press) else { return [] }
    let page = max(1, size.rows - 6)
    switch action {
    case .choose: return choose()
    case .replay:
      if case .session(let session) = item { return [.replaySession(session.path)] }
    case .pull:
      if case .model(let model) = item, model.path == nil { return begin(pulling: model.name) }
      if !hasDefaultModel { return begin(pulling: defaultModel) }
    case .up: move(by: -1)
    case .down: move(by: 1)
    case .pageUp: move(by: -page)
    case .pageDown: move(by: page)
    case .first: move(by: -rows.count)
    case .last: move(by: rows.count)
    case .sort: reorder { $0.chooseNext() }
    case .reverse: reorder { $0.isDescending.toggle() }
    case .search: begin(.search, with: found?.query ?? "")
    case .rename: if let session { begin(.name(session), with: session.name) }
    case .tag: if let session { begin(.tags(session), with: session.tags.joined(separator: " ")) }
    case .delete: return deleteSelected()
    case .undo: return [.undeleteSession]
    case .cancel:
      if found != nil { leaveSearch() } else if pull != nil { return [.cancelPull] }
    case .help: helpRow = 0
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    }
    return []
  }

  mutating func move(by distance: Int) {
    hasMoved = true
    selection.move(by: distance)
    selection.reveal(rows: table(in: size.columns).rowArea(in: areas(in: size).list).rows)
  }

  private mutating func begin(pulling name: String) -> [Effect] {
    guard pull == nil else { return [] }
    notice = nil
    pull = PullProgress(name: name, state: .receiving(bytes: 0, total: 0))
    return [.pullModel(name)]
  }

  mutating func choose() -> [Effect] {
    switch item {
    case .newChat:
      guard hasDefaultModel else { return begin(pulling: defaultModel) }
      return [.startChat(model: nil)]
    case .model(let model):
      guard model.path == nil else { return [.startChat(model: model.name)] }
      return begin(pulling: model.name)
    case .session(let session):
      guard session.isOpenElsewhere else { return [.resumeSession(session.path)] }
      notice = Notice(.warning, "another lathe is recording this session: r replays it here")
      return []
    case nil: return []
    }
  }
}

/// What keys do at the start.
enum HomeAction: String, Hashable, Sendable {
  case choose, replay, pull, up, down, pageUp, pageDown, first, last, sort, reverse, search, rename, tag, delete, undo,
    cancel, help
  case repaint, suspend, quit
}
