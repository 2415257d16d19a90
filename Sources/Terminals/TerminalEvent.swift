public import Drawing
public import Sessions

/// What a terminal tells the program.
public enum TerminalEvent: Hashable, Sendable {
  /// A key was pressed; Ctrl-C and Ctrl-Z arrive here too.
  case key(KeyPress)
  /// Text was pasted, newlines as `\n`; not yet `printable`. A very long paste comes in several events.
  case paste(String)
  /// The mouse did something, while it is reported.
  case mouse(MouseInput)
  /// The terminal has this size now; the next `present` repaints it.
  case resized(Size)
  /// The terminal has said what it can do.
  case abilities(TerminalAbilities)
  /// SIGTSTP from outside: call `suspend`.
  case suspendRequested
  /// The program was stopped and goes on (SIGCONT); the next `present` repaints.
  case continued
  /// SIGINT from outside.
  case interrupted
  /// SIGTERM: save and end.
  case terminated
  /// SIGHUP, or the terminal vanished: nothing can be shown any more.
  case hangUp
}

/// Why a terminal could not be opened.
public enum TerminalError: Error, Hashable, CustomStringConvertible {
  /// Standard input or output is a file or a pipe.
  case notATerminal
  /// TERM names a terminal that cannot place a cursor, or that terminfo does not know.
  case unusableType(String)
  /// Another `Terminal` of this process is open.
  case alreadyOpen
  /// The system refused a call.
  case system(operation: String, code: Int32)

  /// One line: what failed and what helps.
  public var description: String {
    switch self {
    case .notATerminal:
      "open terminal: standard input and output must be a terminal, got a file or pipe; use a headless command"
    case .unusableType(let name):
      "open terminal: TERM=\(printableLine(name)) cannot show screens here; set TERM to a known type, for example "
        + "xterm-256color"
    case .alreadyOpen: "open terminal: this process has one open already; close it first"
    case .system(let operation, let code): "open terminal: \(operation) failed with error \(code)"
    }
  }
}
