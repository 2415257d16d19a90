import ArgumentParser
import Drawing
import Files
import JSONText
import Screens
import Sessions

/// `lathe compare`: two answers to one question, from two models, or from one by two seeds or samplings.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put two answers to one prompt beside each other, and keep which is better.",
    discussion: """
      Two --model give two models, with the same seed; --left and --right change sampling settings of one side \
      (--left temperature=0.2 --right temperature=1.2 --right top-k=0). Where nothing is different, two seeds are drawn. \
      Words that the other answer lacks are underlined on a terminal, elsewhere marked [-left-] and {+right+}. With a \
      --seed the same answers come again, so that one can look first and then call again with --prefer, which appends \
      {"prompt","chosen","rejected"} to the preference file that preference training reads.

      \(EndpointOptions.explanation)
      """)

  /// One of the two.
  enum Place: String, ExpressibleByArgument, CaseIterable { case left, right }

  @Option(help: "The prompt.")
  var prompt: String?

  @Option(help: "A file with the prompt; - is standard input.")
  var promptFile: String?

  @Option(help: "A system message before the prompt.")
  var system: String?

  @Option(help: "A model; given twice, the left and the right one.")
  var model: [String] = []

  @Option(help: ArgumentHelp("A sampling setting of the left side; may be given again.", valueName: "name=value"))
  var left: [String] = []

  @Option(help: ArgumentHelp("A sampling setting of the right side; may be given again.", valueName: "name=value"))
  var right: [String] = []

  @Option(help: "Tokens of context to open the models with.")
  var context: Int?

  @Option(help: "Keep which answer is better: left or right.")
  var prefer: Place?

  @Option(
    help: ArgumentHelp("The preference file (default: preferences.jsonl beside the sessions).", valueName: "file"))
  var preferences: String?

  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @OptionGroup(title: "Server") var server: EndpointOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    let given = [prompt, promptFile].compactMap(\.self).count
    guard given == 1 else { throw ValidationError("expected one of --prompt and --prompt-file, got \(given)") }
    guard model.count <= 2 else { throw ValidationError("--model: expected two at most, got \(model.count)") }
    if let context, context < 1 { throw ValidationError("--context must be 1 or more") }
    guard preferences == nil || prefer != nil else { throw ValidationError("--preferences goes with --prefer") }
    _ = try sides(drawing: { 0 })
  }

  /// The models and settings of both sides.
  func sides(
    drawing seed: () -> UInt64 = { UInt64.random(in: 0..<1 << 31) }
  ) throws -> (left: ComparedSide, right: ComparedSide) {
    func reference(_ name: String?) throws -> String {
      server.names(name) ? try server.reference(to: name) : name ?? Services.defaultModel
    }
    var one = ComparedSide(
      model: try reference(model.first), settings: try settings(left, of: .left))
    var other = ComparedSide(
      model: try reference(model.last), settings: try settings(right, of: .right))
    if one == other {
      guard one.settings.temperature > 0 else {
        throw ValidationError(
          "at temperature 0 both sides are the same: give two --model, or settings of a side with --left or --right")
      }
      one.settings.seed = one.settings.seed ?? seed()
      // As the chat draws another answer to the same question.
      other.settings = one.settings.forTurn(1, attempt: 1)
    } else {
      let common = one.settings.seed ?? other.settings.seed ?? seed()
      one.settings.seed = one.settings.seed ?? common
      other.settings.seed = other.settings.seed ?? common
    }
    return (one, other)
  }

  private func settings(_ changes: [String], of place: Place) throws -> SamplingSettings {
    var settings = sampling.settings
    for change in changes {
      let parts = change.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let field = SamplingField.named(parts[0]) else {
        let names = SamplingField.all.map(\.name).joined(separator: ", ")
        throw ValidationError("--\(place) \(printableLine(change)): expected NAME=VALUE; there are \(names)")
      }
      guard let changed = field.changed(settings, to: parts[1]) else {
        throw ValidationError("--\(place) \(printableLine(change)): expected \(field.expected)")
      }
      settings = changed
    }
    return settings
  }

  func run() throws {
    let sides = try sides()
    let messages = try messages()
    let engine = WaitingEngine(Services.standard(remote: server.configuration).engine) {
      StandardStreams.error("lathe compare: \(printableLine($0))\n")
    }
    let left = try draw(sides.left, messages, engine)
    // Which stays loaded where it answers both times.
    let model = sides.left.model == sides.right.model ? left.model : nil
    let right = try draw(sides.right, messages, engine, loaded: model)
    let report = ComparisonReport(messages: messages, left: left, right: right)
    StandardStreams.output(
      json ? report.json.text + "\n" : report.text(isUnderlined: TerminalCheck.underlines))
    try report.check()
    if let prefer { try keep(report, prefer) }
  }

  private func messages() throws -> [ChatMessage] {
    let question = ChatMessage(role: "user", content: try prompt ?? InputText.read(promptFile ?? "-"))
    return (system.map { [ChatMessage(role: "system", content: $0)] } ?? []) + [question]
  }

  private func draw(
    _ side: ComparedSide, _ messages: [ChatMessage], _ engine: WaitingEngine, loaded: ModelDescription? = nil
  ) throws -> ComparedAnswer {
    let description = try loaded ?? engine.load(ModelRequest(model: side.model, contextLength: context))
    let answer = try engine.answer(AnswerRequest(turn: 1, messages: messages, settings: side.settings))
    return ComparedAnswer(model: description, settings: answer.settings, end: answer.end)
  }

  private func keep(_ report: ComparisonReport, _ better: Place) throws {
    let path: String
    if let preferences {
      path = preferences
    } else {
      try createFolder(DataFolders.sessions)
      path = PreferenceFile.path(besideSessions: DataFolders.sessions)
    }
    try PreferenceFile.append(report.pair(preferring: better), to: path)
    StandardStreams.error("lathe compare: the preference is kept in \(printableLine(path))\n")
  }
}

/// Which model answers, and how its tokens are chosen.
struct ComparedSide: Hashable {
  var model: String
  var settings: SamplingSettings
}
