import Inference
import Sessions
import Models
import Layers
import Tensors
import Tokenization
import TestSupport
import Testing

@Suite(.needsDefaultModel) struct ModelEngineTests {
  /// Runs a request to its last event.
  private func events(
    _ isLast: @escaping @Sendable (Event) -> Bool, _ start: (@escaping @Sendable (Event) -> Void) -> Void,
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) async -> [Event] {
    let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
    start { event in
      continuation.yield(event)
      onEvent(event)
      if isLast(event) { continuation.finish() }
    }
    return await stream.reduce(into: []) { $0.append($1) }
  }

  private func load(_ engine: ModelEngine, _ model: String = "m", context: Int? = 256) async -> [Event] {
    await events(
      { if case .modelLoading = $0 { false } else { true } },
      { engine.load(ModelRequest(model: model, contextLength: context), emit: $0) })
  }

  private func answer(
    _ engine: ModelEngine, _ text: String, tokens: Int = 6, onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) async -> [Event] {
    let settings = ChatModel.settings {
      $0.temperature = 0
      $0.maximumTokens = tokens
    }
    let request = AnswerRequest(turn: 3, messages: [ChatMessage(role: "user", content: text)], settings: settings)
    return await events(
      {
        switch $0 {
        case .answerFinished, .answerRefused: true
        default: false
        }
      }, { engine.answer(request, emit: $0) }, onEvent: onEvent)
  }

  private func engine() throws -> ModelEngine {
    let path = try #require(DefaultModel.path)
    return ModelEngine(threads: 2) { name in
      if name == "none" { throw InferenceError("no model called none") }
      return ModelEngine.LocatedModel(name: name, path: name == "m" ? path : name)
    }
  }

  private func kinds(_ events: [Event]) -> [String] {
    events.map {
      switch $0 {
      case .modelLoading: "loading"
      case .modelReady: "ready"
      case .modelFailed: "failed"
      case .answerStarted: "started"
      case .prefillProgress: "prefill"
      case .token: "token"
      case .answerFinished: "finished"
      case .answerRefused: "refused"
      default: "other"
      }
    }
  }

  @Test func eventsComeInOrder() async throws {
    let engine = try engine()
    #expect(kinds(await answer(engine, "too early")) == ["refused"])
    let loaded = await load(engine)
    #expect(kinds(loaded) == ["loading", "ready"])
    guard case .modelReady(let description)? = loaded.last else { return }
    #expect(description.contextLength == 256)
    #expect(description.identity.count == 64)
    let events = await answer(engine, "Count to ten.")
    #expect(kinds(events) == ["started", "prefill"] + Array(repeating: "token", count: 6) + ["finished"])
    guard case .answerStarted(let start)? = events.first, case .answerFinished(let end)? = events.last else {
      Issue.record("wrong ends")
      return
    }
    #expect(start.turn == 3 && start.reusedTokens == 0 && start.newTokens.count == start.promptTokens)
    #expect(start.settings.seed == 7 && start.contextLength == 256)
    #expect(end.reason == .length && end.generatedTokens == 6 && end.prefillSeconds > 0)
    let again = await answer(engine, "Count to ten.")
    guard case .answerStarted(let second)? = again.first, case .answerFinished(let same)? = again.last else { return }
    #expect(second.reusedTokens == second.promptTokens - 1)
    #expect(same.text == end.text)
    let long = await answer(engine, String(repeating: "word ", count: 400))
    #expect(kinds(long) == ["refused"])
    if case .answerRefused(let message)? = long.first { #expect(message.contains("holds 256")) }
  }

  @Test func aModelThatCannotBeLoadedFailsInOneLine() async throws {
    let engine = try engine()
    for name in ["none", "/nowhere/model.gguf", Fixtures.local + "/malformed/gguf/good.gguf"] {
      let events = await load(engine, name)
      #expect(kinds(events) == ["loading", "failed"])
      if case .modelFailed(let message)? = events.last { #expect(!message.contains { $0.isNewline }) }
    }
    let tooLong = await load(engine, context: 1 << 20)
    #expect(kinds(tooLong) == ["loading", "failed"])
    #expect(kinds(await answer(engine, "hello")) == ["refused"])
  }

  @Test func stopEndsTheAnswer() async throws {
    let engine = try engine()
    _ = await load(engine, context: 1024)
    let events = await answer(engine, "Count to one hundred.", tokens: 0) { event in
      if case .token = event { engine.stop() }
    }
    #expect(kinds(events).filter { $0 == "token" }.count == 1)
    guard case .answerFinished(let end)? = events.last else { return }
    #expect(end.reason == .cancelled && end.generatedTokens == 1)
    // In prefill: the second piece is not read.
    let early = await answer(engine, String(repeating: "word ", count: 900)) { event in
      if case .prefillProgress = event { engine.stop() }
    }
    #expect(kinds(early) == ["started", "prefill", "finished"])
    if case .answerFinished(let end)? = early.last { #expect(end.reason == .cancelled && end.generatedTokens == 0) }
  }
}
