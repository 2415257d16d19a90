import Testing

@testable import Inference

@Suite struct EntropyTests {
  private func reference(_ logits: [Float]) -> (entropy: Double, logSumExp: Double) {
    let largest = Double(logits.max() ?? 0)
    let total = logits.reduce(0) { $0 + exponential(Double($1) - largest) }
    let logSumExp = largest + naturalLogarithm(total)
    let entropy = logits.reduce(0.0) { sum, logit in
      let log = Double(logit) - logSumExp
      return log == -.infinity ? sum : sum - exponential(log) * log
    }
    return (entropy, logSumExp)
  }

  private func check(_ logits: [Float], tolerance: Double) {
    let wanted = reference(logits)
    let got = logits.withUnsafeBufferPointer { entropy(of: $0, logSumExp: wanted.logSumExp) }
    #expect(abs(Double(got) - wanted.entropy) <= tolerance, "got \(got), expected \(wanted.entropy)")
  }

  @Test(arguments: [1, 7, 8, 9, 1023, 1025, 49_152]) func equalsTheDefinition(count: Int) {
    check([Float](repeating: 3, count: count), tolerance: 1e-4)
    var state: UInt64 = 3
    let logits = (0..<count).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24) * 40 - 20
    }
    check(logits, tolerance: 1e-4)
  }

  @Test func certainAndImpossibleTokens() {
    check([100, -.infinity, -100, 0], tolerance: 1e-6)
    check([0, 0, -.infinity], tolerance: 1e-6)
  }
}
