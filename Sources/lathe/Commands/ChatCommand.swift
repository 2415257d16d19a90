import ArgumentParser
import Drawing
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe chat`: a conversation with a model.
struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat", abstract: "Chat with a model; the conversation is recorded and can be continued.",
    discussion: """
      On a terminal this opens the chat screen (? shows its keys). With --plain, where TERM is dumb and where there is no terminal, questions are \
      read from standard input, one a line, and the answers are printed as text, or all events as JSON Lines.

      \(EndpointOptions.explanation)
      """)

  @Option(help: "A model's name, a GGUF file or a model folder; with --endpoint the server's name for it.")
  var model: String?

  @Option(help: "Continue a session: its folder, its name, or the beginning of its name.")
  var resume: String?

  @Option(help: "The system prompt.")
  var system: String?

  @Option(help: ArgumentHelp("Add a PNG image to the first question; may be given several times.", valueName: "file"))
  var image: [String] = []

  @Option(help: "Tokens of context to open the model with; of a server's model what fits, where it does not tell.")
  var context: Int?

  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @OptionGroup(title: "Server") var server: EndpointOptions
  @OptionGroup var screen: ScreenOptions

  @Flag(help: "No screen: questions and answers line by line, as for screen readers.")
  var plain = false

  @Flag(help: "Print all events as JSON Lines; implies no screen.")
  var json = false

  func validate() throws {
    if let context, context < 1 { throw ValidationError("--context must be 1 or more") }
    let changes = [
      ("--model", model != nil), ("--endpoint", server.endpoint != nil),
      ("sampling options", sampling.settings != SamplingSettings()), ("--system", system != nil),
      ("--context", context != nil),
    ].filter(\.1).map(\.0)
    if resume != nil, !changes.isEmpty {
      throw ValidationError(
        "--resume continues with the recorded model and settings; leave out \(changes.joined(separator: ", "))")
    }
  }

  /// How the chat begins.
  func opening() throws -> ChatOpening {
    let reference = server.names(model) ? try server.reference(to: model) : model ?? Services.defaultModel
    return ChatOpening(model: reference, system: system, settings: sampling.settings, contextLength: context)
  }

  func run() throws {
    var services = Services.standard(remote: server.configuration)
    let opening = try opening()
    let path = try resume.map { try services.sessionLibrary.find($0) }
    if TerminalCheck.canShowScreens, !json, !plain {
      let start = path.map { Workbench.Start.resume($0) } ?? .chat(opening)
      let workbench = try Workbench(start, opening: opening, services: services, appearance: screen.appearance)
      for file in image { workbench.attach(file) }
      workbench.runAndTell()
      return
    }
    let size = TerminalSize(columns: 80, rows: 24)
    // Nobody sees panes here, so none are recorded.
    services.layout = nil
    let driver =
      if let path {
        try ChatDriver(resuming: path, services: services, size: size, theme: .dark, mailbox: Mailbox())
      } else {
        try ChatDriver(opening, services: services, size: size, theme: .dark, mailbox: Mailbox())
      }
    for file in image {
      do {
        try driver.attach(file)
      } catch {
        driver.close(inGoodOrder: true)
        throw error
      }
    }
    var chat = LineChat(driver: driver, isJSON: json, isInteractive: isatty(STDIN_FILENO) == 1)
    guard chat.run() else { throw ExitCode(1) }
  }
}
