import Tensors
import Testing

@Suite struct RandomStreamTests {
  /// The known answers that Random123 ships (kat_vectors, philox4x32 with 10 rounds).
  @Test func philoxGivesThePublishedWords() {
    let zero = Philox.words(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox.words(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let digitsOfPi = Philox.words(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
    #expect(digitsOfPi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func aStreamIsGivenBySeedNumberAndPosition() {
    var stream = RandomStream(seed: 7, stream: 3)
    let first = (0..<10).map { _ in stream.nextWord() }
    var again = RandomStream(seed: 7, stream: 3)
    again.position = 6
    #expect(again.nextWord() == first[6])
    var other = RandomStream(seed: 7, stream: 4)
    #expect((0..<10).map { _ in other.nextWord() } != first)
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var stream = RandomStream(seed: 1)
    let numbers = (0..<10000).map { _ in stream.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 10000
    // The mean of 10,000 has a standard deviation of 0.0029.
    #expect(abs(mean - 0.5) < 0.015)
  }

  @Test func normalNumbersHaveMeanZeroAndVarianceOne() {
    var stream = RandomStream(seed: 2)
    let numbers = (0..<10000).map { _ in stream.normal() }
    let mean = numbers.reduce(0, +) / 10000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10000
    #expect(abs(mean) < 0.05)
    #expect(abs(variance - 1) < 0.07)
    #expect(numbers.allSatisfy { $0.isFinite })
  }
}
