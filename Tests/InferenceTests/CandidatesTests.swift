import Tensors
import Testing

@testable import Inference

/// Logits of a plausible shape: few large, many small, some equal.
func someLogits(_ count: Int, seed: UInt64) -> [Float] {
  var random = RandomStream(seed: seed)
  return (0..<count).map { _ in (Float(random.normal() * 3) * 8).rounded() / 8 }
}

func candidates(_ logits: [Float]) -> Candidates { logits.withUnsafeBufferPointer(Candidates.init) }

/// The definition of every filter, written out over a fully sorted list.
func reference(_ logits: [Float]) -> [(id: Int32, probability: Double)] {
  let maximum = Double(logits.max() ?? 0)
  let total = logits.reduce(0) { $0 + exponential(Double($1) - maximum) }
  return logits.indices
    .map { (Int32($0), exponential(Double(logits[$0]) - maximum) / total) }
    .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
}

@Suite struct CandidatesTests {
  @Test(arguments: [1, 2, 3, 9, 100, 5000], [1, 2, 7, 64, 512, 4999])
  func bestOnesStandInFrontInOrder(count: Int, wanted: Int) {
    let logits = someLogits(count, seed: UInt64(count * 7919 + wanted))
    var list = candidates(logits)
    list.sortBest(wanted)
    let expected = reference(logits).prefix(wanted).map(\.id)
    #expect(list.entries.prefix(wanted).map(\.id) == expected)
    #expect(Set(list.entries.map(\.id)).count == count)
  }

  @Test(arguments: [1, 5, 40, 2999, 3000, 10_000]) func topKKeepsTheBest(k: Int) {
    let logits = someLogits(3000, seed: 1)
    var list = candidates(logits)
    list.filterTopK(k)
    #expect(Set(list.entries.map(\.id)) == Set(reference(logits).prefix(k).map(\.id)))
  }

  @Test(arguments: [Float(0), 0.1, 0.5, 0.9, 0.99, 0.9999], [10, 4000]) func topPKeepsTheSmallestSet(
    p: Float, count: Int
  ) {
    let logits = someLogits(count, seed: 2)
    var list = candidates(logits)
    list.filterTopP(p)
    var mass = 0.0
    var expected: [Int32] = []
    for item in reference(logits) {
      expected.append(item.id)
      mass += item.probability
      if mass >= Double(p) { break }
    }
    #expect(list.entries.map(\.id) == expected)
  }

  @Test(arguments: [Float(0.001), 0.05, 0.5, 1]) func minPKeepsWhatIsProbableEnough(fraction: Float) {
    let logits = someLogits(3000, seed: 3)
    var list = candidates(logits)
    list.filterMinP(fraction)
    let all = reference(logits)
    let expected = all.filter { $0.probability >= Double(fraction) * all[0].probability * (1 - 1e-6) }.map(\.id)
    #expect(Set(list.entries.map(\.id)) == Set(expected))
  }

  @Test func typicalPrefersTokensNearTheEntropy() {
    // Probabilities 0.5, 0.25, 0.125, 0.125: entropy 1.75 bits; surprises 1, 2, 3, 3 bits.
    let logits = [0.5, 0.25, 0.125, 0.125].map { Float(naturalLogarithm($0)) }
    var list = candidates(logits)
    list.filterTypical(0.2)
    #expect(list.entries.map(\.id) == [1])
    list = candidates(logits)
    list.filterTypical(0.3)
    #expect(list.entries.map(\.id) == [0, 1])
  }

  @Test func notANumberIsNeverChosen() {
    var list = candidates([.nan, 1, .nan, 2])
    #expect(list.best?.id == 3)
    list.sortBest(4)
    for step in 0..<100 { #expect([1, 3].contains(list.draw(Double(step) / 100)?.id)) }
  }

  @Test func everythingImpossibleStillDrawsSomething() {
    let list = candidates([-.infinity, -.infinity])
    #expect(list.draw(0.7) != nil)
  }
}
