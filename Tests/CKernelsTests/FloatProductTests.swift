import CKernels
import TestSupport
import Testing

/// Weights, activations and bias of a product, and the product in double precision.
private struct Product {
  let type: element_type
  let rows, columns, tokens, xStride, outStride: Int
  let stored: GuardedBuffer
  let x: GuardedBuffer
  let bias: [Float]?
  let expected: [Double]
  let tolerances: [Double]

  init(_ type: element_type, rows: Int, columns: Int, tokens: Int, hasBias: Bool, slack: Int = 0) throws {
    var random = TestRandom(seed: UInt64(rows * 31 + columns * 7 + tokens))
    (self.type, self.rows, self.columns, self.tokens) = (type, rows, columns, tokens)
    xStride = columns + 3
    outStride = rows + 2
    let (buffer, values) = try type.rounded(random.floats(rows * columns), slack: slack)
    stored = buffer
    let inputs = random.floats(tokens == 0 ? 0 : (tokens - 1) * xStride + columns)
    x = try GuardedBuffer(inputs, slack: slack * 4)
    bias = hasBias ? random.floats(rows) : nil
    var expected: [Double] = []
    var tolerances: [Double] = []
    for token in 0..<tokens {
      for row in 0..<rows {
        var sum = 0.0
        var magnitude = 0.0
        for column in 0..<columns {
          let product = Double(values[row * columns + column]) * Double(inputs[token * xStride + column])
          sum += product
          magnitude += abs(product)
        }
        expected.append(sum + Double(bias?[row] ?? 0))
        // Each of the additions in a chain of at most 512 columns, and of the chains, may lose half a unit.
        tolerances.append((magnitude + 1) * Double(min(columns, 512) + columns / 512 + 2) * 0x1p-24)
      }
    }
    self.expected = expected
    self.tolerances = tolerances
  }

  /// The weights as this table reads them.
  private func packed(for table: KernelTable) throws -> GuardedBuffer {
    let bytes = table.functions.packed_bytes(type, rows, columns)
    guard bytes > 0 else { return stored }
    let buffer = try GuardedBuffer(byteCount: bytes, slack: 4)
    table.functions.pack(type, stored.start, type.byteCount(columns), rows, columns, buffer.start)
    #expect(buffer.slackIsUntouched)
    return buffer
  }

  /// The outputs [tokens, rows] of some tokens, computed in row ranges of at most `step` rows.
  func run(_ table: KernelTable, tokens range: Range<Int>, step: Int) throws -> [Float] {
    let weights = try packed(for: table)
    let count = range.isEmpty ? 0 : (range.count - 1) * outStride + rows
    let out = try GuardedBuffer([Float](repeating: -77, count: count), slack: 4)
    let pointer = out.pointer(to: Float.self)
    (bias ?? [0]).withUnsafeBufferPointer { biases in
      var job = matmul_job()
      job.type = type
      job.weights = UnsafeRawPointer(weights.start)
      job.row_bytes = type.byteCount(columns)
      (job.rows, job.columns, job.tokens) = (rows, columns, range.count)
      job.x = UnsafePointer(x.pointer(to: Float.self) + range.lowerBound * xStride)
      job.x_stride = xStride
      job.bias = bias == nil ? nil : biases.baseAddress
      job.out = pointer
      job.out_stride = outStride
      for row in stride(from: 0, to: rows, by: step) { table.functions.matmul_float(&job, row, min(row + step, rows)) }
    }
    #expect(out.slackIsUntouched)
    let values = out.values(of: Float.self)
    for i in values.indices where i % outStride >= rows { #expect(values[i] == -77, "the gap was written") }
    return (0..<range.count).flatMap { values[$0 * outStride..<$0 * outStride + rows] }
  }
}

private let floatTypes = [ELEMENT_F32, ELEMENT_F16, ELEMENT_BF16]

@Suite struct FloatProductTests {
  @Test(arguments: KernelTable.all)
  private func agreesWithDoublePrecision(table: KernelTable) throws {
    for type in floatTypes {
      for columns in awkwardLengths {
        for (rows, tokens, slack) in [(1, 1, 0), (5, 7, 1), (17, 3, 0)] {
          let product = try Product(
            type, rows: rows, columns: columns, tokens: tokens, hasBias: tokens != 3, slack: slack)
          let actual = try product.run(table, tokens: 0..<tokens, step: 32)
          expectClose(actual, product.expected, "type \(type.rawValue), \(tokens) x \(columns) x \(rows)") {
            product.tolerances[$0]
          }
        }
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func doesNotDependOnTheBatch(table: KernelTable) throws {
    for type in floatTypes {
      for columns in [33, 576, 1100] {
        let product = try Product(type, rows: 85, columns: columns, tokens: 20, hasBias: true)
        let together = try product.run(table, tokens: 0..<20, step: 96)
        let reference = try product.run(.scalar, tokens: 0..<20, step: 96)
        expectSameBits(together, reference, "the scalar product, type \(type.rawValue)")
        for step in [32, 64] {
          let cut = try product.run(table, tokens: 0..<20, step: step)
          expectSameBits(cut, together, "row ranges of \(step), type \(type.rawValue)")
        }
        for size in [1, 2, 3, 7, 13] {
          let parts = try stride(from: 0, to: 20, by: size).flatMap {
            try product.run(table, tokens: $0..<min($0 + size, 20), step: 32)
          }
          expectSameBits(parts, together, "batches of \(size), type \(type.rawValue)")
        }
      }
    }
  }

  @Test(arguments: KernelTable.all)
  private func nothingToDo(table: KernelTable) throws {
    let product = try Product(ELEMENT_F16, rows: 4, columns: 9, tokens: 0, hasBias: false)
    #expect(try product.run(table, tokens: 0..<0, step: 32).isEmpty)
  }
}
