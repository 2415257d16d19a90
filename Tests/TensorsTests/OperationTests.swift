import Testing

@testable import Tensors

/// Operations against plain loops in Double, on every instruction set and with one and three threads.
@Suite struct OperationTests {
  struct Machine: Sendable, CustomTestStringConvertible {
    let instructions: InstructionSet
    let threads: Int
    var testDescription: String { "\(instructions.rawValue), \(threads) threads" }
    var backend: CPUBackend { CPUBackend(threads: threads, instructions: instructions)! }
  }

  static let machines = InstructionSet.available.flatMap { set in
    [1, 3].map { Machine(instructions: set, threads: $0) }
  }

  private func random(_ backend: CPUBackend, _ shape: Shape, stream: UInt64) throws -> Tensor {
    var numbers = RandomStream(seed: 11, stream: stream)
    return try backend.tensor((0..<shape.elementCount).map { _ in Float(numbers.normal()) }, shape: shape)
  }

  private func expectClose(
    _ actual: Tensor, _ expected: [Double], within bound: Double = 2e-5, _ location: SourceLocation = #_sourceLocation
  ) {
    let values = actual.floats()
    #expect(values.count == expected.count, sourceLocation: location)
    let worst = zip(values, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(worst <= bound, sourceLocation: location)
  }

  @Test(arguments: machines) func linearIsRowsTimesColumns(machine: Machine) throws {
    let backend = machine.backend
    for (tokens, rows, columns) in [(1, 37, 19), (5, 130, 64), (33, 16, 7)] {
      let x = try random(backend, Shape(tokens, columns), stream: 1)
      let weight = try random(backend, Shape(rows, columns), stream: 2)
      let bias = try random(backend, Shape(rows), stream: 3)
      let projection = Projection(weight: try backend.prepare(weight), bias: bias)
      let (a, w, b) = (x.floats(), weight.floats(), bias.floats())
      let expected = (0..<tokens * rows).map { index in
        (0..<columns).reduce(Double(b[index % rows])) {
          $0 + Double(a[index / rows * columns + $1]) * Double(w[index % rows * columns + $1])
        }
      }
      expectClose(try x.linear(projection), expected)
      let several = try x.linear([projection, projection])
      #expect(several.map { $0.floats() } == Array(repeating: try x.linear(projection).floats(), count: 2))
      let gated = try x.gatedLinear(gate: projection, up: projection, activation: .silu)
      expectClose(gated, expected.map { $0 * $0 / (1 + exponential(-$0)) }, within: 1e-4)
    }
  }

  @Test("Products with a norm or a residual give the bits of the single steps", arguments: machines)
  func fusedProducts(machine: Machine) throws {
    let backend = machine.backend
    let norm = RowNorm(weight: try random(backend, Shape(96), stream: 21), weightOffset: 0.5, epsilon: 1e-5)
    for type in [ElementType.f32, .bf16, .q8_0] {
      let gate = Projection(weight: try backend.prepare(random(backend, Shape(70, 96), stream: 22).converted(to: type)))
      let up = Projection(weight: try backend.prepare(random(backend, Shape(70, 96), stream: 23)))
      for tokens in [1, 4, 5, 40] {
        let x = try random(backend, Shape(tokens, 96), stream: 24)
        let residual = try random(backend, Shape(tokens, 70), stream: 25)
        let normed = try x.rmsNorm(norm)
        #expect(try x.linear(gate, addedTo: residual).floats() == (x.linear(gate) + residual).floats())
        let several = try x.linear(norm: norm, [gate, up])
        #expect(try several.map { $0.floats() } == [normed.linear(gate).floats(), normed.linear(up).floats()])
        let gated = try x.gatedLinear(norm: norm, gate: gate, up: up, activation: .silu)
        #expect(try gated.floats() == several[0].activated(.silu, times: several[1]).floats())
      }
    }
  }

  @Test("Rotating and storing at once is rotating, then storing", arguments: machines)
  func rotateAndStore(machine: Machine) throws {
    let backend = machine.backend
    let rotation = Rotation(
      cosines: try random(backend, Shape(3, 4), stream: 31), sines: try random(backend, Shape(3, 4), stream: 32),
      interleaved: false)
    let queries = try random(backend, Shape(3, 32), stream: 33)
    let (keys, values) = (try random(backend, Shape(3, 16), stream: 34), try random(backend, Shape(3, 16), stream: 35))
    func caches() throws -> [Tensor] {
      let zeros = [UInt8](repeating: 0, count: 2 * 5 * 8 * 2)
      return try (0..<2).map { _ in
        try zeros.withUnsafeBytes { try backend.tensor(copying: $0, shape: Shape(2, 5, 8), elementType: .f16) }
      }
    }
    let (expected, actual) = (try caches(), try caches())
    var (query, key) = (queries, keys)
    try query.rotate(headSize: 8, by: rotation)
    try key.rotate(headSize: 8, by: rotation)
    try key.store(into: expected[0], at: 1)
    try values.store(into: expected[1], at: 1)
    var (turned, turnedKeys) = (queries, keys)
    try turned.rotateAndStore(
      keys: &turnedKeys, values: values, by: rotation, keyCache: actual[0], valueCache: actual[1], at: 1)
    #expect(turned.floats() == query.floats())
    #expect(turnedKeys.floats() == key.floats())
    #expect(queries.floats() != query.floats(), "the caller's own tensor was changed, or nothing was rotated")
    for (one, other) in zip(expected, actual) {
      #expect(one.withBytes { Array($0) } == other.withBytes { Array($0) })
    }
  }

  @Test(arguments: machines) func quantisedProductsAreCloseToFloatOnes(machine: Machine) throws {
    let backend = machine.backend
    let weight = try random(backend, Shape(50, 64), stream: 4)
    let x = try random(backend, Shape(7, 64), stream: 5)
    let exact = try x.linear(Projection(weight: backend.prepare(weight))).floats()
    let rounded = try x.linear(Projection(weight: backend.prepare(weight.converted(to: .q8_0)))).floats()
    let error = zip(exact, rounded).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = exact.reduce(0) { $0 + $1 * $1 }
    #expect((error / size).squareRoot() < 0.015)
    #expect(error > 0)
  }

  @Test(arguments: machines) func normsAreThePapers(machine: Machine) throws {
    let backend = machine.backend
    let x = try random(backend, Shape(9, 37), stream: 6)
    let weight = try random(backend, Shape(37), stream: 7)
    let bias = try random(backend, Shape(37), stream: 8)
    let (a, w, b) = (x.floats().map(Double.init), weight.floats().map(Double.init), bias.floats().map(Double.init))
    func rows(_ body: ([Double], Int) -> Double) -> [Double] {
      (0..<a.count).map { body(Array(a[$0 / 37 * 37..<$0 / 37 * 37 + 37]), $0 % 37) }
    }
    let root = rows { row, column in
      row[column] / (row.reduce(0) { $0 + $1 * $1 } / 37 + 1e-5).squareRoot() * (w[column] + 1)
    }
    expectClose(try x.rmsNorm(RowNorm(weight: weight, weightOffset: 1, epsilon: 1e-5)), root)
    let layer = rows { row, column in
      let mean = row.reduce(0, +) / 37
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 37
      return (row[column] - mean) / (variance + 1e-5).squareRoot() * w[column] + b[column]
    }
    expectClose(try x.layerNorm(weight: weight, bias: bias, epsilon: 1e-5), layer)
  }

  @Test(arguments: machines) func softmaxAndStatisticsAgree(machine: Machine) throws {
    let x = try random(machine.backend, Shape(4, 101), stream: 9)
    let statistics = try x.rowStatistics()
    let values = x.floats()
    let expected = (0..<values.count).map { exponential(Double(values[$0]) - statistics[$0 / 101].logSumExp) }
    expectClose(try x.softmax(), expected)
    for (row, found) in statistics.enumerated() {
      let slice = values[row * 101..<(row + 1) * 101]
      #expect(found.maximum == slice.max())
      #expect(slice.firstIndex(of: found.maximum) == row * 101 + found.index)
    }
  }

  @Test(arguments: machines) func elementsAreAddedMultipliedAndScaled(machine: Machine) throws {
    let (x, y) = (
      try random(machine.backend, Shape(3, 70001), stream: 10), try random(machine.backend, Shape(3, 70001), stream: 11)
    )
    let pairs = Array(zip(x.floats(), y.floats()))
    #expect(try (x + y).floats() == pairs.map { $0 + $1 })
    #expect(try (x * y).floats() == pairs.map { $0 * $1 })
    #expect(try x.scaled(by: 3).floats() == pairs.map { 3 * $0.0 })
    #expect(try x.activated(.relu).floats() == pairs.map { max($0.0, 0) })
    #expect(try x.activated(.relu, times: y).floats() == pairs.map { max($0.0, 0) * $0.1 })
  }

  @Test(arguments: machines) func rowsAreGatheredSlicedAndJoined(machine: Machine) throws {
    let backend = machine.backend
    let table = try random(backend, Shape(6, 5), stream: 12)
    let values = table.floats()
    #expect(try table.gather([5, 0]).floats() == Array(values[25...] + values[..<5]))
    #expect(try table.rows(2..<4).floats() == Array(values[10..<20]))
    let parts = [try table.rows(4..<6), try table.rows(0..<4)]
    #expect(try Tensor.concatenated(parts).floats() == Array(values[20...] + values[..<20]))
    let half = try table.converted(to: .bf16)
    #expect(try half.converted(to: .f32).floats().allSatisfy { $0.bitPattern & 0xFFFF == 0 })
    #expect(try half.gather([3]).floats() == half.converted(to: .f32).rows(3..<4).floats())
  }

  @Test(arguments: ElementType.allCases.filter(\.canBeWritten))
  func anyNumberOfThreadsMakesTheSameBlocks(type: ElementType) throws {
    func bytes(threads: Int) throws -> [UInt8] {
      let backend = CPUBackend(threads: threads)
      let converted = try random(backend, Shape(9, 2048), stream: 13).converted(to: type)
      #expect(converted.elementType == type && converted.byteCount == type.byteCount(shape: [9, 2048]))
      return converted.withBytes { Array($0) }
    }
    let single = try bytes(threads: 1)
    #expect(try bytes(threads: 2) == single)
    #expect(try bytes(threads: 5) == single)
  }

  @Test func rotationLeavesOtherHoldersOfTheTensorAlone() throws {
    let backend = CPUBackend(threads: 1)
    let rotation = Rotation(
      cosines: try backend.tensor([0], shape: [1, 1]), sines: try backend.tensor([1], shape: [1, 1]),
      interleaved: true)
    let original = try backend.tensor([1, 2, 3, 4], shape: [1, 4])
    var turned = original
    try turned.rotate(headSize: 4, by: rotation)
    #expect(turned.floats() == [-2, 1, 3, 4])
    #expect(original.floats() == [1, 2, 3, 4])
  }

  @Test func wrongArgumentsAreRefusedInOneLine() throws {
    let backend = CPUBackend(threads: 1)
    let x = try backend.tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let y = try backend.tensor([1, 2], shape: [1, 2])
    let weight = Projection(weight: try backend.prepare(y))
    func message(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return "\(error)" }
      return nil
    }
    #expect(message { _ = try x.linear(weight) } == "linear: x: expected [*, 2], got [2, 3]")
    #expect(message { _ = try x + y } == "add: y: expected [2, 3], got [1, 2]")
    #expect(message { _ = try x.gather([2]) } == "gather: index: expected 0..<2, got 2")
    #expect(message { _ = try x.converted(to: .q8_0) } == "converted: x: expected [*, 32], got [2, 3]")
    #expect(
      message { _ = try x.converted(to: .mxfp4) }
        == "converted: type: expected a conversion to F32, or of F32 to a type that can be written, got MXFP4")
    let norm = RowNorm(weight: y, epsilon: 1)
    #expect(message { _ = try x.rmsNorm(norm) } == "rmsNorm: weight: expected [3], got [1, 2]")
    #expect(message { _ = try backend.allocate(Shape(1 << 40, 1 << 30), .f32) } != nil)
    #expect(message { _ = try x.rows(1..<3) } == "rows: range: expected within [2, 3], got 1..<3")
  }
}

/// `exp` by its series after halving: good to 1e-15 without another import.
private func exponential(_ x: Double) -> Double {
  if abs(x) > 0.5 {
    let half = exponential(x / 2)
    return half * half
  }
  var (term, sum) = (1.0, 1.0)
  for index in 1...18 {
    term *= x / Double(index)
    sum += term
  }
  return sum
}
