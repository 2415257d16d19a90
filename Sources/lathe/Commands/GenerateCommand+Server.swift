import ArgumentParser
import Drawing
import Inference
import JSONText
import Remote
import Sessions

// Answers from a server in place of the embedded runtime.
extension GenerateCommand {
  func checkServerCall() throws {
    guard server.names(model.model) else { return }
    guard !raw, tokens == nil else {
      throw ValidationError("--raw and --tokens need the model on this machine; a server is given chat messages")
    }
  }

  /// Asks the model of a reference and prints what comes.
  func run(onServer reference: String) throws {
    let engine = WaitingEngine(RemoteEngine(server.configuration)) { remark($0) }
    let description = try engine.load(ModelRequest(model: reference))
    var settings = sampling.settings
    if settings.seed == nil { settings.seed = UInt64.random(in: 0..<1 << 31) }
    let request = AnswerRequest(turn: 1, messages: try messages(), settings: settings)
    let answer = try engine.answer(request) { show($0) }
    try finish(answer.end, description, answer.settings)
  }

  private func show(_ token: GeneratedToken) {
    StandardStreams.output(json ? GenerateCommand.serverLine(token).text + "\n" : shown(token.text))
  }

  private func finish(_ end: AnswerEnd, _ model: ModelDescription, _ settings: SamplingSettings) throws {
    if json {
      StandardStreams.output(GenerateCommand.serverSummary(end, model, settings).text + "\n")
    } else if !end.text.hasSuffix("\n") {
      StandardStreams.output("\n")
    }
    if case .failed(let message) = end.reason { throw WaitingEngine.Failure(description: message) }
  }

  private func remark(_ text: String) { StandardStreams.error("lathe generate: \(printableLine(text))\n") }

  /// A token, without the ids that the API lacks; what was not asked for is null.
  private static func serverLine(_ token: GeneratedToken) -> JSONValue {
    [
      "token": nil, "text": .string(token.text), "logit": .double(Double(token.logit)),
      "probability": .double(Double(token.probability)),
      "top": .array(
        token.top.map { ["token": nil, "text": .string($0.text), "logit": .double(Double($0.logit))] }),
    ]
  }

  private static func serverSummary(
    _ end: AnswerEnd, _ model: ModelDescription, _ settings: SamplingSettings
  ) -> JSONValue {
    let decoded = max(0, end.generatedTokens - 1)
    return [
      "summary": .string(end.reason.name), "text": .string(end.text), "model": .string(model.identity),
      "prompt_tokens": end.promptTokens.map { .integer($0) } ?? nil,
      "generated_tokens": .integer(end.generatedTokens), "first_token_seconds": .double(end.prefillSeconds),
      "decode_seconds": .double(end.decodeSeconds),
      "decode_tokens_per_second": end.decodeSeconds > 0 ? .double(Double(decoded) / end.decodeSeconds) : nil,
      "seed": settings.seed.map { .integer(Int($0)) } ?? nil, "temperature": .double(Double(settings.temperature)),
    ]
  }
}
