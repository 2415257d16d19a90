import Sessions
import Tensors
import Testing

@testable import Inference

@Suite struct SamplerTests {
  func settings(_ change: (inout SamplingSettings) -> Void) -> SamplingSettings {
    var settings = SamplingSettings()
    settings.seed = 7
    change(&settings)
    return settings
  }

  func draw(_ count: Int, _ settings: SamplingSettings, from logits: [Float]) -> [Int32] {
    var sampler = Sampler(settings, text: { "\($0)" })
    return (0..<count).map { _ in
      let token = logits.withUnsafeBufferPointer { sampler.choose(from: $0) }
      sampler.accept([token])
      return token
    }
  }

  @Test func temperatureZeroTakesTheBestAndTheSmallestIdOfEquals() {
    #expect(draw(3, settings { $0.temperature = 0 }, from: [1, 5, 5, 2]) == [1, 1, 1])
  }

  @Test func theSeedDecidesTheDraws() {
    let logits = someLogits(2000, seed: 4)
    let first = draw(50, settings { _ in }, from: logits)
    #expect(draw(50, settings { _ in }, from: logits) == first)
    #expect(draw(50, settings { $0.seed = 8 }, from: logits) != first)
  }

  @Test func aMissingSeedIsDrawnAndReported() {
    let sampler = Sampler(SamplingSettings(), text: { _ in "" })
    #expect(sampler.settings.seed != nil)
  }

  @Test func frequenciesFollowTheSoftmaxAtTheTemperature() {
    let logits: [Float] = [2, 1, 0, -1]
    let temperature: Float = 1.5
    let plain = settings {
      $0.temperature = temperature
      $0.topK = 0
      $0.topP = 1
      $0.minP = 0
    }
    let count = 20_000
    let tokens = draw(count, plain, from: logits)
    for (id, probability) in reference(logits.map { $0 / temperature }) {
      let frequency = Double(tokens.count { $0 == id }) / Double(count)
      let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
      #expect(abs(frequency - probability) < 5 * deviation, "token \(id): \(frequency), expected \(probability)")
    }
  }

  @Test func penaltiesLowerRecentTokensByTheFormula() {
    var list = candidates([2, -2, 1, 0])
    RepetitionPenalties.apply(
      settings {
        $0.repetitionPenalty = 2
        $0.presencePenalty = 0.5
        $0.frequencyPenalty = 0.25
      }, recent: [0, 0, 1], to: &list)
    // 2 / 2 - 0.5 - 2 * 0.25, -2 * 2 - 0.5 - 0.25, and two untouched.
    let expected: [Float] = [0, -4.75, 1, 0]
    #expect(list.entries.map(\.logit) == expected)
  }

  @Test func penaltyWindowForgets() {
    let greedy = settings {
      $0.temperature = 0
      $0.presencePenalty = 10
      $0.penaltyWindow = 1
    }
    #expect(draw(4, greedy, from: [3, 2, 1]) == [0, 1, 0, 1])
  }

  @Test func logitBiasForcesAndForbids() {
    #expect(draw(2, settings { $0.logitBias = [2: 100] }, from: [3, 2, 1]) == [2, 2])
    let forbidden = settings {
      $0.logitBias = [0: -.infinity, 99: 5]
      $0.temperature = 0
    }
    #expect(draw(1, forbidden, from: [3, 2, 1]) == [1])
  }

  @Test func mirostatKeepsTheSurpriseNearItsTarget() {
    // Zipf's law, on which the method was derived.
    let logits = (1...2000).map { Float(-1.1 * naturalLogarithm(Double($0))) }
    let probabilities = Dictionary(uniqueKeysWithValues: reference(logits).map { ($0.id, $0.probability) })
    for tau in [Float(2), 4, 6] {
      let tokens = draw(
        1500,
        settings {
          $0.temperature = 1
          $0.mirostatTau = tau
        }, from: logits)
      // The bound adapts during the first few hundred.
      let surprises = tokens.suffix(1000).map { -naturalLogarithm(probabilities[$0] ?? 1) / naturalLogarithm(2) }
      let mean = surprises.reduce(0, +) / 1000
      // Surprise is observed after truncation, so before it the mean lies somewhat above the target.
      #expect(mean > Double(tau) * 0.8 && mean < Double(tau) + 2, "tau \(tau): mean surprise \(mean)")
    }
  }
}

@Suite struct RepeatedSequencePenaltyTests {
  let penalty = RepeatedSequencePenalty(
    multiplier: 0.8, base: 1.75, allowedLength: 2, isBreaker: { $0 == 9 })

  @Test func continuationOfARepeatIsPenalisedByItsLength() {
    // ... 1 2 3 4 ... 1 2 3: after three equal tokens, 4 would continue.
    let penalties = penalty.penalties(for: [1, 2, 3, 4, 5, 1, 2, 3])
    #expect(penalties.keys.sorted() == [4])
    #expect(abs((penalties[4] ?? 0) - 0.8 * 1.75) < 1e-5)
  }

  @Test func shortRepeatsAreFree() {
    #expect(penalty.penalties(for: [1, 2, 3, 4, 3]).isEmpty)
  }

  @Test func matchesStopAtBreakers() {
    // The two tokens since the breaker match; what stands before it does not count.
    let penalties = penalty.penalties(for: [1, 9, 2, 3, 4, 5, 1, 9, 2, 3])
    #expect(abs((penalties[4] ?? 0) - 0.8) < 1e-5)
    #expect(penalty.penalties(for: [1, 2, 3, 1, 2, 9]).isEmpty)
    // A breaker itself is never penalised.
    #expect(penalty.penalties(for: [1, 2, 9, 1, 2])[9] == nil)
  }

  @Test func suffixMatchesAgreeWithTheDefinition() {
    var random = RandomStream(seed: 11)
    for round in 0..<300 {
      let history = (0..<(2 + Int(random.nextWord() % 40))).map { _ in Int32(random.nextWord() % 3) }
      var expected: [Int: Int] = [:]
      for end in 0..<(history.count - 1) {
        var length = 0
        while end - length >= 0, history[end - length] == history[history.count - 1 - length] { length += 1 }
        if length > 0 { expected[end] = length }
      }
      let got = RepeatedSequencePenalty.suffixMatches(history, reach: .max)
      #expect(Dictionary(uniqueKeysWithValues: got.map { ($0.end, $0.length) }) == expected, "round \(round)")
    }
  }

  @Test func hugeRepeatsStayFinite() {
    let penalties = penalty.penalties(for: [Int32](repeating: 3, count: 5000))
    #expect(penalties[3]?.isFinite == true)
  }
}
