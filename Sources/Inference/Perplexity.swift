import Layers
import Models
import Sessions
public import Tensors
import Tokenization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Perplexity of a text in chunks, as llama.cpp measures it.
///
/// Each chunk of `context` tokens is read from an empty cache; where the model adds a begin token, it replaces the chunk's
/// first. Tokens in the second half are scored given all before them. Source: llama.cpp's tools/perplexity.
public struct Perplexity {
  /// What was measured.
  public struct Result: Sendable {
    /// exp(mean negative log-likelihood) of the scored tokens.
    public let perplexity: Double
    /// The perplexity after each chunk.
    public let running: [Double]
    /// Tokens of the text.
    public let tokens: Int
    /// Tokens that were scored.
    public let scored: Int
    /// Tokens at the end that do not fill a chunk.
    public let tail: Int
  }

  let model: LoadedModel
  let context: Int
  let cacheType: ElementType

  /// Prepares a measurement.
  public init(model: LoadedModel, context: Int, cacheType: ElementType) throws(InferenceError) {
    let trained = model.model.configuration.contextLength
    // A chunk of three tokens is the shortest whose second half has one to score.
    guard context >= 3, context <= trained else {
      throw InferenceError("perplexity: chunks of \(context) tokens; \(model.description.name) holds 3 to \(trained)")
    }
    self.model = model
    self.context = context
    self.cacheType = cacheType
  }

  /// Measures a text.
  ///
  /// - Parameter progress: called after each chunk with its number, how many there are, and the perplexity so far.
  /// - Throws: `InferenceError` for a text shorter than a chunk.
  public func measure(_ text: String, progress: (Int, Int, Double) -> Void = { _, _, _ in }) throws -> Result {
    let tokens = try model.tokenizer.encode(text, addSpecial: true, parseSpecial: true)
    let chunks = tokens.count / context
    guard chunks > 0 else {
      throw InferenceError(
        "perplexity: the text has \(tokens.count) tokens, a chunk \(context): give a longer text or a smaller --context"
      )
    }
    let cache = try model.model.makeCache(capacity: context, elementType: cacheType)
    var negativeLogLikelihood = 0.0
    var scored = 0
    var running: [Double] = []
    for chunk in 0..<chunks {
      var part = Array(tokens[chunk * context..<(chunk + 1) * context])
      if model.tokenizer.addsBOS, let begin = model.tokenizer.bosToken { part[0] = begin }
      cache.truncate(to: 0)
      let half = context / 2
      _ = try model.model(Array(part[..<half]), cache: cache, logits: .none)
      let logits = try model.model(Array(part[half...]), cache: cache, logits: .all)
      let statistics = try logits.rowStatistics()
      let width = logits.shape.width
      logits.withFloats { values in
        // Row i stands at position half + i and predicts the token behind it.
        for row in 0..<(context - half - 1) {
          let next = Int(part[half + row + 1])
          negativeLogLikelihood += statistics[row].logSumExp - Double(values[row * width + next])
        }
      }
      scored += context - half - 1
      running.append(exp(negativeLogLikelihood / Double(scored)))
      progress(chunk + 1, chunks, running[chunk])
    }
    return Result(
      perplexity: running[chunks - 1], running: running, tokens: tokens.count, scored: scored,
      tail: tokens.count - chunks * context)
  }
}
