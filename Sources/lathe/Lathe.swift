import ArgumentParser
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The root command. Exit status: 0 done, 1 the work failed, 2 the call was wrong.
@main
struct Lathe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "A terminal research workbench for large language and multimodal models.",
    discussion: "Without a subcommand, on a terminal: the home screen.",
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Chat", subcommands: [ChatCommand.self, ReplayCommand.self, RerunCommand.self, SessionsCommand.self]),
      CommandGroup(
        name: "Models",
        subcommands: [PullCommand.self, ModelsCommand.self, InspectCommand.self, QuantizeCommand.self]),
      CommandGroup(
        name: "Generate and measure",
        subcommands: [
          GenerateCommand.self, CompareCommand.self, ScoreCommand.self, PerplexityCommand.self, BenchCommand.self,
          VerifyCommand.self,
        ]),
      CommandGroup(name: "Text", subcommands: [TokenizeCommand.self, TemplateCommand.self]),
      CommandGroup(name: "Pictures", subcommands: [PlotCommand.self, ShowCommand.self, BenchDrawingCommand.self]),
      CommandGroup(name: "This machine", subcommands: [DoctorCommand.self, ConfigCommand.self]),
    ])

  @OptionGroup var screen: ScreenOptions

  /// Without a command: the home screen on a terminal, else the help.
  func run() throws {
    guard TerminalCheck.canShowScreens else {
      StandardStreams.output(Lathe.helpMessage() + "\n")
      return
    }
    let opening = ChatOpening(model: Services.defaultModel)
    try Workbench(.home, opening: opening, services: Services.standard(), appearance: screen.appearance).runAndTell()
  }

  static func main() async {
    StandardStreams.holdPlaces()
    // A reader that goes away must end output quietly, not the program by a signal.
    signal(SIGPIPE, SIG_IGN)
    // A file that grows beyond a limit is an error of its own, as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    let command: any ParsableCommand
    do {
      command = try parseAsRoot()
    } catch {
      leave(callError: error)
    }
    do {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        var synchronous = command
        try synchronous.run()
      }
    } catch {
      if let code = error as? ExitCode { endProgram(code.rawValue) }
      // Help that was asked for, and a wrong call that was found late.
      if [.success, .validationFailure].contains(exitCode(for: error)) { leave(callError: error) }
      let name = type(of: command).configuration.commandName ?? "lathe"
      StandardStreams.error((name == "lathe" ? "lathe: " : "lathe \(name): ") + "\(error)\n")
      endProgram(1)
    }
  }

  /// Prints help to standard output or what is wrong with the call to standard error, and leaves with 0 or 2.
  private static func leave(callError error: any Error) -> Never {
    let text = fullMessage(for: error) + "\n"
    guard exitCode(for: error).isSuccess else {
      // The parser begins with "Error: "; ours name the program, as other tools' do.
      StandardStreams.error(text.hasPrefix("Error: ") ? "lathe: " + text.dropFirst("Error: ".count) : text)
      endProgram(2)
    }
    StandardStreams.output(text)
    endProgram(0)
  }
}
