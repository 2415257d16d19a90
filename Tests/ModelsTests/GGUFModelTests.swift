import Checkpoints
import JSONText
import Models
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// A tiny llama in every tensor type: fixtures/gguf, whose README gives the bounds.
@Suite(.needsSharedFixtures) struct GGUFModelTests {
  static let folder = (Fixtures.shared ?? "") + "/gguf/"
  static let names = Fixtures.names(in: folder).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }

  private func description(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Fixtures.bytes(GGUFModelTests.folder + name + ".json"))
  }

  @Test func everyTypeIsThere() { #expect(GGUFModelTests.names.count >= 19) }

  @Test(arguments: names, Machine.all) func tensorsDequantiseToTheBit(name: String, machine: Machine) throws {
    let checkpoint = try openCheckpoint(GGUFModelTests.folder + name + ".gguf")
    let backend = machine.backend
    for (tensorName, expected) in try #require(description(name)["dequantized"]?.object) {
      let entry = try #require(checkpoint.tensors[tensorName])
      let type = try #require(entry.elementType)
      #expect(type.name == expected["type"]?.string)
      let shape = try #require(Shape(exactly: entry.shape))
      let tensor = try backend.tensor(
        sharing: checkpoint.bytes(of: entry), owner: checkpoint.owner(of: entry), shape: shape, elementType: type)
      let bytes = try Fixtures.bytes(GGUFModelTests.folder + #require(expected["file"]?.string))
      let converted = try tensor.converted(to: .f32)
      #expect(converted.withBytes { Array($0) } == bytes)
      let rows = try tensor.gather((0..<Int32(shape[0])).reversed()).rows(shape[0] - 1..<shape[0])
      #expect(rows.withBytes { Array($0) } == Array(bytes.prefix(shape[1] * 4)))
    }
  }

  @Test(arguments: names, Machine.all) func logitsAreWithinTheBounds(name: String, machine: Machine) throws {
    let json = try description(name)
    let prompt = try #require(json["prompt"]?.array).compactMap { $0.integer.map { Int32($0) } }
    let expected = try #require(json["logits_float"]?.array).map { ($0.array ?? []).compactMap { $0.double } }
    let model = try loadLanguageModel(path: GGUFModelTests.folder + name + ".gguf", backend: machine.backend)
    let cache = try model.makeCache(capacity: prompt.count, elementType: .f32)
    let logits = try model(prompt, cache: cache, logits: .suffix(expected.count))
    #expect(logits.shape == Shape(expected.count, 300))
    let pairs = zip(logits.floats().map(Double.init), expected.joined()).map { ($0, $1) }
    let largest = pairs.map { abs($0.0 - $0.1) }.max() ?? .infinity
    let relative =
      (pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / pairs.reduce(0) { $0 + $1.1 * $1.1 }).squareRoot()
    let tolerance = try #require(json["tolerance"])
    let isFloat = ["F32", "F16", "BF16"].contains(json["type"]?.string ?? "")
    if isFloat {
      #expect(largest <= tolerance["float_activations_vs_logits_float_max_abs"]?.double ?? 0)
    } else {
      #expect(largest <= tolerance["low_precision_activations_vs_logits_float_max_abs"]?.double ?? 0)
      #expect(relative <= tolerance["low_precision_activations_vs_logits_float_relative_l2"]?.double ?? 0)
    }
    let bound = isFloat ? 0.002 : tolerance["low_precision_activations_vs_logits_float_max_abs"]?.double ?? 0
    for (row, statistics) in try logits.rowStatistics().enumerated() {
      guard json["top1_minus_top2_float"]?[row]?.double ?? 0 > bound else { continue }
      #expect(statistics.index == json["argmax_float"]?[row]?.integer)
    }
  }
}
