import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Logits are the same bits however a sequence is cut into calls, and on any number of threads.
@Suite struct InvarianceTests {
  static let cuts: [[Int]] = [[23], [1, 22], [7, 16], [16, 7], [5, 5, 5, 5, 3], Array(repeating: 1, count: 23)]

  private func logits(
    _ model: any LanguageModel, _ tokens: [Int32], cut: [Int], cacheType: ElementType
  ) throws -> [UInt32] {
    let cache = try model.makeCache(capacity: tokens.count, elementType: cacheType)
    var bits: [UInt32] = []
    for count in cut {
      let fed = Array(tokens[cache.length..<cache.length + count])
      bits += try model(fed, cache: cache, logits: .all).floats().map(\.bitPattern)
    }
    return bits
  }

  private func expectInvariance(_ path: String, _ machine: Machine, cacheTypes: [ElementType]) throws {
    let model = try loadLanguageModel(path: path, backend: machine.backend)
    let single = try loadLanguageModel(
      path: path, backend: Machine(instructions: machine.instructions, threads: 1).backend)
    let vocabulary = Int32(clamping: min(model.configuration.vocabularySize, 1000))
    let tokens = (0..<23).map { Int32($0 * 37 + 5) % vocabulary }
    for type in cacheTypes {
      let expected = try logits(single, tokens, cut: [23], cacheType: type)
      #expect(expected.count == 23 * model.configuration.vocabularySize)
      for cut in InvarianceTests.cuts {
        #expect(try logits(model, tokens, cut: cut, cacheType: type) == expected, "\(cut) with \(type)")
      }
    }
  }

  @Test(arguments: Machine.all) func aSmallFloatModel(machine: Machine) throws {
    let path = Fixtures.local + "/models/llama/generate-stop"
    try expectInvariance(path, machine, cacheTypes: [.f32, .f16, .bf16])
  }

  @Test(.needsSharedFixtures, arguments: ["Q4_1", "Q4_K", "Q6_K", "IQ4_XS", "MXFP4", "BF16"], Machine.all)
  func aSmallQuantisedModel(type: String, machine: Machine) throws {
    let path = try #require(Fixtures.shared) + "/gguf/llama-\(type).gguf"
    try expectInvariance(path, machine, cacheTypes: [.f16, .q8_0])
  }

  @Test(.needsDefaultModel, arguments: Machine.all) func theDefaultModel(machine: Machine) throws {
    guard machine.instructions != .scalar else { return }
    try expectInvariance(try #require(DefaultModel.path), machine, cacheTypes: [.f16])
  }

  @Test func aTruncatedCacheGoesOnAsIfNothingHadFollowed() throws {
    let model = try loadLanguageModel(
      path: Fixtures.local + "/models/llama/generate-stop", backend: CPUBackend(threads: 1))
    let cache = try model.makeCache(capacity: 9, elementType: .f16)
    _ = try model([1, 2, 3, 4, 5], cache: cache, logits: .none)
    cache.truncate(to: 3)
    let again = try model([9, 8], cache: cache, logits: .last).floats()
    let fresh = try model.makeCache(capacity: 9, elementType: .f16)
    #expect(try model([1, 2, 3, 9, 8], cache: fresh, logits: .last).floats() == again)
  }
}
