public import Drawing
public import Sessions

/// A screen is a value: events change it, and it draws itself as a pure function of itself and the canvas's size.
///
/// Neither call does I/O, reads a clock or draws a random number: time comes with each event, and what must be done in
/// the world is returned as effects, which the app runs.
public protocol Screen: Sendable {
  /// Takes in what happened and says what to do about it.
  mutating func update(_ event: TimedEvent) -> [Effect]
  /// Draws the whole screen.
  func view(on canvas: inout Canvas)
  /// Seconds until the screen wants a `tick`; `nil` while nothing on it moves by itself.
  var tickInterval: Double? { get }
  /// The roles' styles.
  var theme: Theme { get set }
  /// The keys the user has given to actions, for the help; what the screen is told are always the standard keys.
  var bindings: KeyBindings { get set }
  /// The key tables that apply now, for rebinding and the command palette; what the first of them knows is not asked of
  /// the next. None where keys mean only what is read from them, such as a help that any key closes.
  var keyMaps: [KeyMap] { get }
  /// What the terminal can show.
  var display: Display { get set }
}

extension Screen {
  /// Most screens move only when something happens.
  public var tickInterval: Double? { nil }
  /// Screens without help of their own need not know them.
  public var bindings: KeyBindings {
    get { .standard }
    set {}
  }
  /// Screens without images need not know it.
  public var display: Display {
    get { Display() }
    set {}
  }
}

/// What a screen asks the app to do.
public enum Effect: Hashable, Sendable {
  /// Let this happen: it comes back as an event, and so is recorded.
  case happen(Event)
  case loadModel(ModelRequest)
  case answer(AnswerRequest)
  case stopAnswer
  /// Let the user change this text in an editor of their own; what they leave comes back as the event `edited`.
  case editOutside(String)
  /// Keep the image of this file with the session; it comes back as the event `attached`, or a notice says why not.
  case attachImage(String)
  /// Say how to attach the image of this file, if it is one.
  case offerImage(String)
  /// Put this text into the user's clipboard, also over SSH.
  case copy(String)
  /// Append this to the user's preference file.
  case keepPreference(PreferencePair)
  /// Remember how the panes lie for the next start.
  case keepLayout(PaneLayout)
  /// Write the chat into a new file, as Markdown or JSON by its name's ending; an empty name is given one. What came of
  /// it comes back as a notice.
  case exportChat(to: String)

  /// Find the models; they come back as the event `models`.
  case listModels
  /// Find the recorded sessions; they come back as the event `sessions`.
  case listSessions
  /// Search the sessions; what is found comes back as the event `sessionMatches`.
  case searchSessions(String)
  /// Give the session in this folder another name, or its list of tags, or move it to the trash, or bring the latest
  /// deleted one back. What went wrong comes back as a notice, then the list as after `listSessions`.
  case renameSession(String, to: String)
  case tagSession(String, tags: [String])
  case deleteSession(String)
  case undeleteSession
  /// Mark a moment of the session in this folder.
  case markSession(String, SessionMarker)
  case pullModel(String)
  case cancelPull

  /// Begin a chat; `nil` takes the default model.
  case startChat(model: String?)
  /// Continue the session in this folder.
  case resumeSession(String)
  /// Continue the latest session that was not ended.
  case resumeUnfinished
  /// Play the session in this folder.
  case replaySession(String)

  /// Draw everything anew, as something else may have written on the terminal.
  case repaint
  /// Stop the program as Ctrl-Z does.
  case suspend
  /// Leave this screen for the one before; the program ends where there is none.
  case leave
  case quit
}

/// A line of help: keys and what they do.
public struct KeyHelp: Hashable, Sendable {
  /// The keys, as shown.
  public var keys: String
  /// What they do.
  public var meaning: String
  /// Creates a line.
  public init(_ keys: String, _ meaning: String) {
    self.keys = keys
    self.meaning = meaning
  }
}

/// One table of a screen's keys: it finds the action for a key, and the help is made from it.
public struct KeyTable<Action: Hashable & Sendable>: Sendable {
  /// An action with its keys.
  public struct Binding: Sendable {
    /// What is done.
    public var action: Action
    /// The keys that do it.
    public var presses: [KeyPress]
    /// What it does, for the help.
    public var meaning: String
    /// Creates a binding.
    public init(_ action: Action, _ presses: [KeyPress], _ meaning: String) {
      self.action = action
      self.presses = presses
      self.meaning = meaning
    }
  }

  let bindings: [Binding]
  private let actions: [KeyPress: Action]

  /// Creates a table; of two bindings with the same key the first wins.
  public init(_ bindings: [Binding]) {
    self.bindings = bindings
    actions = Dictionary(
      bindings.flatMap { binding in binding.presses.map { ($0, binding.action) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The action of a key; letters with modifiers in either case.
  public func action(for press: KeyPress) -> Action? { actions[press] }
}

extension KeyHelp {
  /// A key as people write it: `Ctrl-C`, `PgUp`, `F1`.
  static func shown(_ press: KeyPress) -> String {
    var text = ""
    if press.modifiers.contains(.control) { text += "Ctrl-" }
    if press.modifiers.contains(.alt) { text += "Alt-" }
    if press.modifiers.contains(.shift) { text += "Shift-" }
    switch press.key {
    case .character(" "): return text + "Space"
    case .character(let character): return text + (press.modifiers.isEmpty ? String(character) : character.uppercased())
    case .function(let number): return text + "F\(number)"
    case .pageUp: return text + "PgUp"
    case .pageDown: return text + "PgDn"
    case .escape: return text + "Esc"
    case .up: return text + "↑"
    case .down: return text + "↓"
    case .left: return text + "←"
    case .right: return text + "→"
    default:
      let name = KeyPress(press.key).name
      return text + name.prefix(1).uppercased() + name.dropFirst()
    }
  }
}

extension Drawing.Size {
  /// The size of a terminal.
  init(_ size: TerminalSize) { self.init(columns: size.columns, rows: size.rows) }
}
