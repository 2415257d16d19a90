import CTerminal

/// Asks a terminal what it can do, and puts its answers together.
///
/// All questions go out at once and the answers come in among the keys, so that nothing waits. The last question is one
/// that every terminal answers (DA1): what has not been answered by then is not known to it.
struct AbilityQuery {
  /// What the environment says of the terminal.
  struct Environment {
    /// TERM.
    var type: String
    /// COLORTERM.
    var colors: String
    /// Whether TMUX is set.
    var isTmux: Bool

    /// How colours are given: as RGB where the environment says so.
    ///
    /// GNU screen takes no RGB, whatever the environment says of the terminal around it; the Linux console and the VT
    /// series take none either.
    var depth: terminal_depth {
      if type.hasPrefix("linux") || type.hasPrefix("vt") || type.hasPrefix("screen") && !isTmux {
        return TERMINAL_PALETTE
      }
      if type.hasSuffix("-direct") || ["truecolor", "24bit"].contains(colors) { return TERMINAL_DIRECT }
      return TERMINAL_PALETTE
    }

    /// This process's.
    static func current(type: String) -> Environment {
      let known = TerminalEnvironment.current
      return Environment(type: type, colors: known.colors, isTmux: known.isTmux)
    }
  }

  /// Milliseconds after which no answer is waited for: a long way there and back over SSH.
  static let patience = 2000

  private(set) var abilities = TerminalAbilities()
  /// Whether the last answer has come, or too much time has passed.
  private(set) var isDone = false
  private let environment: Environment

  init(_ environment: Environment) {
    self.environment = environment
    abilities.isTmux = environment.isTmux
    abilities.hasTrueColor = ["truecolor", "24bit"].contains(environment.colors)
  }

  /// The questions as bytes to send.
  var request: String {
    let end = "\u{1B}[c"
    // The Linux console shows what it does not know, and knows nothing of these.
    if environment.type.hasPrefix("linux") || environment.type.hasPrefix("vt") { return end }
    let name = "\u{1B}[>0q"
    let synchronized = "\u{1B}[?2026$p"
    let cell = "\u{1B}[16t"
    let ground = "\u{1B}]11;?\u{1B}\\"
    // A colour is set, its setting asked for, and taken back.
    let trueColor = "\u{1B}[48:2:1:2:3m\u{1B}P$qm\u{1B}\\\u{1B}[m"
    // How many colours sixels may have, and how large they may be (XTSMGRAPHICS of xterm's ctlseqs).
    let sixels = "\u{1B}[?1;1;0S\u{1B}[?2;1;0S"
    return name + synchronized + cell + ground + trueColor + sixels + graphics + end
  }

  /// A one-pixel image that is only checked, not shown. tmux and screen would take it as a title, so tmux is asked to hand
  /// it on (which it does where `allow-passthrough` is on). In tmux images need placeholders: terminals that do not know
  /// the key for them do not answer a question with it.
  private var graphics: String {
    let placeholders = environment.isTmux ? ",U=1" : ""
    let query = "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24\(placeholders);AAAA\u{1B}\\"
    if environment.isTmux {
      return passedThroughTmux(query)
    }
    return environment.type.hasPrefix("screen") ? "" : query
  }

  /// Takes an answer in.
  mutating func take(_ report: TerminalReport) {
    abilities.hasAnswered = true
    switch report {
    case .attributes(let attributes):
      abilities.hasSixel = attributes.dropFirst().contains(4)
      isDone = true
    case .mode(let mode, let state): if mode == 2026 { abilities.synchronizesOutput = (1...3).contains(state) }
    case .name(let name):
      abilities.name = name
      if name.hasPrefix("tmux") { abilities.isTmux = true }
    case .graphics(let text): if text.hasPrefix("i=31;OK") { abilities.hasKittyGraphics = true }
    case .style(let style):
      if style.contains("48:2:1:2:3") || style.contains("48:2::1:2:3") || style.contains("48;2;1;2;3") {
        abilities.hasTrueColor = true
      }
    case .sixelRegisters(let count): abilities.sixelRegisters = count
    case .sixelSize(let size): abilities.sixelSize = size
    case .cell(let size): abilities.cellPixels = size
    case .ground(let parts): abilities.ground = parts
    case .ready: break
    }
  }

  /// Waits no longer.
  mutating func giveUp() { isDone = true }
}
