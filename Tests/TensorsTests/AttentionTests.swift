import Testing

@testable import Tensors

@Suite struct AttentionTests {
  /// A single query over positions whose values are their number: the softmax weights can be read off.
  @Test(arguments: OperationTests.machines) func queriesSeeWhatTheyMay(machine: OperationTests.Machine) throws {
    let backend = machine.backend
    let (capacity, size) = (20, 8)
    let keys = try backend.allocate(Shape(2, capacity, size), .f32)
    let values = try backend.allocate(Shape(2, capacity, size), .f32)
    // Key-value head 0 holds the position, head 1 its double; all keys are 0, so weights are equal.
    let rows = (0..<capacity).flatMap { position in
      (0..<2).flatMap { head in [Float](repeating: Float(position * (head + 1)), count: size) }
    }
    try backend.tensor(rows, shape: Shape(capacity, 2 * size)).store(into: values, at: 0)
    let zeros = try backend.tensor([Float](repeating: 0, count: rows.count), shape: Shape(capacity, 2 * size))
    try zeros.store(into: keys, at: 0)
    // Four heads: two share each key-value head.
    let queries = try backend.tensor([Float](repeating: 1, count: 3 * 4 * size), shape: Shape(3, 4 * size))
    var options = AttentionOptions(firstPosition: 5, keyCount: 8, scale: 1)
    let causal = try queries.attention(keys: keys, values: values, options: options).floats()
    options.window = 2
    let windowed = try queries.attention(keys: keys, values: values, options: options).floats()
    options.window = 0
    options.causal = false
    let whole = try queries.attention(keys: keys, values: values, options: options).floats()
    for token in 0..<3 {
      for head in 0..<4 {
        let index = (token * 4 + head) * size
        let factor = Float(head / 2 + 1)
        #expect(abs(causal[index] - factor * Float(5 + token) / 2) < 1e-4)
        #expect(abs(windowed[index] - factor * (Float(5 + token) - 0.5)) < 1e-4)
        #expect(abs(whole[index] - factor * 3.5) < 1e-4)
      }
    }
  }

  @Test func positionsBeyondTheCacheAreRefused() throws {
    let backend = CPUBackend(threads: 1)
    let cache = try backend.allocate(Shape(1, 4, 2), .f32)
    let x = try backend.tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(throws: TensorError.self) { try x.store(into: cache, at: 3) }
    let options = AttentionOptions(firstPosition: 3, keyCount: 4, scale: 1)
    #expect(throws: TensorError.self) { try x.attention(keys: cache, values: cache, options: options) }
  }
}
