import Layers
import Models
public import Sessions
public import Tensors
import Tokenization

/// Draws tokens from a model: prefill with reuse of the cached prefix, then one token at a time.
///
/// Belongs to one thread at a time. The cache keeps what the last call left, so that a conversation that grows is read
/// once.
public final class Generator {
  /// The model.
  public let model: LoadedModel
  /// Tokens that fit, prompt and answer together.
  public let contextLength: Int
  private let cache: KVCache
  /// The tokens whose keys and values are in the cache.
  private var cachedTokens: [Int32] = []
  /// Prompt tokens read between two looks at the stop flag.
  private static let chunk = 512

  /// Opens a context on a model.
  ///
  /// - Parameters:
  ///   - contextLength: tokens; `nil` is what the model was trained for.
  ///   - cacheType: F32, F16, BF16 or Q8_0.
  /// - Throws: `InferenceError` for a context the model cannot have; the cache's error when memory is lacking.
  public init(_ model: LoadedModel, contextLength: Int? = nil, cacheType: ElementType = .f16) throws {
    let trained = model.model.configuration.contextLength
    let length = contextLength ?? trained
    guard length > 1, length <= trained else {
      throw InferenceError(
        "\(model.description.name): a context of \(length) tokens was asked for; the model was trained for \(trained): give 2 to \(trained)"
      )
    }
    self.model = model
    self.contextLength = length
    cache = try model.model.makeCache(capacity: length, elementType: cacheType)
  }

  /// How many tokens at the front of a prompt need not be read again. The last one always is: its logits are needed.
  public func reusableTokens(of prompt: [Int32]) -> Int {
    let common = zip(prompt, cachedTokens).prefix { $0 == $1 }.count
    return min(common, prompt.count - 1)
  }

  /// Refuses a prompt that does not fit, with the numbers.
  public func checkFit(of promptCount: Int) throws(InferenceError) {
    guard promptCount > 0 else { throw InferenceError("the prompt is empty: there is nothing to go on from") }
    guard promptCount < contextLength else {
      throw InferenceError(
        "the prompt has \(promptCount) tokens; the context holds \(contextLength), so at most \(contextLength - 1) fit: shorten it by \(promptCount - contextLength + 1) tokens"
          + (contextLength < model.model.configuration.contextLength
            ? " or open the model with a longer context (up to \(model.model.configuration.contextLength))" : ""))
    }
  }

  /// Reads a prompt and returns the logits of what follows, `[1, vocabulary]`; `nil` when it was stopped.
  public func prefill(
    _ prompt: [Int32], progress: (PrefillProgress) -> Void = { _ in }, isStopped: () -> Bool = { false }
  ) throws -> Tensor? {
    try checkFit(of: prompt.count)
    let reused = reusableTokens(of: prompt)
    cache.truncate(to: reused)
    cachedTokens.removeLast(cachedTokens.count - reused)
    var logits: Tensor?
    var start = reused
    while start < prompt.count {
      if isStopped() { return nil }
      let end = min(start + Generator.chunk, prompt.count)
      logits = try advance(Array(prompt[start..<end]), logits: end == prompt.count ? .last : .none)
      progress(PrefillProgress(done: end - reused, total: prompt.count - reused))
      start = end
    }
    return logits
  }

  /// Reads one token and returns the logits of what follows.
  public func decode(_ token: Int32) throws -> Tensor {
    try advance([token], logits: .last)
  }

  private func advance(_ tokens: [Int32], logits: LogitsSelection) throws -> Tensor {
    do {
      let result = try model.model(tokens, cache: cache, logits: logits)
      cachedTokens += tokens
      return result
    } catch {
      // The cache may hold part of the tokens; what was known before stays valid.
      cache.truncate(to: cachedTokens.count)
      throw error
    }
  }
}

/// What a generation tells while it runs.
public enum GenerationReport: Sendable {
  /// The prompt is being read.
  case prefill(PrefillProgress)
  /// A token was drawn.
  case token(GeneratedToken)
}

extension Generator {
  /// Answers a prompt.
  ///
  /// - Parameters:
  ///   - prompt: its tokens.
  ///   - sampler: chooses the tokens; it must not have accepted anything yet.
  ///   - prefixCount: tokens at the prompt's end that belong to the answer already.
  ///   - top: how many of the likeliest tokens to report with each.
  ///   - isStopped: asked before each token and each piece of the prompt.
  ///   - report: called on this thread.
  /// - Throws: `InferenceError` when the prompt does not fit; what the model throws.
  public func answer(
    _ prompt: [Int32], sampler: Sampler, prefixCount: Int = 0, top: Int = 5, isStopped: () -> Bool = { false },
    report: (GenerationReport) -> Void
  ) throws -> AnswerEnd {
    let clock = ContinuousClock()
    let start = clock.now
    let prefix = prompt.suffix(prefixCount)
    var answer = AnswerInProgress(tokenizer: model.tokenizer, stops: sampler.settings.stop, prefix: prefix)
    if let last = prefix.last, model.endsAnswer(last) {
      return answer.end(.endOfTurn, prefill: 0, decode: 0, report: report)
    }
    var sampler = sampler
    sampler.accept(prompt)
    guard var logits = try prefill(prompt, progress: { report(.prefill($0)) }, isStopped: isStopped) else {
      return answer.end(.cancelled, prefill: (clock.now - start).inSeconds, decode: 0, report: report)
    }
    let prefilled = clock.now
    let room = contextLength - prompt.count
    let allowed = sampler.settings.maximumTokens
    let limit = allowed > 0 ? min(max(1, allowed - prefixCount), room) : room
    var reason = AnswerEndReason.length
    while true {
      if isStopped() {
        reason = .cancelled
        break
      }
      let choice = try choose(from: logits, with: &sampler, top: top)
      sampler.accept(CollectionOfOne(choice.id))
      let isStop = answer.take(choice, report: report)
      if model.endsAnswer(choice.id) {
        reason = .endOfTurn
        break
      }
      if isStop {
        reason = .stopString
        break
      }
      if answer.count >= limit {
        reason = limit == room ? .contextFull : .length
        break
      }
      do {
        logits = try decode(choice.id)
      } catch {
        // What was drawn so far is kept.
        reason = .failed("\(error)")
        break
      }
    }
    return answer.end(
      reason, prefill: (prefilled - start).inSeconds, decode: (clock.now - prefilled).inSeconds, report: report)
  }

  private func choose(from logits: Tensor, with sampler: inout Sampler, top: Int) throws -> GeneratedToken {
    let statistics = try logits.rowStatistics()[0]
    return logits.withFloats { row in
      let id = sampler.choose(from: row)
      let best = bestTokens(top, of: row).map {
        TokenCandidate(id: $0.id, text: model.text(of: $0.id), logit: $0.logit)
      }
      let logit = row[Int(id)]
      return GeneratedToken(
        id: id, text: "", logit: logit, probability: Float(exponential(Double(logit) - statistics.logSumExp)),
        top: best,
        entropy: top > 0 ? entropy(of: row, logSumExp: statistics.logSumExp) : nil)
    }
  }
}

/// The tokens with the largest logits, best first.
func bestTokens(_ count: Int, of row: UnsafeBufferPointer<Float>) -> [Candidates.Entry] {
  guard count > 0 else { return [] }
  var candidates = Candidates(logits: row)
  candidates.sortBest(count)
  return Array(candidates.entries.prefix(count))
}

/// An answer while its tokens come: whole characters, stop texts held back.
private struct AnswerInProgress {
  private var decoder: StreamingDecoder
  private var stops: StopTexts
  private var text = ""
  private(set) var count = 0

  init(tokenizer: any Tokenizer, stops: [String], prefix: some Sequence<Int32> = []) {
    decoder = tokenizer.streamingDecoder(skipSpecial: true)
    self.stops = StopTexts(stops)
    // What is given already is not searched for stop texts: the user chose it.
    for token in prefix { text += decoder.push(token) }
  }

  /// Reports a token with the text it completes; returns whether a stop text has come.
  mutating func take(_ token: GeneratedToken, report: (GenerationReport) -> Void) -> Bool {
    var token = token
    let (ready, isStopped) = stops.push(decoder.push(token.id))
    token.text = ready
    text += ready
    count += 1
    report(.token(token))
    return isStopped
  }

  mutating func end(
    _ reason: AnswerEndReason, prefill: Double, decode: Double, report: (GenerationReport) -> Void
  ) -> AnswerEnd {
    if reason != .stopString { text += stops.push(decoder.flush()).text + stops.flush() }
    return AnswerEnd(
      reason: reason, generatedTokens: count, prefillSeconds: prefill, decodeSeconds: decode, text: text)
  }
}

extension Tokenizer {
  /// The whole characters that the first tokens of an answer make.
  func text(ofAnswer tokens: [Int32]) -> String {
    var decoder = streamingDecoder(skipSpecial: true)
    return tokens.reduce(into: "") { $0 += decoder.push($1) }
  }
}

extension Duration {
  /// The duration in seconds.
  package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
