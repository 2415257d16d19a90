/// The styles of everything on screen by role; screens name roles, never colours.
public struct Theme: Hashable, Sendable {
  /// What a piece of the screen is. Theme files write the raw value with hyphens: `inactive-selection`.
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

  /// For dark grounds: the terminal's own text colour, accents from the 16 palette colours. The same as the theme file of
  /// that name, for whatever draws before settings are read.
  public static let dark = Theme(
    name: "dark",
    styles: [
      .muted: Style(foreground: .brightBlack), .strong: Style(attributes: .bold),
      .title: Style(foreground: .brightCyan, attributes: .bold), .accent: Style(foreground: .brightCyan),
      .user: Style(foreground: .brightGreen, attributes: .bold), .system: Style(foreground: .brightMagenta),
      .tool: Style(foreground: .yellow), .code: Style(foreground: .brightYellow),
      .link: Style(foreground: .brightBlue, attributes: .underline),
      .selection: Style(foreground: .black, background: .cyan),
      .inactiveSelection: Style(foreground: .brightWhite, background: .indexed(8)),
      .statusBar: Style(foreground: .brightWhite, background: .indexed(8)),
      .key: Style(foreground: .brightCyan, attributes: .bold), .border: Style(foreground: .brightBlack),
      .focusedBorder: Style(foreground: .brightCyan), .placeholder: Style(foreground: .brightBlack),
      .progressDone: Style(foreground: .brightCyan), .progressRest: Style(foreground: .brightBlack),
      .success: Style(foreground: .brightGreen), .warning: Style(foreground: .brightYellow),
      .error: Style(foreground: .brightRed, attributes: .bold), .match: Style(foreground: .black, background: .yellow),
    ])

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
}
