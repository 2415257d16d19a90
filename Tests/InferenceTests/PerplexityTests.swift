import Inference
import JSONText
import Models
import Layers
import Sessions
import Tensors
import Tokenization
import TestSupport
import Testing

@Suite(.needsSharedFixtures, .needsDefaultModel) struct PerplexityTests {
  @Test func isLlamaCppsWithinTheTolerance() throws {
    let folder = try #require(Fixtures.shared) + "/generation/"
    let reference = try #require(
      JSONValue(parsing: Fixtures.bytes(folder + "perplexity.json"))["models"]?["smollm2"])
    let text = String(decoding: try Fixtures.bytes(folder + "perplexity-text.txt"), as: UTF8.self)
    let measured = try Perplexity(model: ChatModel.shared(), context: 512, cacheType: .f16).measure(text)
    let tolerance = try #require(reference["tolerance_relative"]?.double)
    let expected = try #require(reference["llama_perplexity"]?.double)
    #expect(abs(measured.perplexity - expected) <= tolerance * expected)
    #expect(measured.tokens == reference["tokens"]?.integer)
    #expect(measured.scored == reference["scored"]?.integer)
    let running = (reference["llama_perplexity_by_chunk"]?.array ?? []).compactMap(\.double)
    #expect(running.count == measured.running.count)
    for (got, want) in zip(measured.running, running) { #expect(abs(got - want) <= tolerance * want) }
  }

  @Test func textsAndChunksThatAreTooShortAreRefused() throws {
    let model = try ChatModel.shared()
    #expect(throws: InferenceError.self) {
      try Perplexity(model: model, context: 512, cacheType: .f16).measure("short")
    }
    for context in [-1, 0, 1, 2, 8193] {
      #expect(throws: InferenceError.self) { try Perplexity(model: model, context: context, cacheType: .f16) }
    }
  }
}

@Suite(.needsDefaultModel) struct ScorerTests {
  @Test func scoresAreThoseOfOnePass() throws {
    let model = try ChatModel.shared()
    let tokens = try model.tokenizer.encode(
      "The quick brown fox jumps over the lazy dog. " + String(repeating: "Again and again. ", count: 20),
      addSpecial: false, parseSpecial: false)
    let scorer = try Scorer(model: model, context: 256)
    let positions = try scorer.score(tokens, top: 3)
    #expect(positions.count == tokens.count)
    #expect(positions.last?.logProbability == nil)
    #expect(positions.dropLast().allSatisfy { ($0.logProbability ?? 1) <= 0 && $0.top.count == 3 })
    let cache = try model.model.makeCache(capacity: tokens.count, elementType: .f16)
    let logits = try model.model(tokens, cache: cache, logits: .all)
    let statistics = try logits.rowStatistics()
    for (row, position) in positions.enumerated() {
      #expect(position.top[0].id == Int32(statistics[row].index))
      #expect(position.top[0].logit == statistics[row].maximum)
    }
    // The second sequence meets an empty cache again.
    #expect(try scorer.score(tokens, top: 1).map(\.logProbability) == positions.map(\.logProbability))
    #expect(throws: InferenceError.self) { try scorer.score([-1], top: 1) }
    #expect(throws: InferenceError.self) { try scorer.score([Int32](repeating: 1, count: 257), top: 1) }
  }
}
