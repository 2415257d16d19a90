import CKernels
import TestSupport
import Testing

/// The functions of an instruction set that this machine can run.
struct KernelTable: Sendable, CustomTestStringConvertible {
  let name: String
  let functions: kernels

  var testDescription: String { name }

  static let all: [KernelTable] = [
    ("scalar", INSTRUCTIONS_SCALAR), ("avx2", INSTRUCTIONS_AVX2), ("avx512", INSTRUCTIONS_AVX512),
    ("neon", INSTRUCTIONS_NEON),
  ].compactMap { name, set in kernels_at(set).map { KernelTable(name: name, functions: $0.pointee) } }

  static var scalar: KernelTable { all[0] }
}

/// Lengths around the widths of vectors and their multiples.
let awkwardLengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1000, 1025]

/// A small generator of reproducible values.
struct TestRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Uniform in [-bound, bound).
  mutating func float(_ bound: Float = 1) -> Float {
    (Float(bits() >> 40) / Float(1 << 23) - 1) * bound
  }

  mutating func floats(_ count: Int, bound: Float = 1) -> [Float] {
    (0..<count).map { _ in float(bound) }
  }
}

/// Expects every value within its tolerance of the expected one; the worst is named where one is not.
func expectClose(
  _ actual: [Float], _ expected: [Double], _ subject: String, sourceLocation: SourceLocation = #_sourceLocation,
  tolerance: (Int) -> Double
) {
  guard actual.count == expected.count else {
    Issue.record("\(subject): \(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = -1
  var worstRatio = 1.0
  for i in actual.indices {
    let difference = abs(Double(actual[i]) - expected[i])
    let ratio = difference.isNaN ? .infinity : difference == 0 ? 0 : difference / tolerance(i)
    if ratio > worstRatio {
      worst = i
      worstRatio = ratio
    }
  }
  guard worst >= 0 else { return }
  Issue.record(
    "\(subject): at \(worst) got \(actual[worst]), expected \(expected[worst]), \(worstRatio) times the tolerance",
    sourceLocation: sourceLocation)
}

/// Expects the same bits.
func expectSameBits(
  _ actual: [Float], _ expected: [Float], _ subject: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let different = zip(actual, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  guard let different else { return }
  Issue.record(
    "\(subject): at \(different.offset) got \(different.element.0), expected \(different.element.1)",
    sourceLocation: sourceLocation)
}

extension element_type {
  /// Bytes of `count` elements.
  func byteCount(_ count: Int) -> Int { count / element_block_length(self) * element_block_bytes(self) }

  /// `values` rounded to this type, in a guarded buffer, and what the buffer then holds.
  func rounded(_ values: [Float], slack: Int = 0) throws -> (buffer: GuardedBuffer, values: [Float]) {
    let buffer = try GuardedBuffer(byteCount: byteCount(values.count), slack: slack)
    KernelTable.scalar.functions.from_f32(self, values, buffer.start, values.count)
    var stored = [Float](repeating: 0, count: values.count)
    KernelTable.scalar.functions.to_f32(self, buffer.start, &stored, values.count)
    return (buffer, stored)
  }
}
