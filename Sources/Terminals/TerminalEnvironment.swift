/// What the environment says of a terminal beside its type.
public struct TerminalEnvironment: Hashable, Sendable {
  /// COLORTERM.
  public var colors: String
  /// Whether a tmux stands between: TMUX is set.
  public var isTmux: Bool
  /// Whether the user wants no colours: NO_COLOR is set.
  public var refusesColor: Bool

  /// Creates an environment.
  public init(colors: String, isTmux: Bool, refusesColor: Bool) {
    self.colors = colors
    self.isTmux = isTmux
    self.refusesColor = refusesColor
  }

  /// This process's.
  public static var current: TerminalEnvironment {
    TerminalEnvironment(
      colors: Terminal.environment("COLORTERM"), isTmux: !Terminal.environment("TMUX").isEmpty,
      refusesColor: !Terminal.environment("NO_COLOR").isEmpty)
  }
}
