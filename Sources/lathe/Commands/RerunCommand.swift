import ArgumentParser
import Downloads
import Drawing
import Inference
import JSONText
import OrderedCollections
import Remote
import Sessions
import Tensors

/// `lathe rerun`: draws the answers of a session again and says whether they are the same.
struct RerunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun", abstract: "Draw recorded answers again, and tell the first token that differs.",
    discussion: """
      The same weights (by their hash), prompt tokens, sampling settings and seed: on the same kind of processor the \
      answer is the same to the last bit. Prints a line for each answer: "identical", or both tokens with both \
      distributions. Exit status: 0 all identical, 1 not.
      """)

  @Argument(help: "The session: its folder, its name, or the beginning of its name.")
  var session: String

  @Option(help: "Only the answers of this turn, from 1.")
  var turn: Int?

  @Option(help: "Another model than the session names: a name, a GGUF file or a model folder.")
  var model: String?

  @Flag(help: "Compare also when the weights are not those that were recorded.")
  var anyWeights = false

  @Option(help: "Threads that compute; default: the processors this program may use.")
  var threads = CPUBackend.availableProcessors

  @Flag(help: "Print one JSON object an answer.")
  var json = false

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads \(threads): expected 1 to 1024") }
  }

  func run() throws {
    let log = try SessionLog(path: try Services.sessionLibrary.find(session))
    let answers = log.answers.filter { turn == nil || $0.start.turn == turn }
    guard !answers.isEmpty else {
      throw InferenceError("\(printableLine(log.path)): no answer\(turn.map { " of turn \($0)" } ?? "") to run again")
    }
    if let remote = answers.first(where: { RemoteModel.isReference($0.model) }), model == nil {
      throw InferenceError(
        "\(printableLine(log.path)): answered by a server, \(printableLine(remote.model)), which cannot be asked for the "
          + "same answer again: name the same weights on this machine with --model, and --any-weights")
    }
    let backend = CPUBackend(threads: threads)
    var generator: Generator?
    var (loadedName, areIdentical) = ("", true)
    for answer in answers {
      // Answers of other models may stand between, for comparison.
      let name = model ?? answer.model
      var loaded = generator?.model
      if name != loadedName {
        generator = nil
        loaded = try load(name, on: backend)
        loadedName = name
      }
      guard let loaded else { continue }
      try checkWeights(of: answer, against: loaded.description)
      if generator?.contextLength != answer.start.contextLength {
        generator = try Generator(loaded, contextLength: answer.start.contextLength)
      }
      guard let generator else { continue }
      let outcome = try Rerun.run(answer, on: generator)
      if case .differs = outcome { areIdentical = false }
      let text = json ? object(outcome, answer).text : lines(outcome, answer, on: backend.name)
      guard StandardStreams.output(text + "\n") else { break }
    }
    if !areIdentical { throw ExitCode(1) }
  }

  private func load(_ name: String, on backend: CPUBackend) throws -> LoadedModel {
    let found = try ModelStore().find(name)
    return try LoadedModel(path: found.path, name: found.name, backend: backend)
  }

  private func checkWeights(of answer: RecordedAnswer, against model: ModelDescription) throws(InferenceError) {
    let recorded = answer.start.weightsSHA256
    guard !anyWeights, recorded != model.identity else { return }
    throw InferenceError(
      "the session was recorded with weights \(recorded.isEmpty ? "of no known hash" : "\(recorded.prefix(12))…"), "
        + "\(model.name) has \(model.identity.prefix(12))…: give the same with --model, or --any-weights")
  }

  private func lines(_ outcome: Rerun.Outcome, _ answer: RecordedAnswer, on backend: String) -> String {
    switch outcome {
    case .identical(let tokens, let logits):
      let agreement = logits == 0 ? "logits bit for bit" : "logits within \(logits)"
      return "turn \(answer.start.turn): identical, \(tokens) tokens, \(agreement)"
    case .differs(let place, let recorded, let now):
      var lines = ["turn \(answer.start.turn): differs at token \(place + 1) of \(answer.tokens.count)"]
      lines.append("  recorded  " + RerunCommand.text(recorded))
      lines.append("  now       " + RerunCommand.text(now))
      let before = answer.start.computedOn
      if !before.isEmpty, before != backend {
        lines.append("  recorded on \(printableLine(before)), now on \(backend)")
      }
      return lines.joined(separator: "\n")
    }
  }

  private static func text(_ token: GeneratedToken?) -> String {
    guard let token else { return "(the answer had ended)" }
    func shown(_ text: String) -> String { JSONValue.string(text).text }
    let name = token.top.first { $0.id == token.id }?.text ?? token.text
    let others = token.distribution.map { "\(shown($0.candidate.text)) \(percent($0.probability))" }
    return "\(shown(name)) (\(token.id)) \(percent(Double(token.probability)))   of " + others.joined(separator: ", ")
  }

  private static func percent(_ probability: Double) -> String { "\((probability * 100).rounded(toPlaces: 2)) %" }

  private func object(_ outcome: Rerun.Outcome, _ answer: RecordedAnswer) -> JSONValue {
    var object = JSONObjectBuilder()
    object["turn"] = .integer(answer.start.turn)
    switch outcome {
    case .identical(let tokens, let logits):
      object["result"] = "identical"
      object["tokens"] = .integer(tokens)
      object["largest_logit_difference"] = .double(Double(logits))
    case .differs(let place, let recorded, let now):
      object["result"] = "differs"
      object["tokens"] = .integer(answer.tokens.count)
      object["at"] = .integer(place)
      object["recorded"] = RerunCommand.json(recorded)
      object["now"] = RerunCommand.json(now)
    }
    return object.value
  }

  private static func json(_ token: GeneratedToken?) -> JSONValue {
    guard let token else { return .null }
    return [
      "token": .integer(Int(token.id)), "text": .string(token.text), "probability": .double(Double(token.probability)),
      "top": .array(
        token.distribution.map {
          [
            "token": .integer(Int($0.candidate.id)), "text": .string($0.candidate.text),
            "probability": .double($0.probability),
          ]
        }),
    ]
  }
}
