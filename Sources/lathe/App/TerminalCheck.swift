import Drawing
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the program was started on.
enum TerminalCheck {
  /// Whether screens can be shown: a terminal on both ends, and one that can place a cursor.
  static var canShowScreens: Bool {
    isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && hasCapabilities
  }

  /// Whether standard output is a terminal that can underline.
  static var underlines: Bool { isatty(STDOUT_FILENO) == 1 && hasCapabilities }

  /// Takes keys from the terminal that standard output is, once something else has been read from standard input.
  ///
  /// - Returns: whether screens can be shown.
  static func takeKeysFromTerminal() -> Bool {
    if isatty(STDIN_FILENO) == 1 { return canShowScreens }
    guard isatty(STDOUT_FILENO) == 1, hasCapabilities else { return false }
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return false }
    defer { close(terminal) }
    return dup2(terminal, STDIN_FILENO) >= 0
  }

  private static var hasCapabilities: Bool {
    let type = getenv("TERM").map { String(cString: $0) } ?? ""
    return !type.isEmpty && type != "dumb" && type != "unknown"
  }
}

extension Workbench {
  /// Runs, and then says on the shell's screen where the conversation is.
  func runAndTell() {
    guard let path = run() else { return }
    let name = printableLine(SessionLibrary.name(ofPath: path))
    StandardStreams.error("session \(name): lathe chat --resume \(name) continues it, lathe replay \(name) plays it\n")
  }
}
