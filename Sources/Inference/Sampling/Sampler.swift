public import Sessions
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Chooses tokens from logits by the settings; the same seed draws the same tokens.
///
/// The draw for the n-th token of an answer uses the n-th number of the seed's random stream, so it depends neither on
/// threads nor on timing.
public struct Sampler: Sendable {
  /// The settings, with the seed that is used.
  public let settings: SamplingSettings
  private let repeatedSequences: RepeatedSequencePenalty?
  private var random: RandomStream
  /// Everything before the next token, the prompt included.
  private var history: [Int32] = []
  /// Mirostat's running bound on surprise, in bits.
  private var surpriseBound: Double

  /// Creates a sampler.
  ///
  /// - Parameters:
  ///   - settings: how to choose; a missing seed is drawn from the system.
  ///   - text: the text of a token, for sequence breakers.
  public init(_ settings: SamplingSettings, text: @escaping @Sendable (Int32) -> String) {
    var settings = settings
    let seed = settings.seed ?? UInt64.random(in: 0..<(1 << 53))
    settings.seed = seed
    self.settings = settings
    random = RandomStream(seed: seed)
    surpriseBound = 2 * Double(settings.mirostatTau)
    let breakers = settings.drySequenceBreakers
    repeatedSequences =
      settings.dryMultiplier > 0
      ? RepeatedSequencePenalty(
        multiplier: settings.dryMultiplier, base: settings.dryBase, allowedLength: settings.dryAllowedLength,
        isBreaker: { token in
          let piece = text(token)
          return breakers.contains { !$0.isEmpty && piece.contains($0) }
        }) : nil
  }

  /// Takes note of tokens that are now part of the text: the prompt, then each token chosen.
  public mutating func accept(_ tokens: some Sequence<Int32>) { history.append(contentsOf: tokens) }

  /// Chooses the next token from the logits of the whole vocabulary; the caller then accepts it.
  public mutating func choose(from logits: UnsafeBufferPointer<Float>) -> Int32 {
    var candidates = Candidates(logits: logits)
    for (token, bias) in settings.logitBias { candidates.adjust(Int32(clamping: token)) { $0 + bias } }
    let window = settings.penaltyWindow < 0 ? history.count : settings.penaltyWindow
    RepetitionPenalties.apply(settings, recent: history.suffix(window), to: &candidates)
    if let repeatedSequences {
      for (token, penalty) in repeatedSequences.penalties(for: history) { candidates.adjust(token) { $0 - penalty } }
    }
    if settings.temperature <= 0 { return candidates.best?.id ?? 0 }
    return settings.mirostatTau > 0 ? drawByMirostat(&candidates) : drawFiltered(&candidates)
  }

  private mutating func drawFiltered(_ candidates: inout Candidates) -> Int32 {
    candidates.filterTopK(settings.topK)
    candidates.filterTypical(settings.typicalP)
    candidates.filterTopP(settings.topP)
    candidates.filterMinP(settings.minP)
    candidates.applyTemperature(settings.temperature)
    candidates.sortBest(candidates.count)
    return candidates.draw(random.uniform())?.id ?? 0
  }

  /// Mirostat 2: keeps the surprise of the chosen tokens near a target (Basu et al. 2021, algorithm 2).
  private mutating func drawByMirostat(_ candidates: inout Candidates) -> Int32 {
    candidates.applyTemperature(settings.temperature)
    candidates.filterSurprise(above: surpriseBound)
    guard let drawn = candidates.draw(random.uniform()) else { return 0 }
    let surprise = -log2(drawn.probability)
    surpriseBound -= Double(settings.mirostatEta) * (surprise - Double(settings.mirostatTau))
    return drawn.id
  }
}
