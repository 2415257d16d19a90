import Drawing
import Sessions
import Widgets

/// A list of everything that can be done now, found by typing a few of its letters.
struct CommandPalette: Sendable {
  /// A line of the palette.
  struct Command: Hashable, Sendable {
    /// What choosing it does.
    enum Action: Hashable, Sendable {
      /// The screen gets this key.
      case press(KeyPress)
      /// Something of the program itself.
      case chrome(ChromeAction)
      case theme(String)
    }

    /// What it does, in words.
    var title: String
    /// The keys that do the same.
    var keys: String
    /// What choosing it does.
    var action: Action

    /// Creates a command.
    init(_ title: String, keys: String = "", action: Action) {
      self.title = title
      self.keys = keys
      self.action = action
    }
  }

  /// What a key did to the palette.
  enum Outcome: Hashable, Sendable {
    case open, closed
    case chosen(Command.Action)
  }

  private let commands: [Command]
  private var input = InputLine()
  /// Indices of the commands that fit, the best first, with the places of the letters.
  private(set) var matches: [(index: Int, positions: [Int])]
  private var selection: ListSelection

  /// A palette of these commands, nothing typed yet.
  init(_ commands: [Command]) {
    self.commands = commands
    matches = commands.indices.map { ($0, []) }
    selection = ListSelection(count: commands.count)
  }

  /// The command that Enter takes.
  var selected: Command? { selection.selected.map { commands[matches[$0].index] } }

  mutating func handle(_ press: KeyPress) -> Outcome {
    switch (press.key, press.modifiers) {
    case (.escape, _), (.character("c"), .control): return .closed
    case (.enter, []): return selected.map { .chosen($0.action) } ?? .closed
    case (.up, []), (.character("p"), .control): selection.move(by: -1)
    case (.down, []), (.character("n"), .control), (.tab, []): selection.move(by: 1)
    case (.pageUp, []): selection.move(by: -10)
    case (.pageDown, []): selection.move(by: 10)
    case (.backspace, []): edit { $0.deleteBackward() }
    case (.character("u"), .control): edit { $0.set("") }
    case (.character(let character), []): edit { $0.insert(String(character)) }
    default: break
    }
    return .open
  }

  mutating func insert(_ text: String) { edit { $0.insert(String(text.filter { !$0.isNewline }.prefix(100))) } }

  /// The wheel moves, a click takes a line, a click outside closes.
  mutating func handle(_ mouse: MouseInput, in size: Size) -> Outcome {
    if let direction = mouse.wheelDirection { selection.move(by: direction) }
    guard mouse.isClick else { return .open }
    let frame = frame(in: size)
    let place = Point(x: mouse.x, y: mouse.y)
    guard frame.contains(place) else { return .closed }
    let list = frame.inset(columns: 1, rows: 1).splitTop(1).rest
    guard list.contains(place) else { return .open }
    var shown = selection
    shown.reveal(rows: list.rows)
    let row = shown.first + mouse.y - list.y
    guard matches.indices.contains(row) else { return .open }
    return .chosen(commands[matches[row].index].action)
  }

  private mutating func edit(_ change: (inout InputLine) -> Void) {
    change(&input)
    matches =
      commands.enumerated().compactMap { index, command in
        FuzzyMatch(input.text, in: command.title).map { (index, $0) }
      }
      .sorted { ($0.1.score, $1.0) > ($1.1.score, $0.0) }
      .map { ($0.0, $0.1.positions) }
    selection = ListSelection(count: matches.count)
  }

  private func frame(in size: Size) -> Rectangle {
    let all = Rectangle(size: size)
    let columns = min(all.columns, 72)
    // Its height stays the same while letters are typed, so that nothing jumps.
    let rows = min(all.rows, min(commands.count, 14) + 3)
    let place = all.centered(Size(columns: columns, rows: rows))
    return Rectangle(x: place.x, y: min(place.y, 2), columns: place.columns, rows: place.rows)
  }

  func draw(on canvas: inout Canvas, theme: Theme) {
    let frame = frame(in: canvas.size)
    guard !frame.isEmpty else { return }
    canvas.fill(frame, style: theme[.overlay])
    canvas.box(frame, style: theme[.focusedBorder], title: "commands", titleStyle: theme[.title])
    let (line, list) = (frame.rows >= 3 ? frame.inset(columns: 1, rows: 1) : frame).splitTop(1)
    canvas.cursor = nil
    InputView(input, prompt: "› ", placeholder: "type a few letters of what to do", theme: theme)
      .draw(in: line.inset(columns: min(1, line.columns / 2)), on: &canvas)
    var selection = selection
    selection.reveal(rows: list.rows)
    let keyColumns = matches.map { TextWidth.columns(of: commands[$0.index].keys) }.max() ?? 0
    ListView(selection, theme: theme) { row in
      let command = commands[matches[row].index]
      let room = max(0, list.columns - 5 - keyColumns)
      let title = spans(of: truncated(command.title, to: room), at: matches[row].positions, theme)
      let padding = String(repeating: " ", count: room - TextWidth.columns(of: truncated(command.title, to: room)) + 2)
      return title + [Span(padding + command.keys, theme[.key])]
    }.draw(in: list, on: &canvas)
    if matches.isEmpty, !list.isEmpty {
      canvas.write("  nothing fits", at: list.origin, style: theme[.muted].over(theme[.overlay]), in: list)
    }
  }

  /// The title with the typed letters marked.
  private func spans(of title: String, at positions: [Int], _ theme: Theme) -> [Span] {
    title.enumerated().map { index, character in
      Span(String(character), positions.contains(index) ? Style(attributes: [.bold, .underline]) : .plain)
    }
  }
}
