import CKernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private let activations = [
  ACTIVATION_SILU, ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_GELU_QUICK, ACTIVATION_RELU,
  ACTIVATION_RELU_SQUARED, ACTIVATION_TANH, ACTIVATION_SIGMOID,
]

/// An activation in double precision, and how many times the rounding of its inner argument counts.
private func reference(_ kind: activation, _ x: Double) -> (value: Double, amplification: Double) {
  let inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
  return switch kind {
  case ACTIVATION_SILU: (x / (1 + exp(-x)), 0)
  case ACTIVATION_GELU: (0.5 * x * erfc(-x / 2.0.squareRoot()), 2)
  case ACTIVATION_GELU_TANH: (x / (1 + exp(-2 * inner)), x < 0 ? 8 * abs(inner) : 2)
  case ACTIVATION_GELU_QUICK: (x / (1 + exp(-1.702 * x)), x < 0 ? 2 * abs(x) : 2)
  case ACTIVATION_RELU: (max(x, 0), 0)
  case ACTIVATION_RELU_SQUARED: (max(x, 0) * max(x, 0), 0)
  case ACTIVATION_TANH: (tanh(x), 0)
  default: (1 / (1 + exp(-x)), 0)
  }
}

@Suite struct ElementwiseTests {
  @Test(arguments: KernelTable.all)
  private func sumsAndProducts(table: KernelTable) throws {
    var random = TestRandom(seed: 8)
    for count in awkwardLengths {
      for slack in [0, 4, 12] {
        let x = try GuardedBuffer(random.floats(count), slack: slack)
        let y = try GuardedBuffer(random.floats(count))
        let (left, right) = (x.values(of: Float.self), y.values(of: Float.self))
        let (xs, ys) = (x.pointer(to: Float.self), y.pointer(to: Float.self))
        let out = try GuardedBuffer(byteCount: count * 4, slack: slack)
        let outs = out.pointer(to: Float.self)
        table.functions.add(xs, ys, outs, count)
        #expect(out.values(of: Float.self) == zip(left, right).map { $0 + $1 })
        table.functions.multiply(xs, ys, outs, count)
        #expect(out.values(of: Float.self) == zip(left, right).map { $0 * $1 })
        table.functions.scale(xs, 0.3, outs, count)
        #expect(out.values(of: Float.self) == left.map { $0 * 0.3 })
        #expect(out.slackIsUntouched)
        table.functions.add(xs, ys, xs, count)
        table.functions.multiply(xs, ys, xs, count)
        table.functions.scale(xs, 2, xs, count)
        #expect(x.values(of: Float.self) == zip(left, right).map { ($0 + $1) * $1 * 2 })
      }
    }
  }

  @Test(arguments: KernelTable.all, activations.map(\.rawValue))
  private func activationsAgreeWithDoublePrecision(table: KernelTable, rawKind: UInt32) throws {
    let kind = activation(rawValue: rawKind)
    var random = TestRandom(seed: 9)
    var values =
      (-1200...1200).map { Float($0) / 97 } + random.floats(500, bound: 100) + random.floats(500, bound: 1e-3)
    values += [0, -0.0, 0.62, -0.62, 1e-30, -1e-30, .leastNonzeroMagnitude * 7, 87, -87, 104, -104, 1e4, -1e4]
    let out = try GuardedBuffer(byteCount: values.count * 4)
    table.functions.activate(kind, values, out.pointer(to: Float.self), values.count)
    let references = values.map { reference(kind, Double($0)) }
    expectClose(out.values(of: Float.self), references.map(\.value), "activation \(rawKind)") {
      // Eight half units; near the end of the range exponentials overflow and the result is zero.
      abs(references[$0].value) * (8 + 2 * references[$0].amplification) * 0x1p-24 + 2e-36
    }
  }

  @Test(arguments: KernelTable.all, activations.map(\.rawValue))
  private func activationLengthsStartsAndGates(table: KernelTable, rawKind: UInt32) throws {
    let kind = activation(rawValue: rawKind)
    var random = TestRandom(seed: 10)
    for count in awkwardLengths {
      for slack in [0, 4] {
        let values = random.floats(count, bound: 5)
        let x = try GuardedBuffer(values, slack: slack)
        let up = try GuardedBuffer(random.floats(count))
        let out = try GuardedBuffer(byteCount: count * 4, slack: slack)
        let (xs, ups, outs) = (x.pointer(to: Float.self), up.pointer(to: Float.self), out.pointer(to: Float.self))
        table.functions.activate(kind, xs, outs, count)
        let plain = out.values(of: Float.self)
        expectClose(plain, values.map { reference(kind, Double($0)).value }, "\(count) values") {
          // The value itself bounds what cancellation in the tails may leave.
          Double(abs(values[$0])) * 0x1p-21 + 0x1p-24
        }
        // An element does not depend on its place.
        for i in stride(from: 0, to: count, by: 13) {
          var alone: Float = 0
          table.functions.activate(kind, xs + i, &alone, 1)
          #expect(alone.bitPattern == plain[i].bitPattern)
        }
        table.functions.activate_multiply(kind, xs, ups, outs, count)
        let gated = zip(plain, up.values(of: Float.self)).map { $0 * $1 }
        expectSameBits(out.values(of: Float.self), gated, "\(count) gated values")
        table.functions.activate_multiply(kind, xs, ups, xs, count)
        expectSameBits(x.values(of: Float.self), gated, "\(count) gated values in place")
        #expect(out.slackIsUntouched)
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func activationsOfUnusualValues(table: KernelTable) {
    for kind in activations {
      for count in [1, 16, 19] {
        var out = [Float](repeating: 0, count: count)
        table.functions.activate(kind, [Float](repeating: .nan, count: count), &out, count)
        #expect(out.allSatisfy { $0.isNaN }, "activation \(kind.rawValue) lost NaN")
        table.functions.activate(kind, [Float](repeating: .infinity, count: count), &out, count)
        let limit: Float = kind == ACTIVATION_TANH || kind == ACTIVATION_SIGMOID ? 1 : .infinity
        #expect(out.allSatisfy { $0 == limit }, "activation \(kind.rawValue) of infinity: \(out[0])")
      }
    }
  }

  @Test(arguments: KernelTable.all, [false, true])
  private func rotations(table: KernelTable, isInterleaved: Bool) throws {
    var random = TestRandom(seed: 11)
    for (headSize, rotarySize) in [(2, 2), (10, 6), (32, 32), (64, 64), (66, 34), (80, 32), (128, 128)] {
      let (tokens, heads, pairs) = (3, 2, rotarySize / 2)
      let values = random.floats(tokens * heads * headSize)
      let angles = (0..<tokens * pairs).map { _ in Double(random.float(3)) }
      let cosines = try GuardedBuffer(angles.map { Float(cos($0)) })
      let sines = try GuardedBuffer(angles.map { Float(sin($0)) }, slack: 4)
      let x = try GuardedBuffer(values, slack: 4)
      table.functions.rotary(
        x.pointer(to: Float.self), cosines.pointer(to: Float.self), sines.pointer(to: Float.self), tokens, heads,
        headSize, rotarySize, isInterleaved)
      var expected = values.map(Double.init)
      for row in 0..<tokens * heads {
        for pair in 0..<pairs {
          let first = row * headSize + (isInterleaved ? 2 * pair : pair)
          let second = isInterleaved ? first + 1 : first + pairs
          let angle = angles[row / heads * pairs + pair]
          let (a, b) = (Double(values[first]), Double(values[second]))
          expected[first] = a * cos(angle) - b * sin(angle)
          expected[second] = a * sin(angle) + b * cos(angle)
        }
      }
      expectClose(x.values(of: Float.self), expected, "head of \(headSize), \(rotarySize) rotated") { _ in
        6 * 0x1p-24
      }
      #expect(x.slackIsUntouched)
    }
  }
}
