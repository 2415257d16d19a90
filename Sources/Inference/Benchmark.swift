import Layers
import Models
public import Tensors

/// Times prefill and decode of a model on made-up tokens.
public struct Benchmark {
  /// What one run took.
  public struct Times: Sendable {
    /// Seconds for the prompt.
    public let prefillSeconds: Double
    /// Seconds for all decoded tokens.
    public let decodeSeconds: Double
    /// Where the prefill's time went; empty unless the model was loaded on a `ProfilingBackend`.
    public let prefillProfile: OperationProfile
    /// Where the decoding's time went, likewise.
    public let decodeProfile: OperationProfile
  }

  let model: LoadedModel
  let promptTokens: Int
  let generateTokens: Int
  let depth: Int
  let cacheType: ElementType

  /// Prepares a benchmark.
  public init(model: LoadedModel, promptTokens: Int, generateTokens: Int, depth: Int, cacheType: ElementType) {
    self.model = model
    self.promptTokens = promptTokens
    self.generateTokens = generateTokens
    self.depth = depth
    self.cacheType = cacheType
  }

  /// Measures once, from an empty cache.
  public func run() throws -> Times {
    let clock = ContinuousClock()
    let warmUp = 4
    let vocabulary = model.model.configuration.vocabularySize
    func token(_ number: Int) -> Int32 { Int32(number % max(1, min(1000, vocabulary))) }
    let capacity = max(depth, 3) + promptTokens + warmUp + generateTokens
    let cache = try model.model.makeCache(capacity: capacity, elementType: cacheType)
    // A cold first call would be timed with the rest.
    let filling = depth > 0 ? depth : 3
    for start in stride(from: 0, to: filling, by: 512) {
      let part = (start..<min(start + 512, filling)).map { token(5 + 31 * $0) }
      _ = try model.model(part, cache: cache, logits: .last)
    }
    let prompt = (0..<promptTokens).map { token(5 + 7919 * $0) }
    let profiler = model.model.backend as? ProfilingBackend
    _ = profiler?.takeProfile()
    let prefill = try clock.measure { _ = try model.model(prompt, cache: cache, logits: .last) }
    let prefillProfile = profiler?.takeProfile()
    for number in 0..<warmUp { _ = try model.model([token(11 + number)], cache: cache, logits: .last) }
    _ = profiler?.takeProfile()
    let decode = try clock.measure {
      for number in 0..<generateTokens { _ = try model.model([token(20 + number)], cache: cache, logits: .last) }
    }
    return Times(
      prefillSeconds: prefill.inSeconds, decodeSeconds: decode.inSeconds,
      prefillProfile: prefillProfile ?? OperationProfile(),
      decodeProfile: profiler?.takeProfile() ?? OperationProfile())
  }
}
