/// The styles of everything on screen by role; screens name roles, never colours.
public struct Theme: Hashable, Sendable {
  /// What a piece of the screen is. The raw value is the name in theme files.
  public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Ordinary text.
    case text
    /// Text that matters less: hints, times, counts.
    case muted
    /// Text that matters more.
    case strong
    /// Titles of panes and dialogs.
    case title
    /// The brand and whatever should catch the eye.
    case accent
    /// What the user wrote.
    case user
    /// What the model wrote.
    case assistant
    /// The system prompt.
    case system
    /// Output of a tool.
    case tool
    /// Code in a message.
    case code
    /// Links and file names.
    case link
    /// The selected row of a list that has the focus.
    case selection
    /// The selected row of a list that has not.
    case inactiveSelection
    /// The status line.
    case statusBar
    /// A key's name in the command bar and in help.
    case key
    /// Borders and rules.
    case border
    /// The border of the pane that has the focus.
    case focusedBorder
    /// Text being edited.
    case input
    /// The hint in an empty input.
    case placeholder
    /// The part of a progress bar that is done.
    case progressDone
    /// The part that is left.
    case progressRest
    /// Something went well.
    case success
    /// Something wants attention.
    case warning
    /// Something failed.
    case error
    /// The ground of dialogs and overlays.
    case overlay
    /// A search match.
    case match
  }

  /// The theme's name.
  public var name: String
  private var styles: [Style]

  /// Creates a theme; roles left out look like `text`.
  public init(name: String, styles: [Role: Style]) {
    self.name = name
    let text = styles[.text] ?? .plain
    self.styles = Role.allCases.map { styles[$0] ?? text }
  }

  /// The style of a role.
  public subscript(role: Role) -> Style {
    get { styles[Theme.positions[role] ?? 0] }
    set { styles[Theme.positions[role] ?? 0] = newValue }
  }

  private static let positions = Dictionary(
    uniqueKeysWithValues: Role.allCases.enumerated().map { ($0.element, $0.offset) })

  /// The themes that are built in.
  public static let builtIn: [Theme] = [dark, light, monochrome]

  /// For dark grounds: the terminal's own text colour, accents from the 16 palette colours.
  public static let dark = Theme(
    name: "dark",
    styles: colored(
      accent: .brightCyan, user: .brightGreen, assistant: .standard, muted: .brightBlack, system: .brightMagenta,
      tool: .yellow, code: .brightYellow, link: .brightBlue, bar: (.brightWhite, .indexed(8)),
      selection: (.black, .cyan), success: .brightGreen, warning: .brightYellow, error: .brightRed))

  /// For light grounds: only the darker half of the palette.
  public static let light = Theme(
    name: "light",
    styles: colored(
      accent: .blue, user: .green, assistant: .standard, muted: .brightBlack, system: .magenta,
      tool: .red, code: .magenta, link: .blue, bar: (.black, .white),
      selection: (.brightWhite, .blue), success: .green, warning: .magenta, error: .red))

  /// Without colours: everything is said by attributes (NO_COLOR, printers, monochrome terminals).
  public static let monochrome = Theme(
    name: "monochrome",
    styles: [
      .muted: Style(attributes: .dim), .strong: Style(attributes: .bold), .title: Style(attributes: .bold),
      .accent: Style(attributes: .bold), .user: Style(attributes: .bold), .system: Style(attributes: .italic),
      .tool: Style(attributes: .italic), .link: Style(attributes: .underline),
      .selection: Style(attributes: .reverse), .inactiveSelection: Style(attributes: .underline),
      .statusBar: Style(attributes: .reverse), .key: Style(attributes: .bold),
      .focusedBorder: Style(attributes: .bold), .placeholder: Style(attributes: .dim),
      .progressDone: Style(attributes: .reverse), .success: Style(attributes: .bold),
      .warning: Style(attributes: .bold), .error: Style(attributes: [.bold, .reverse]),
      .match: Style(attributes: [.underline, .bold]),
    ])

  /// The roles of a theme that uses colours.
  private static func colored(
    accent: Color, user: Color, assistant: Color, muted: Color, system: Color, tool: Color, code: Color, link: Color,
    bar: (Color, Color), selection: (Color, Color), success: Color, warning: Color, error: Color
  ) -> [Role: Style] {
    [
      .muted: Style(foreground: muted), .strong: Style(attributes: .bold),
      .title: Style(foreground: accent, attributes: .bold), .accent: Style(foreground: accent),
      .user: Style(foreground: user, attributes: .bold), .assistant: Style(foreground: assistant),
      .system: Style(foreground: system), .tool: Style(foreground: tool), .code: Style(foreground: code),
      .link: Style(foreground: link, attributes: .underline),
      .selection: Style(foreground: selection.0, background: selection.1),
      .inactiveSelection: Style(attributes: .reverse), .statusBar: Style(foreground: bar.0, background: bar.1),
      .key: Style(foreground: accent, attributes: .bold), .border: Style(foreground: muted),
      .focusedBorder: Style(foreground: accent), .placeholder: Style(foreground: muted),
      .progressDone: Style(foreground: accent), .progressRest: Style(foreground: muted),
      .success: Style(foreground: success), .warning: Style(foreground: warning),
      .error: Style(foreground: error, attributes: .bold),
      .match: Style(foreground: .black, background: .yellow),
    ]
  }
}
