import CKernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct NormalizationTests {
  private static let unit = 0x1p-24

  @Test(arguments: KernelTable.all)
  private func rootMeanSquare(table: KernelTable) throws {
    var random = TestRandom(seed: 1)
    for width in awkwardLengths where width > 0 {
      for (rows, isWeighted, offset, slack) in [(1, true, Float(0), 0), (3, true, 1, 4), (2, false, 0, 8)] {
        let values = random.floats(rows * width, bound: 3)
        let x = try GuardedBuffer(values, slack: slack)
        let weight = try GuardedBuffer(random.floats(width))
        let out = try GuardedBuffer(byteCount: rows * width * 4, slack: slack)
        table.functions.rms_norm(
          x.pointer(to: Float.self), isWeighted ? weight.pointer(to: Float.self) : nil, offset, 1e-5, rows, width,
          out.pointer(to: Float.self))
        let weights = weight.values(of: Float.self)
        let expected = values.indices.map { i -> Double in
          let row = values[i / width * width..<(i / width + 1) * width]
          let mean = row.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(width)
          let normal = Double(values[i]) / (mean + Double(Float(1e-5))).squareRoot()
          return isWeighted ? normal * (Double(weights[i % width]) + Double(offset)) : normal
        }
        expectClose(out.values(of: Float.self), expected, "\(rows) rows of \(width)") {
          // Each of four operations rounds; adding the offset to a weight rounds in units of the sum's parts.
          (6 * abs(expected[$0]) + 3 * Double(abs(values[$0])) + 1e-6) * Self.unit
        }
        #expect(out.slackIsUntouched)
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func layers(table: KernelTable) throws {
    var random = TestRandom(seed: 2)
    for width in awkwardLengths where width > 0 {
      for (rows, isAffine) in [(1, true), (3, false), (2, true)] {
        let values = random.floats(rows * width, bound: 2).map { $0 + 1 }
        let x = try GuardedBuffer(values)
        let weight = try GuardedBuffer(random.floats(width))
        let bias = try GuardedBuffer(random.floats(width))
        let out = try GuardedBuffer(byteCount: rows * width * 4, slack: 4)
        table.functions.layer_norm(
          x.pointer(to: Float.self), isAffine ? weight.pointer(to: Float.self) : nil,
          isAffine ? bias.pointer(to: Float.self) : nil, 1e-5, rows, width, out.pointer(to: Float.self))
        let (weights, biases) = (weight.values(of: Float.self), bias.values(of: Float.self))
        var tolerances: [Double] = []
        var expected: [Double] = []
        for i in values.indices {
          let row = values[i / width * width..<(i / width + 1) * width]
          let mean = row.reduce(0.0) { $0 + Double($1) } / Double(width)
          let variance = row.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(width)
          let factor = 1 / (variance + Double(Float(1e-5))).squareRoot()
          let normal = (Double(values[i]) - mean) * factor
          expected.append(isAffine ? normal * Double(weights[i % width]) + Double(biases[i % width]) : normal)
          // The mean rounds once, and its error grows by the factor; so does that of the difference.
          tolerances.append((4 * factor * (abs(mean) + abs(Double(values[i]))) + 6 * abs(normal) + 2) * Self.unit)
        }
        expectClose(out.values(of: Float.self), expected, "\(rows) rows of \(width)") { tolerances[$0] }
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func softmaxOfRows(table: KernelTable) throws {
    var random = TestRandom(seed: 3)
    for width in awkwardLengths {
      for (rows, bound) in [(1, Float(1)), (3, 40)] {
        var values = random.floats(rows * width, bound: bound)
        if width > 2 { values[1] = -.infinity }
        let out = try GuardedBuffer(values, slack: 4)
        table.functions.softmax(out.pointer(to: Float.self), rows, width, out.pointer(to: Float.self))
        let expected = values.indices.map { i -> Double in
          let row = values[i / width * width..<(i / width + 1) * width].map(Double.init)
          let largest = row.max() ?? 0
          return exp(Double(values[i]) - largest) / row.reduce(0) { $0 + exp($1 - largest) }
        }
        expectClose(out.values(of: Float.self), expected, "\(rows) rows of \(width)") {
          // The difference to the largest rounds, and that error becomes a relative one.
          expected[$0] * (8 + 2 * Double(bound)) * Self.unit + 0x1p-148
        }
        #expect(out.slackIsUntouched)
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func softmaxKeepsNaN(table: KernelTable) throws {
    for width in [3, 16, 33] {
      var values = [Float](repeating: 1, count: width)
      values[width - 1] = .nan
      table.functions.softmax(values, 1, width, &values)
      #expect(values.allSatisfy { $0.isNaN })
    }
  }

  private func logSumExp(_ table: KernelTable, _ values: [Float], slack: Int = 0) throws
    -> (maximum: Float, index: Int, sum: Double)
  {
    let x = try GuardedBuffer(values, slack: slack)
    var result = (maximum: Float(7), index: 7, sum: 7.0)
    table.functions.log_sum_exp(
      x.pointer(to: Float.self), values.count, &result.maximum, &result.index, &result.sum)
    return result
  }

  @Test(arguments: KernelTable.all)
  private func logarithmOfTheSum(table: KernelTable) throws {
    var random = TestRandom(seed: 4)
    for width in awkwardLengths + [49_152] where width > 0 {
      let values = random.floats(width, bound: 20)
      let result = try logSumExp(table, values, slack: 4)
      let largest = values.max() ?? 0
      #expect(result.maximum == largest)
      #expect(result.index == values.firstIndex(of: largest))
      let expected = Double(largest) + log(values.reduce(0.0) { $0 + exp(Double($1) - Double(largest)) })
      // Relative errors of the exponentials are absolute ones of the logarithm; differences up to 40 round.
      #expect(abs(result.sum - expected) <= 48 * Self.unit, "\(width): \(result.sum), expected \(expected)")
    }
  }

  @Test(arguments: KernelTable.all)
  private func logarithmOfUnusualRows(table: KernelTable) throws {
    let ties = try logSumExp(table, [Float](repeating: 2, count: 40))
    #expect(ties.index == 0 && ties.maximum == 2 && abs(ties.sum - (2 + log(40.0))) < 1e-6)
    var late = [Float](repeating: -1, count: 40)
    (late[18], late[39]) = (5, 5)
    #expect(try logSumExp(table, late).index == 18)
    for width in [0, 1, 16, 33] {
      let nothing = try logSumExp(table, [Float](repeating: -.infinity, count: width))
      #expect(nothing.index == 0 && nothing.maximum == -.infinity && nothing.sum == -.infinity)
    }
    let infinite = try logSumExp(table, [1, .infinity, 2])
    #expect(infinite.index == 1 && infinite.maximum == .infinity && infinite.sum == .infinity)
    let masked = try logSumExp(table, [-.infinity, 0, -.infinity])
    #expect(masked.index == 1 && masked.sum == 0)
    let unknown = try logSumExp(table, [0, .nan, 3] + [Float](repeating: 1, count: 30))
    #expect(unknown.index == 2 && unknown.maximum == 3 && unknown.sum.isNaN)
  }
}
