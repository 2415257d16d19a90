import Layers
import Models
public import Sessions
public import Tensors

/// Log probabilities of given token sequences.
public final class Scorer {
  /// What a model expects behind one token of a sequence.
  public struct Position: Sendable {
    /// Log probability (natural) of the token that follows; `nil` behind the last.
    public let logProbability: Double?
    /// The likeliest next tokens, best first.
    public let top: [TokenCandidate]
  }

  let model: LoadedModel
  let context: Int
  private let cacheType: ElementType
  private var cache: KVCache?
  /// Positions whose logits are held at a time.
  private static let chunk = 64

  /// Prepares scoring of sequences up to `context` tokens (`nil`: what the model was trained for).
  public init(model: LoadedModel, context: Int? = nil, cacheType: ElementType = .f16) throws(InferenceError) {
    let trained = model.model.configuration.contextLength
    self.model = model
    self.context = context ?? trained
    self.cacheType = cacheType
    guard self.context > 0, self.context <= trained else {
      throw InferenceError(
        "score: a context of \(self.context) tokens; \(model.description.name) holds 1 to \(trained)")
    }
  }

  /// Scores a sequence.
  public func score(_ tokens: [Int32], top: Int) throws -> [Position] {
    guard tokens.count <= context else {
      throw InferenceError("the sequence has \(tokens.count) tokens, the context holds \(context)")
    }
    try model.checkVocabulary(of: tokens)
    let cache = try emptyCache(for: tokens.count)
    var positions: [Position] = []
    for start in stride(from: 0, to: tokens.count, by: Scorer.chunk) {
      let part = Array(tokens[start..<min(start + Scorer.chunk, tokens.count)])
      let logits = try model.model(part, cache: cache, logits: .all)
      let statistics = try logits.rowStatistics()
      let width = logits.shape.width
      logits.withFloats { values in
        for row in part.indices {
          let slice = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
          let next = start + row + 1
          positions.append(
            Position(
              logProbability: next < tokens.count
                ? Double(slice[Int(tokens[next])]) - statistics[row].logSumExp : nil,
              top: bestTokens(top, of: slice).map {
                TokenCandidate(id: $0.id, text: model.text(of: $0.id), logit: $0.logit)
              }))
        }
      }
    }
    return positions
  }

  /// A cache for a sequence; the one of the sequence before serves again where it is long enough.
  private func emptyCache(for count: Int) throws -> KVCache {
    if let cache, cache.capacity >= count {
      cache.truncate(to: 0)
      return cache
    }
    let made = try model.model.makeCache(capacity: min(context, max(512, count)), elementType: cacheType)
    cache = made
    return made
  }
}
