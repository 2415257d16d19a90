import ArgumentParser
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The `lathe` program.
@main
struct Lathe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "A terminal workbench for language models.",
    subcommands: [ChatCommand.self, ReplayCommand.self, SessionsCommand.self])

  /// Without a command: the home screen on a terminal, else the help.
  func run() throws {
    guard TerminalCheck.canShowScreens else {
      writeAll(Lathe.helpMessage() + "\n", to: STDOUT_FILENO)
      return
    }
    let opening = ChatOpening(model: Services.defaultModel)
    try Workbench(.home, opening: opening, services: Services.standard()).runAndTell()
  }

  /// Exit status 0 done, 1 the work failed, 2 the call was wrong.
  static func main() {
    var command: any ParsableCommand
    do {
      command = try parseAsRoot()
    } catch {
      let isWrongCall = exitCode(for: error) != .success
      writeAll(fullMessage(for: error) + "\n", to: isWrongCall ? STDERR_FILENO : STDOUT_FILENO)
      exitProcess(isWrongCall ? 2 : 0)
    }
    do {
      try command.run()
    } catch {
      if error is CleanExit || error is ExitCode { exit(withError: error) }
      let name = type(of: command).configuration.commandName ?? "lathe"
      writeAll("lathe \(name): \(error)\n", to: STDERR_FILENO)
      exitProcess(1)
    }
  }
}

/// Ends the process; named apart from the command's own `exit`.
func exitProcess(_ status: Int32) -> Never { exit(status) }

/// Writes to a descriptor, whole; a reader that has gone away ends it.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if written < 0, errno != EINTR { return }
    rest = rest.dropFirst(max(0, written))
  }
}

/// Writes text to a descriptor, whole.
func writeAll(_ text: String, to descriptor: Int32) {
  writeAll(Array(text.utf8), to: descriptor)
}
