import Layers
import Tensors
import Testing

@Suite struct RotaryEmbeddingTests {
  @Test func plainFrequenciesAreRoFormers() throws {
    let rotary = RotaryEmbedding(rotarySize: 8, base: 10000, interleaved: false)
    let expected = [1, 0.1, 0.01, 0.001]
    #expect(zip(rotary.frequencies, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    let rotation = try rotary.rotation(first: 3, count: 2, on: CPUBackend(threads: 1))
    #expect(rotation.cosines.shape == Shape(2, 4))
    // cos(3), sin(4)
    #expect(abs(rotation.cosines.floats()[0] + 0.9899925) < 1e-6)
    #expect(abs(rotation.sines.floats()[4] + 0.7568025) < 1e-6)
  }

  @Test func factorsDivideFrequencies() {
    let plain = RotaryEmbedding(rotarySize: 4, base: 100, interleaved: true)
    let divided = RotaryEmbedding(rotarySize: 4, base: 100, frequencyFactors: [1, 4], interleaved: true)
    #expect(divided.frequencies[0] == plain.frequencies[0])
    #expect(divided.frequencies[1] == plain.frequencies[1] / 4)
    let linear = RotaryEmbedding(rotarySize: 4, base: 100, scaling: .linear(factor: 2), interleaved: true)
    #expect(linear.frequencies == plain.frequencies.map { $0 / 2 })
  }

  @Test func llama3KeepsShortWavesAndStretchesLongOnes() {
    let scaling = Llama3Scaling(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192)
    let plain = RotaryEmbedding(rotarySize: 128, base: 500_000, interleaved: false)
    let scaled = RotaryEmbedding(rotarySize: 128, base: 500_000, scaling: .llama3(scaling), interleaved: false)
    #expect(scaled.frequencies[0] == plain.frequencies[0])
    #expect(scaled.frequencies[63] == plain.frequencies[63] / 8)
    for (after, before) in zip(scaled.frequencies, plain.frequencies) {
      #expect(after <= before && after >= before / 8 * 0.999999)
    }
  }

  @Test func yarnRampsFromKeptToInterpolated() {
    let scaling = YarnScaling(factor: 4, originalContext: 4096)
    let plain = RotaryEmbedding(rotarySize: 64, base: 10000, interleaved: false)
    let scaled = RotaryEmbedding(rotarySize: 64, base: 10000, scaling: .yarn(scaling), interleaved: false)
    #expect(abs(scaled.frequencies[0] - 1) < 1e-12)
    #expect(abs(scaled.frequencies[31] - plain.frequencies[31] / 4) < 1e-12)
    // 0.1 ln 4 + 1
    #expect(abs(scaled.attentionFactor - 1.138629436) < 1e-8)
  }

  @Test func yarnsAttentionFactorFollowsItsOptions() {
    var scaling = YarnScaling(factor: 40, originalContext: 4096)
    scaling.mscale = 1
    scaling.mscaleAllDimensions = 1
    #expect(scaling.resolvedAttentionFactor == 1)
    scaling.mscaleAllDimensions = nil
    #expect(abs(scaling.resolvedAttentionFactor - 1.368887945) < 1e-8)
    scaling.attentionFactor = 1.5
    #expect(scaling.resolvedAttentionFactor == 1.5)
  }
}
