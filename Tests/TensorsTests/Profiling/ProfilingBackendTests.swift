import Testing

@testable import Tensors

/// A backend that counts another one's work: the same numbers come out, and every call is in the profile.
@Suite struct ProfilingBackendTests {
  private let plain = CPUBackend(threads: 2)
  private let profiler: ProfilingBackend

  init() { profiler = ProfilingBackend(plain) }

  private func random(_ backend: any Backend, _ shape: Shape, stream: UInt64) throws -> Tensor {
    var numbers = RandomStream(seed: 3, stream: stream)
    return try backend.tensor((0..<shape.elementCount).map { _ in Float(numbers.normal()) }, shape: shape)
  }

  /// Every primitive once, as far as its result is a tensor.
  private func everything(on backend: any Backend) throws -> [String: [Float]] {
    let x = try random(backend, Shape(3, 64), stream: 1)
    let y = try random(backend, Shape(3, 64), stream: 2)
    let gate = Projection(weight: try backend.prepare(random(backend, Shape(32, 64), stream: 3)))
    let up = Projection(weight: try backend.prepare(random(backend, Shape(32, 64), stream: 4).converted(to: .q8_0)))
    let norm = RowNorm(weight: nil, epsilon: 1e-5)
    let rotation = Rotation(
      cosines: try random(backend, Shape(3, 4), stream: 5), sines: try random(backend, Shape(3, 4), stream: 6),
      interleaved: false)
    let zeros = [UInt8](repeating: 0, count: 8 * 4 * 8 * 2)
    let caches = try (0..<2).map { _ in
      try zeros.withUnsafeBytes { try backend.tensor(copying: $0, shape: Shape(8, 4, 8), elementType: .f16) }
    }
    var (rotated, queries, keys) = (x, x, y)
    try rotated.rotate(headSize: 8, by: rotation)
    try queries.rotateAndStore(
      keys: &keys, values: y, by: rotation, keyCache: caches[0], valueCache: caches[1], at: 0)
    try x.store(into: caches[1], at: 0)
    let options = AttentionOptions(firstPosition: 0, keyCount: 3, scale: 0.35)
    let several = try x.linear([gate, up])
    return [
      "linear": try x.linear(gate, addedTo: several[1]).floats(), "linear, several": several[1].floats(),
      "gatedLinear": try x.gatedLinear(gate: gate, up: up, activation: .silu).floats(),
      "rotate": rotated.floats(), "rotateAndStore": queries.floats() + keys.floats(),
      "attention": try queries.attention(keys: caches[0], values: caches[1], options: options).floats(),
      "gather": try y.gather([2, 0]).floats(), "rmsNorm": try x.rmsNorm(norm).floats(),
      "layerNorm": try x.layerNorm(weight: nil, bias: nil, epsilon: 1e-5).floats(), "softmax": try x.softmax().floats(),
      "rowStatistics": try x.rowStatistics().map { Float($0.logSumExp) },
      "add": try (x + y).floats(), "multiply": try (x * y).floats(), "scaled": try x.scaled(by: 2).floats(),
      "activated": try x.activated(.gelu).floats(), "activated, times": try x.activated(.silu, times: y).floats(),
      "converted": try x.converted(to: .bf16).converted(to: .f32).floats(),
      "concatenated": try Tensor.concatenated([x, y]).floats(),
    ]
  }

  @Test func resultsAreThoseOfTheBackendWithin() throws {
    let expected = try everything(on: plain)
    let actual = try everything(on: profiler)
    for (name, values) in expected {
      #expect(actual[name]?.map(\.bitPattern) == values.map(\.bitPattern), "\(name)")
    }
  }

  @Test func everyCallIsCountedOnce() throws {
    let names = try everything(on: profiler).keys
    let profile = profiler.takeProfile()
    var calls: [String: Int] = [:]
    for (key, count) in profile.counts { calls[key.name, default: 0] += count.calls }
    for name in names where name != "converted" { #expect(calls[name] == 1, "\(name)") }
    // The weight's rounding, and there and back again.
    #expect(calls["converted"] == 3 && calls["prepare"] == 2 && calls["store"] == 1)
    #expect(profile.counts.values.allSatisfy { $0.seconds >= 0 })
    #expect(profiler.takeProfile().counts.isEmpty, "a profile is taken once")
  }

  @Test func whatComesOutIsProfiledToo() throws {
    let x = try random(profiler, Shape(2, 32), stream: 1)
    let projection = Projection(weight: try profiler.prepare(random(profiler, Shape(32, 32), stream: 2)))
    _ = profiler.takeProfile()
    _ = try (x.linear(projection) + x).scaled(by: 0.5).softmax()
    let names = Set(profiler.takeProfile().counts.keys.map(\.name))
    #expect(names == ["linear", "add", "scaled", "softmax"])
  }

  @Test func productsCountWeightsOnceAndTwoOperationsAMultiplyAdd() throws {
    let x = try random(profiler, Shape(5, 64), stream: 1)
    let weight = try profiler.prepare(random(profiler, Shape(48, 64), stream: 2).converted(to: .q8_0))
    _ = profiler.takeProfile()
    for _ in 0..<3 { _ = try x.linear(Projection(weight: weight)) }
    let profile = profiler.takeProfile()
    #expect(profile.counts.count == 1)
    let (key, count) = try #require(profile.counts.first)
    #expect(key == OperationKey("linear", .q8_0, sizes: Shape(64, 48)))
    #expect(count.calls == 3 && count.unit == .int8)
    #expect(count.operations == 3 * 2 * 5 * 48 * 64)
    #expect(count.memoryBytes == 3 * (weight.packed?.byteCount ?? weight.source.byteCount))
    #expect(count.activationBytes == 3 * 4 * 5 * (48 + 64))
  }

  @Test func attentionCountsThePositionsThatAreSeen() throws {
    let cache = try profiler.allocate(Shape(2, 16, 8), .f16)
    let queries = try random(profiler, Shape(3, 32), stream: 1)
    var options = AttentionOptions(firstPosition: 5, keyCount: 8, scale: 1)
    func cost() -> OperationCost { .attention(queries, keys: cache, options) }
    // Queries at 5, 6 and 7 see 6, 7 and 8 positions; keys and values are read, of both heads.
    #expect(cost().operations == 4 * (6 + 7 + 8) * 32)
    #expect(cost().memoryBytes == 2 * 2 * 8 * 16 && cost().unit == .f32)
    options.window = 4
    #expect(cost().operations == 4 * (4 + 4 + 4) * 32)
    #expect(cost().memoryBytes == 2 * 2 * (8 - 2) * 16)
    options.window = 0
    options.causal = false
    #expect(cost().operations == 4 * (8 + 8 + 8) * 32)
  }
}
