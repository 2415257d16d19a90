import Inference
import Sessions
import Tensors
import Models
import Layers
import Tokenization
import TestSupport
import Testing

@Suite(.needsDefaultModel) struct GeneratorTests {
  private let greedy = ChatModel.settings { $0.temperature = 0 }

  private func question(_ text: String) throws -> [Int32] {
    try ChatPrompt.tokens(for: [ChatMessage(role: "user", content: text)], model: ChatModel.shared())
  }

  /// Answers and returns the tokens with the end.
  private func answer(
    _ generator: Generator, _ prompt: [Int32], _ settings: SamplingSettings, isStopped: () -> Bool = { false }
  ) throws -> (tokens: [GeneratedToken], end: AnswerEnd) {
    var tokens: [GeneratedToken] = []
    let model = generator.model
    let sampler = Sampler(settings, text: { model.text(of: $0) })
    let end = try generator.answer(prompt, sampler: sampler, isStopped: isStopped) { report in
      if case .token(let token) = report { tokens.append(token) }
    }
    return (tokens, end)
  }

  private func bits(_ logits: Tensor?) -> [UInt32] { logits?.floats().map(\.bitPattern) ?? [] }

  @Test(.needsSharedFixtures, arguments: GenerationCase.all)
  func theBestTokenIsTheReferencesAtDecidedSteps(reference: GenerationCase) throws {
    let generator = try Generator(ChatModel.shared(), contextLength: 2048)
    var logits = try #require(try generator.prefill(reference.prompt))
    for (step, token) in reference.generated.enumerated() {
      let best = try logits.rowStatistics()[0].index
      if reference.isDecided[step] { #expect(best == Int(token), "step \(step)") }
      if step + 1 < reference.generated.count { logits = try generator.decode(token) }
    }
  }

  @Test(.needsSharedFixtures, arguments: GenerationCase.all)
  func freeRunningLeavesTheReferenceOnlyWhereItIsUndecided(reference: GenerationCase) throws {
    let generator = try Generator(ChatModel.shared(), contextLength: 2048)
    var settings = greedy
    settings.maximumTokens = reference.generated.count
    let tokens = try answer(generator, reference.prompt, settings).tokens.map(\.id)
    let difference = zip(tokens, reference.generated).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    if let difference {
      #expect(!reference.isDecided[difference], "step \(difference)")
    } else {
      #expect(tokens.count == reference.generated.count)
    }
  }

  @Test(arguments: [ElementType.f16, .q8_0]) func turnsReuseTheCacheAndChangeNoBit(type: ElementType) throws {
    let model = try ChatModel.shared()
    let generator = try Generator(model, contextLength: 512, cacheType: type)
    var settings = greedy
    settings.maximumTokens = 12
    var messages = [ChatMessage(role: "user", content: "Name three colours.")]
    let first = try ChatPrompt.tokens(for: messages, model: model)
    let end = try answer(generator, first, settings).end
    messages += [ChatMessage(role: "assistant", content: end.text), ChatMessage(role: "user", content: "And animals?")]
    let second = try ChatPrompt.tokens(for: messages, model: model)
    #expect(generator.reusableTokens(of: second) >= first.count)
    var read = 0
    let continued = try generator.prefill(second, progress: { read = $0.total })
    #expect(read > 0 && read <= second.count - first.count)
    let fresh = try Generator(model, contextLength: 512, cacheType: type)
    #expect(bits(continued) == bits(try fresh.prefill(second)))
    // The same prompt again reads one token only, and another conversation is not mistaken for this one.
    _ = try generator.prefill(second, progress: { read = $0.total })
    #expect(read == 1)
    let other = try question("Something else entirely")
    #expect(bits(try generator.prefill(other)) == bits(try fresh.prefill(other)))
  }

  @Test func anAnswerGoesOnFromTokensThatAreGiven() throws {
    let generator = try Generator(ChatModel.shared(), contextLength: 512)
    let prompt = try question("Name three colours.")
    var settings = greedy
    settings.maximumTokens = 12
    let whole = try answer(generator, prompt, settings)
    let prefix = whole.tokens.prefix(4).map(\.id)
    let sampler = Sampler(settings, text: { _ in "" })
    var rest: [GeneratedToken] = []
    let end = try generator.answer(prompt + prefix, sampler: sampler, prefixCount: 4) { report in
      if case .token(let token) = report { rest.append(token) }
    }
    #expect(rest == Array(whole.tokens.dropFirst(4)), "the same tokens, logits, entropies and texts")
    #expect(end.text == whole.end.text && end.generatedTokens == 8)
    #expect(rest.allSatisfy { ($0.entropy ?? -1) >= 0 })
    let last = try #require((0..<49_152).first { generator.model.endsAnswer($0) })
    let ended = try generator.answer(prompt + prefix + [last], sampler: sampler, prefixCount: 5) { _ in }
    #expect(ended.reason == .endOfTurn && ended.generatedTokens == 0)
    #expect(ended.text == whole.tokens.prefix(4).map(\.text).joined())
  }

  @Test func theSeedDecidesTheTokensOnAnyNumberOfThreads() throws {
    let prompt = try question("Tell me a story.")
    let settings = ChatModel.settings {
      $0.temperature = 1.2
      $0.topK = 0
      $0.topP = 1
      $0.minP = 0
      $0.maximumTokens = 16
    }
    let answers = try [1, 2, 3].map { threads in
      try answer(Generator(ChatModel.shared(threads: threads), contextLength: 256), prompt, settings).tokens
    }
    #expect(answers[0].count == 16)
    #expect(answers[0] == answers[1])
    #expect(answers[0] == answers[2])
  }

  @Test func longPromptsAreReadInPieces() throws {
    let model = try ChatModel.shared()
    let prompt = (0..<1100).map { Int32(20 + $0 * 7919 % 40_000) }
    var seen: [PrefillProgress] = []
    let generator = try Generator(model, contextLength: 1200)
    let logits = try generator.prefill(prompt, progress: { seen.append($0) })
    #expect(seen == [512, 1024, 1100].map { PrefillProgress(done: $0, total: 1100) })
    let cache = try model.model.makeCache(capacity: 1100, elementType: .f16)
    #expect(bits(logits) == bits(try model.model(prompt, cache: cache, logits: .last)))
    // Stopped between two pieces, it keeps what it has read.
    let stopped = try Generator(model, contextLength: 1200)
    var questions = 0
    let nothing = try stopped.prefill(
      prompt,
      isStopped: {
        questions += 1
        return questions == 2
      })
    #expect(nothing == nil)
    #expect(stopped.reusableTokens(of: prompt) == 512)
    #expect(bits(try stopped.prefill(prompt)) == bits(logits))
  }

  @Test func whatDoesNotFitIsRefusedWithTheNumbers() throws {
    let model = try ChatModel.shared()
    let generator = try Generator(model, contextLength: 64)
    let error = #expect(throws: InferenceError.self) { try generator.prefill([Int32](repeating: 30, count: 70)) }
    let message = error?.description ?? ""
    for number in ["70 tokens", "holds 64", "at most 63", "by 7 tokens", "8192"] { #expect(message.contains(number)) }
    #expect(throws: InferenceError.self) { try generator.prefill([]) }
    #expect(throws: InferenceError.self) { try Generator(model, contextLength: 8193) }
    #expect(throws: InferenceError.self) { try Generator(model, contextLength: 1) }
    // The longest prompt that fits has room for one token.
    let full = try answer(generator, [Int32](repeating: 30, count: 63), greedy)
    #expect(full.tokens.count == 1)
    #expect(full.end.reason == .contextFull || full.end.reason == .endOfTurn)
  }

  @Test func decodeStopsWhenAskedAndKeepsTheText() throws {
    let generator = try Generator(ChatModel.shared(), contextLength: 256)
    let prompt = try question("Count to one hundred.")
    var asked = 0
    let stopped = try answer(
      generator, prompt, greedy,
      isStopped: {
        asked += 1
        return asked == 7
      })
    #expect(stopped.end.reason == .cancelled)
    #expect(stopped.tokens.count == 5)
    #expect(!stopped.end.text.isEmpty)
    #expect(stopped.end.generatedTokens == 5)
  }

  @Test func answersEndBeforeAStopText() throws {
    let generator = try Generator(ChatModel.shared(), contextLength: 256)
    let prompt = try question("What is the capital of Norway? Answer in one sentence.")
    let whole = try answer(generator, prompt, greedy)
    #expect(whole.end.reason == .endOfTurn)
    #expect(whole.tokens.map(\.text).joined() == whole.end.text)
    var settings = greedy
    settings.stop = ["Norway is"]
    let cut = try answer(generator, prompt, settings)
    #expect(cut.end.reason == .stopString)
    #expect(cut.end.text == whole.end.text.components(before: "Norway is"))
    #expect(cut.tokens.map(\.text).joined() == cut.end.text)
  }

  @Test func aRoundedCacheStaysNearTheExactOne() throws {
    let model = try ChatModel.shared()
    let prompt = try question("Write a Python function that returns the n-th Fibonacci number.")
    let exact = try #require(try Generator(model, contextLength: 256, cacheType: .f32).prefill(prompt)).floats()
    let spread = (exact.max() ?? 0) - (exact.min() ?? 0)
    for (type, bound) in [(ElementType.f16, Float(0.01)), (.bf16, 0.05), (.q8_0, 0.05)] {
      let near = try #require(try Generator(model, contextLength: 256, cacheType: type).prefill(prompt)).floats()
      let error = zip(exact, near).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Float(exact.count)
      #expect(error.squareRoot() < bound * spread, "\(type): \(error.squareRoot()) of \(spread)")
      #expect(near != exact)
    }
  }
}

extension String {
  /// What stands before the first occurrence of a text.
  fileprivate func components(before text: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return String(self[..<range.lowerBound])
  }
}
