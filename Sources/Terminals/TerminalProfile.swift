import CTerminal
public import Drawing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What can be told of a terminal without drawing on it.
public struct TerminalProfile: Hashable, Sendable {
  /// TERM.
  public let type: String
  /// Whether a tmux stands between.
  public let isTmux: Bool
  /// Whether the locale is UTF-8.
  public let isUTF8: Bool
  /// Colours that screens have on it: 0 (none, or NO_COLOR is set), 8, 16, 88, 256 or 2^24.
  public let colors: Int
  /// Columns and rows; `nil` where there is no terminal.
  public let size: Size?
  /// What it says it can do; `nil` where there is no terminal to ask.
  public let abilities: TerminalAbilities?

  /// Asks the terminal of standard input and output; takes up to `patience` milliseconds where it does not answer.
  ///
  /// Nothing is drawn: the questions are answered, not shown. What is typed meanwhile is lost.
  public static func current(input: Int32 = 0, output: Int32 = 1, patience: Int = 1000) -> TerminalProfile {
    let type = Terminal.environment("TERM")
    let isUTF8 = terminal_set_locale()
    let isUsable = isatty(input) == 1 && isatty(output) == 1 && !["", "dumb", "unknown"].contains(type)
    guard isUsable else {
      return TerminalProfile(
        type: type, isTmux: !Terminal.environment("TMUX").isEmpty, isUTF8: isUTF8, colors: 0, size: nil, abilities: nil)
    }
    let abilities = ask(type, input: input, output: output, patience: patience)
    var window = winsize()
    let hasSize = ioctl(output, UInt(TIOCGWINSZ), &window) == 0
    let environment = TerminalEnvironment.current
    let depth = AbilityQuery.Environment.current(type: type).depth
    let takesRGB = depth == TERMINAL_DIRECT
    return TerminalProfile(
      type: type, isTmux: abilities.isTmux, isUTF8: isUTF8,
      colors: environment.refusesColor ? 0 : takesRGB ? 1 << 24 : Int(terminal_type_colors(type)),
      size: hasSize ? Size(columns: Int(window.ws_col), rows: Int(window.ws_row)) : nil, abilities: abilities)
  }

  private static func ask(_ type: String, input: Int32, output: Int32, patience: Int) -> TerminalAbilities {
    var query = AbilityQuery(.current(type: type))
    var saved = termios()
    guard tcgetattr(input, &saved) == 0 else { return query.abilities }
    var raw = saved
    cfmakeraw(&raw)
    tcsetattr(input, TCSADRAIN, &raw)
    defer { tcsetattr(input, TCSAFLUSH, &saved) }
    let line = OutputLine(terminal: output)
    line.append(query.request.utf8)
    line.drain(patience: patience)
    var decoder = KeyDecoder()
    let end = Terminal.now() + patience
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !query.isDone, Terminal.now() < end {
      var polled = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      guard poll(&polled, 1, Int32(max(1, end - Terminal.now()))) > 0 else { continue }
      let count = read(input, &buffer, buffer.count)
      guard count > 0 else { break }
      _ = decoder.feed(buffer[..<count])
      for report in decoder.takeReports() { query.take(report) }
    }
    return query.abilities
  }
}
