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
      """)

  @Option(help: "A model's name, a GGUF file or a model folder.")
  var model: String?

  @Option(help: "Continue a session: its folder, its name, or the beginning of its name.")
  var resume: String?

  @Option(help: "0 always takes the likeliest token (default: \(SamplingSettings().temperature)).")
  var temperature: Float?

  @Option(help: "Seed of the random numbers; the same seed draws the same answers.")
  var seed: UInt64?

  @Option(help: "The system prompt.")
  var system: String?

  @Option(help: "Most tokens of an answer; 0 is as many as fit.")
  var maxTokens: Int?

  @Option(help: "Tokens of context to open the model with.")
  var context: Int?

  @OptionGroup var screen: ScreenOptions

  @Flag(help: "No screen: questions and answers line by line, as for screen readers.")
  var plain = false

  @Flag(help: "Print all events as JSON Lines; implies no screen.")
  var json = false

  func validate() throws {
    if let temperature, !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature must be 0 or more")
    }
    if let maxTokens, maxTokens < 0 { throw ValidationError("--max-tokens must be 0 or more") }
    if let context, context < 1 { throw ValidationError("--context must be 1 or more") }
    let changes = [
      ("--model", model != nil), ("--temperature", temperature != nil), ("--seed", seed != nil),
      ("--system", system != nil), ("--max-tokens", maxTokens != nil), ("--context", context != nil),
    ].filter(\.1).map(\.0)
    if resume != nil, !changes.isEmpty {
      throw ValidationError(
        "--resume continues with the recorded model and settings; leave out \(changes.joined(separator: ", "))")
    }
  }

  /// How the chat begins.
  var opening: ChatOpening {
    var settings = SamplingSettings()
    if let temperature { settings.temperature = temperature }
    if let maxTokens { settings.maximumTokens = maxTokens }
    settings.seed = seed
    return ChatOpening(
      model: model ?? Services.defaultModel, system: system, settings: settings, contextLength: context)
  }

  func run() throws {
    let services = Services.standard()
    let path = try resume.map { try services.sessionLibrary.find($0) }
    if TerminalCheck.canShowScreens, !json, !plain {
      let start = path.map { Workbench.Start.resume($0) } ?? .chat(opening)
      try Workbench(start, opening: opening, services: services, appearance: screen.appearance).runAndTell()
      return
    }
    let size = TerminalSize(columns: 80, rows: 24)
    let driver =
      if let path {
        try ChatDriver(resuming: path, services: services, size: size, theme: .dark, mailbox: Mailbox())
      } else {
        try ChatDriver(opening, services: services, size: size, theme: .dark, mailbox: Mailbox())
      }
    var chat = LineChat(driver: driver, isJSON: json, isInteractive: isatty(STDIN_FILENO) == 1)
    guard chat.run() else { throw ExitCode(1) }
  }
}
