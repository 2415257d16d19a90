import ArgumentParser
import Drawing
import Inference
import JSONText
import Sessions
import Tokenization

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Answer one prompt and leave.",
    discussion: """
      The prompt is put through the model's chat template as a user's message, unless --raw or --tokens is given.
      With --json each token is one line {"token","text","logit","probability","top":[{"token","logit"}]}, logits and
      probabilities being the model's own before any sampling setting; the last line is the summary.

      \(EndpointOptions.explanation) Servers have no token ids: "token" is null, and "logit" is a log-probability \
      where --logprobs asks for them.
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var context: ContextOptions

  @Option(help: "The prompt.")
  var prompt: String?

  @Option(help: "A file with the prompt; - is standard input.")
  var promptFile: String?

  @Option(help: "The prompt as token ids: 1,2,3.")
  var tokens: String?

  @Option(help: "A system message before the prompt.")
  var system: String?

  @Flag(help: "Continue the text as it is, without chat template.")
  var raw = false

  @OptionGroup(title: "Server") var server: EndpointOptions

  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @Flag(help: "Print JSON Lines: one object a token, then a summary.")
  var json = false

  @Option(help: "Likeliest tokens to report with each token (with --json).")
  var top = 5

  func validate() throws {
    let given = [prompt, promptFile, tokens].compactMap(\.self).count
    guard given == 1 else {
      throw ValidationError("expected one of --prompt, --prompt-file and --tokens, got \(given)")
    }
    guard system == nil || (!raw && tokens == nil) else {
      throw ValidationError("--system goes with a chat prompt, not with --raw or --tokens")
    }
    guard (0...1000).contains(top) else { throw ValidationError("--top \(top): expected 0 to 1000") }
    if let tokens, GenerateCommand.ids(tokens) == nil {
      throw ValidationError("--tokens \(tokens): expected token ids separated by commas")
    }
    try checkServerCall()
  }

  func run() throws {
    if server.names(model.model) { return try run(onServer: server.reference(to: model.model)) }
    let loaded = try model.load()
    let generator = try context.open(loaded)
    let ids = try promptTokens(for: loaded)
    let sampler = Sampler(sampling.settings, text: { loaded.text(of: $0) })
    let reused = generator.reusableTokens(of: ids)
    let end = try generator.answer(ids, sampler: sampler, top: json ? top : 0) { report in
      guard case .token(let token) = report else { return }
      StandardStreams.output(json ? GenerateCommand.line(token).text + "\n" : shown(token.text))
    }
    if json {
      StandardStreams.output(summary(end, promptTokens: ids.count, reused: reused, sampler.settings).text + "\n")
    } else if !end.text.hasSuffix("\n") {
      StandardStreams.output("\n")
    }
    if case .failed(let reason) = end.reason { throw InferenceError(reason) }
  }

  /// Text for a person: what a model wrote must not steer the terminal. Files and pipes get it as it is.
  func shown(_ text: String) -> String { StandardStreams.outputIsTerminal ? printable(text) : text }

  private func promptTokens(for loaded: LoadedModel) throws -> [Int32] {
    if let tokens {
      let ids = GenerateCommand.ids(tokens) ?? []
      try loaded.checkVocabulary(of: ids)
      return ids
    }
    if raw { return try loaded.tokenizer.encode(promptText(), addSpecial: true, parseSpecial: true) }
    return try ChatPrompt.tokens(for: messages(), model: loaded)
  }

  private func promptText() throws -> String { try prompt ?? InputText.read(promptFile ?? "-") }

  /// The prompt as a conversation.
  func messages() throws -> [ChatMessage] {
    let question = ChatMessage(role: "user", content: try promptText())
    return (system.map { [ChatMessage(role: "system", content: $0)] } ?? []) + [question]
  }

  private static func ids(_ text: String) -> [Int32]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let ids = parts.compactMap { Int32($0.drop { $0 == " " }) }
    return ids.count == parts.count ? ids : nil
  }

  private static func line(_ token: GeneratedToken) -> JSONValue {
    [
      "token": .integer(Int(token.id)), "text": .string(token.text), "logit": .double(Double(token.logit)),
      "probability": .double(Double(token.probability)),
      "top": .array(token.top.map { ["token": .integer(Int($0.id)), "logit": .double(Double($0.logit))] }),
    ]
  }

  private func summary(
    _ end: AnswerEnd, promptTokens: Int, reused: Int, _ settings: SamplingSettings
  ) -> JSONValue {
    func rate(_ count: Int, _ seconds: Double) -> JSONValue { seconds > 0 ? .double(Double(count) / seconds) : nil }
    return [
      "summary": .string(end.reason.name), "text": .string(end.text), "prompt_tokens": .integer(promptTokens),
      "reused_tokens": .integer(reused), "generated_tokens": .integer(end.generatedTokens),
      "prefill_seconds": .double(end.prefillSeconds), "decode_seconds": .double(end.decodeSeconds),
      "prefill_tokens_per_second": rate(promptTokens - reused, end.prefillSeconds),
      // The first token comes with the prompt.
      "decode_tokens_per_second": rate(max(0, end.generatedTokens - 1), end.decodeSeconds),
      "seed": settings.seed.map { Int(exactly: $0).map(JSONValue.integer) ?? .string(String($0)) } ?? nil,
      "temperature": .double(Double(settings.temperature)),
    ]
  }
}

extension AnswerEndReason {
  /// The reason in a few words.
  var name: String {
    switch self {
    case .endOfTurn: "end of turn"
    case .stopString: "stop string"
    case .length: "length"
    case .cancelled: "cancelled"
    case .contextFull: "context full"
    case .failed: "failed"
    }
  }
}
