import ArgumentParser
import Inference
import JSONText
import Sessions

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Log probabilities of given token sequences.",
    discussion: """
      Each line {"tokens":[...],"top":5} of standard input gives one line {"positions":[{"log_probability","top":[[id,logit],...]},...]}:
      per input token the log probability of the token that follows it (null behind the last) and the likeliest tokens there.
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var context: ContextOptions

  @Flag(help: "Read and write JSON Lines (the only form there is).")
  var jsonLines = false

  func validate() throws {
    guard jsonLines else { throw ValidationError("expected --json-lines") }
  }

  func run() throws {
    let loaded = try model.load()
    let scorer = try Scorer(model: loaded, context: context.context, cacheType: context.cacheType.elementType)
    var failures = 0
    for (number, line) in InputLines().enumerated() where !InputLines.isBlank(line) {
      do {
        guard StandardStreams.output(try answer(line, scorer).text + "\n") else { return }
      } catch {
        failures += 1
        StandardStreams.output((["error": .string("line \(number + 1): \(error)")] as JSONValue).text + "\n")
      }
    }
    if failures > 0 {
      throw InferenceError("\(failures) lines could not be scored; each has an \"error\" in the output")
    }
  }

  private func answer(_ line: [UInt8], _ scorer: Scorer) throws -> JSONValue {
    let request = try JSONValue(parsing: line)
    guard let list = request["tokens"]?.array else { throw InferenceError("expected {\"tokens\":[...]}") }
    let tokens = list.compactMap { $0.integer.flatMap { Int32(exactly: $0) } }
    guard tokens.count == list.count, !tokens.isEmpty else {
      throw InferenceError("\"tokens\": expected one or more token ids")
    }
    let top = request["top"]?.integer ?? 5
    guard (0...1000).contains(top) else { throw InferenceError("\"top\": expected 0 to 1000, got \(top)") }
    let positions = try scorer.score(tokens, top: top).map { position -> JSONValue in
      [
        "log_probability": position.logProbability.map(JSONValue.double) ?? nil,
        "top": .array(position.top.map { [.integer(Int($0.id)), .double(Double($0.logit))] }),
      ]
    }
    return ["positions": .array(positions)]
  }
}
