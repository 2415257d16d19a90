import CKernels
import TestSupport
import Testing

/// A product of stored blocks and rounded activations.
private struct QuantizedProduct {
  let type: BlockType
  let rows, columns, tokens: Int
  let blocks: [UInt8]
  let x: [Float]
  let bias: [Float]?

  init(_ type: BlockType, rows: Int, columns: Int, tokens: Int, hasBias: Bool = false) {
    var random = TestRandom(seed: UInt64(rows * 31 + columns * 7 + tokens))
    (self.type, self.rows, self.columns, self.tokens) = (type, rows, columns, tokens)
    blocks = type.randomBlocks(elements: rows * columns, &random)
    x = random.floats(tokens * columns, bound: 3)
    bias = hasBias ? random.floats(rows) : nil
  }

  var rowBytes: Int { type.type.byteCount(columns) }

  /// The weights as a table multiplies them, ending `slack` bytes before a guard page.
  func weights(for table: KernelTable, slack: Int) throws -> GuardedBuffer {
    let packedBytes = table.functions.packed_bytes(type.type, rows, columns)
    guard packedBytes > 0 else { return try GuardedBuffer(blocks, slack: slack) }
    let stored = try GuardedBuffer(blocks, slack: slack)
    let packed = try GuardedBuffer(byteCount: packedBytes, slack: slack)
    table.functions.pack(type.type, stored.start, rowBytes, rows, columns, packed.start)
    return packed
  }

  /// The outputs [tokens, rows] of some tokens, computed `step` rows at a time.
  func run(_ table: KernelTable, tokens range: Range<Int>? = nil, step: Int = 1 << 20, slack: Int = 0) throws -> [Float]
  {
    let range = range ?? 0..<tokens
    let weights = try weights(for: table, slack: slack)
    let activations = try RoundedActivations(x, columns: columns, slack: slack)
    let stride = rows + 3
    let out = try GuardedBuffer([Float](repeating: -77, count: (range.count - 1) * stride + rows), slack: slack * 4)
    let biases = try GuardedBuffer(bias ?? [], slack: slack * 4)
    var job = matmul_job()
    job.type = type.type
    job.weights = UnsafeRawPointer(weights.start)
    job.row_bytes = rowBytes
    (job.rows, job.columns, job.tokens) = (rows, columns, range.count)
    job.quantized = activations.from(token: range.lowerBound)
    job.bias = bias == nil ? nil : UnsafePointer(biases.pointer(to: Float.self))
    job.out = out.pointer(to: Float.self)
    job.out_stride = stride
    for begin in Swift.stride(from: 0, to: rows, by: step) {
      table.functions.matmul_quantized(&job, begin, min(begin + step, rows))
    }
    let all = out.values(of: Float.self)
    let gaps = (0..<range.count - 1).flatMap { all[($0 * stride + rows)..<(($0 + 1) * stride)] }
    #expect(gaps.allSatisfy { $0 == -77 } && out.slackIsUntouched, "written outside the output")
    return (0..<range.count).flatMap { all[($0 * stride)..<($0 * stride + rows)] }
  }
}

@Suite("Quantised products")
struct QuantizedProductTests {
  @Test("The scalar product is near that in double precision", arguments: BlockType.all, [false, true])
  func scalarMatchesDoubles(type: BlockType, hasBias: Bool) throws {
    let product = QuantizedProduct(type, rows: 5, columns: type.blockLength * 3, tokens: 2, hasBias: hasBias)
    let weights = type.dequantized(product.blocks)
    let x = try RoundedActivations(product.x, columns: product.columns).dequantized
    // A code's and a minimum's share of a value are together at most its magnitude and twice the minimum's.
    let minimum = 2 * type.largestMinimum * Double(BlockType.scaleBound)
    let roundings = Double(product.columns / 32 + 6)
    var expected: [Double] = []
    var tolerances: [Double] = []
    for token in 0..<product.tokens {
      for row in 0..<product.rows {
        var sum = Double(product.bias?[row] ?? 0)
        var magnitude = abs(sum)
        for column in 0..<product.columns {
          let weight = Double(weights[row * product.columns + column])
          let value = x[token * product.columns + column]
          sum += weight * value
          magnitude += (abs(weight) + minimum) * abs(value)
        }
        expected.append(sum)
        tolerances.append(magnitude * roundings * 0x1p-24)
      }
    }
    expectClose(try product.run(.scalar), expected, type.name) { tolerances[$0] }
  }

  // Whole numbers are exact and float sums have one order, so nothing may differ.
  @Test("Every set gives the scalar result to the bit", arguments: KernelTable.all.dropFirst(), BlockType.all)
  func setsAgree(table: KernelTable, type: BlockType) throws {
    let unit = type.blockLength
    let shapes: [(rows: Int, columns: Int, tokens: Int)] = [
      (1, unit, 1), (7, unit * 2, 2), (15, unit, 5), (16, unit * 3, 3), (17, unit, 19), (33, unit, 16),
      (31, 2304, 1), (20, 2304, 21), (24, 4352, 4),
    ]
    for (index, shape) in shapes.enumerated() {
      let product = QuantizedProduct(
        type, rows: shape.rows, columns: shape.columns, tokens: shape.tokens, hasBias: index % 2 == 0)
      for slack in [0, 1, 3] {
        expectSameBits(try product.run(table, slack: slack), try product.run(.scalar), "\(shape), slack \(slack)")
      }
    }
  }

  @Test("A result does not depend on the batch or the cut", arguments: KernelTable.all, BlockType.all)
  func batchInvariance(table: KernelTable, type: BlockType) throws {
    let product = QuantizedProduct(type, rows: 50, columns: 2304, tokens: 23, hasBias: true)
    let whole = try product.run(table)
    expectSameBits(try product.run(table, step: 16), whole, "16 rows at a time")
    expectSameBits(try product.run(table, step: 32), whole, "32 rows at a time")
    for token in 0..<product.tokens {
      let alone = try product.run(table, tokens: token..<token + 1)
      expectSameBits(alone, Array(whole[(token * 50)..<(token * 50 + 50)]), "token \(token) alone")
    }
    for range in [0..<5, 1..<18, 3..<23] {
      let part = try product.run(table, tokens: range)
      expectSameBits(part, Array(whole[(range.lowerBound * 50)..<(range.upperBound * 50)]), "tokens \(range)")
    }
  }

  @Test("Rows may be packed a range at a time", arguments: KernelTable.all, BlockType.all)
  func packingByRanges(table: KernelTable, type: BlockType) throws {
    let product = QuantizedProduct(type, rows: 53, columns: type.blockLength * 2, tokens: 1)
    let count = table.functions.packed_bytes(type.type, 53, product.columns)
    guard count > 0 else { return }
    let whole = try product.weights(for: table, slack: 0)
    let parts = try GuardedBuffer(byteCount: count)
    product.blocks.withUnsafeBytes { stored in
      for begin in stride(from: 0, to: 53, by: 32) {
        let offset = table.functions.packed_bytes(type.type, begin, product.columns)
        table.functions.pack(
          type.type, stored.baseAddress! + begin * product.rowBytes, product.rowBytes, min(32, 53 - begin),
          product.columns, parts.start + offset)
      }
    }
    #expect(whole.bytes.elementsEqual(parts.bytes))
  }

  @Test("A token with a NaN gives NaN and leaves the others alone", arguments: KernelTable.all)
  func notANumber(table: KernelTable) throws {
    let type = BlockType.all[2]
    let product = QuantizedProduct(type, rows: 20, columns: 96, tokens: 6)
    var spoilt = product.x
    spoilt[2 * 96 + 40] = .nan
    spoilt[4 * 96 + 95] = -.infinity
    let clean = try product.run(table)
    let result = try QuantizedProduct(product, x: spoilt).run(table)
    for token in 0..<6 {
      let row = result[(token * 20)..<(token * 20 + 20)]
      if token == 2 || token == 4 {
        #expect(row.allSatisfy { $0.isNaN })
      } else {
        expectSameBits(Array(row), Array(clean[(token * 20)..<(token * 20 + 20)]), "token \(token)")
      }
    }
  }

  @Test("Types that are not multiplied are not packed", arguments: KernelTable.all)
  func plainTypes(table: KernelTable) {
    for type in [ELEMENT_I32, ELEMENT_U8] {
      #expect(table.functions.packed_bytes(type, 16, 64) == 0)
    }
  }
}

extension QuantizedProduct {
  /// The same product with other activations.
  fileprivate init(_ other: QuantizedProduct, x: [Float]) {
    self.init(
      type: other.type, rows: other.rows, columns: other.columns, tokens: other.tokens, blocks: other.blocks, x: x,
      bias: other.bias)
  }

  private init(type: BlockType, rows: Int, columns: Int, tokens: Int, blocks: [UInt8], x: [Float], bias: [Float]?) {
    (self.type, self.rows, self.columns, self.tokens) = (type, rows, columns, tokens)
    (self.blocks, self.x, self.bias) = (blocks, x, bias)
  }
}
