public import Drawing
public import Sessions
public import Widgets

/// What every screen has around it: the command palette, short notices, the count of bytes sent; and the keys for them.
///
/// A value like a screen: keys and time change it, it draws over what the screen has drawn, and what must be done in the
/// world is returned. It is no part of a recorded session.
public struct Chrome: Sendable {
  /// What the app is to do.
  public enum Effect: Hashable, Sendable {
    /// The screen takes this key.
    case press(KeyPress)
    case useTheme(String)
    case reportMouse(Bool)
  }

  /// A notice and when it goes.
  private struct Notice: Sendable {
    var toast: Toast
    var until: Double
  }

  static let table = KeyTable<ChromeAction>([
    .init(.palette, [KeyPress(.function(2)), KeyPress(.character("x"), .alt)], "all commands, found by a few letters"),
    .init(.nextTheme, [KeyPress(.function(3)), KeyPress(.character("t"), .alt)], "the next theme"),
    .init(.traffic, [KeyPress(.function(4))], "show the bytes sent each second"),
    .init(.mouse, [KeyPress(.function(6))], "mouse on or off; off lets the terminal select text"),
  ])

  /// The actions that keys have on every screen.
  public static let keyMap = table.map(named: "everywhere")

  /// The user's own keys.
  public var bindings = KeyBindings.standard
  /// The names of the themes that can be chosen.
  public var themes: [String]
  /// The theme that is shown.
  public private(set) var theme: Theme
  /// Whether the mouse is reported.
  public private(set) var hasMouse: Bool
  /// Whether the bytes sent are shown.
  public private(set) var showsTraffic = false
  private var palette: CommandPalette?
  private var notices: [Notice] = []

  /// Creates it with the theme that is shown first.
  public init(theme: Theme, themes: [String], hasMouse: Bool) {
    self.theme = theme
    self.themes = themes
    self.hasMouse = hasMouse
  }

  /// Seconds until it wants to be told the time; `nil` while nothing on it moves by itself.
  public var tickInterval: Double? { notices.isEmpty && !showsTraffic ? nil : 0.5 }

  /// Takes in a key; `maps` are the screen's tables that apply now.
  public mutating func handle(_ press: KeyPress, over maps: [KeyMap], at seconds: Double) -> [Effect] {
    if let outcome = palette?.handle(press) { return end(outcome, at: seconds) }
    if let entry = bindings.entry(for: press, in: Chrome.keyMap),
      let action = entry.presses.first.flatMap(Chrome.table.action(for:))
    {
      return perform(action, over: maps, at: seconds)
    }
    return bindings.translated(press, in: maps).map { [.press($0)] } ?? []
  }

  /// Takes in what the mouse did; `nil` leaves it to the screen.
  public mutating func handle(_ mouse: MouseInput, in size: Size, at seconds: Double) -> [Effect]? {
    guard let outcome = palette?.handle(mouse, in: size) else { return nil }
    return end(outcome, at: seconds)
  }

  /// Takes in a paste.
  ///
  /// - Returns: whether it was for the palette.
  public mutating func handle(paste text: String) -> Bool {
    palette?.insert(text)
    return palette != nil
  }

  private mutating func end(_ outcome: CommandPalette.Outcome, at seconds: Double) -> [Effect] {
    switch outcome {
    case .open: return []
    case .closed:
      palette = nil
      return []
    case .chosen(let action):
      palette = nil
      switch action {
      case .press(let press): return [.press(press)]
      case .theme(let name): return [.useTheme(name)]
      case .chrome(let action): return perform(action, over: [], at: seconds)
      }
    }
  }

  private mutating func perform(_ action: ChromeAction, over maps: [KeyMap], at seconds: Double) -> [Effect] {
    switch action {
    case .palette: palette = CommandPalette(commands(over: maps))
    case .nextTheme:
      let next = themes.firstIndex(of: theme.name).map { ($0 + 1) % themes.count } ?? 0
      return themes.indices.contains(next) ? [.useTheme(themes[next])] : []
    case .traffic: showsTraffic.toggle()
    case .mouse:
      hasMouse.toggle()
      tell(hasMouse ? "mouse on" : "mouse off: the terminal selects text", at: seconds)
      return [.reportMouse(hasMouse)]
    }
    return []
  }

  private func commands(over maps: [KeyMap]) -> [CommandPalette.Command] {
    let screen = maps.enumerated().flatMap { index, map in
      map.entries.compactMap { entry in
        bindings.standardPress(of: entry, behind: maps[..<index]).map {
          CommandPalette.Command(
            entry.meaning, keys: KeyHelp.shown(bindings.presses(of: entry, in: map)), action: .press($0))
        }
      }
    }
    let own = Chrome.table.bindings.filter { $0.action != .palette }.map { binding in
      let keys = Chrome.keyMap.entry(named: hyphenated(binding.action.rawValue)).map {
        bindings.presses(of: $0, in: Chrome.keyMap)
      }
      return CommandPalette.Command(
        binding.meaning, keys: KeyHelp.shown(keys ?? binding.presses), action: .chrome(binding.action))
    }
    return screen + own + themes.map { CommandPalette.Command("theme: \($0)", action: .theme($0)) }
  }

  /// Shows another theme from now on.
  public mutating func use(_ theme: Theme, at seconds: Double) {
    self.theme = theme
    tell("theme: \(theme.name)", at: seconds)
  }

  /// Shows a short notice for a while; what is wrong stays longer.
  public mutating func tell(_ text: String, kind: Toast.Kind = .notice, at seconds: Double) {
    let isQuick = kind == .notice || kind == .success
    // A notice takes the place of the last of its kind: who changes themes quickly wants to see the latest.
    if isQuick { notices.removeAll { $0.toast.kind == kind } }
    notices.append(Notice(toast: Toast(text, kind: kind), until: seconds + (isQuick ? 2.5 : 12)))
  }

  /// Lets notices go whose time is over.
  public mutating func tick(at seconds: Double) { notices.removeAll { $0.until <= seconds } }

  /// Draws over the screen. `traffic` is what is known of the line, for the status line.
  public func view(on canvas: inout Canvas, traffic: String) {
    if showsTraffic, canvas.size.rows > 0 {
      let text = " " + traffic + " "
      let x = max(0, canvas.size.columns - TextWidth.columns(of: text))
      canvas.write(text, at: Point(x: x, y: canvas.size.rows - 1), style: theme[.statusBar].adding(.bold))
    }
    var area = canvas.bounds
    for notice in notices {
      var toast = notice.toast
      toast.theme = theme
      toast.draw(in: area, on: &canvas)
      area = area.splitTop(toast.rows(in: area)).rest
    }
    palette?.draw(on: &canvas, theme: theme)
  }
}

/// What keys do on every screen.
public enum ChromeAction: String, Hashable, Sendable {
  case palette, nextTheme, traffic, mouse
}
