import Checkpoints
import Models
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// Sizes and variants that the reference cases do not have: both file formats of the same weights must agree.
@Suite struct SyntheticLlamaTests {
  static let variants: [SyntheticLlama] = [
    SyntheticLlama(),
    SyntheticLlama(hidden: 40, heads: 5, kvHeads: 1, headSize: 20, intermediate: 72, isTied: true),
    SyntheticLlama(hidden: 72, heads: 3, kvHeads: 3, headSize: 40, intermediate: 100, hasBias: true),
    SyntheticLlama(hidden: 96, heads: 6, kvHeads: 3, headSize: 22, intermediate: 33, vocabulary: 1, layers: 2),
    SyntheticLlama(hidden: 33, heads: 14, kvHeads: 7, headSize: 2, intermediate: 1, vocabulary: 17),
    SyntheticLlama(
      ropeScaling: #"{"type":"linear","factor":4.0}"#,
      ggufRope: ["type": .string("linear"), "factor": .float32(4)]),
    SyntheticLlama(
      headSize: 32,
      ropeScaling: #"{"rope_type":"yarn","factor":8.0,"original_max_position_embeddings":32}"#,
      ggufRope: ["type": .string("yarn"), "factor": .float32(8), "original_context_length": .uint32(32)]),
  ]

  private func logits(_ path: String, _ backend: CPUBackend, cache type: ElementType = .f32) throws -> [Float] {
    let model = try loadLanguageModel(path: path, backend: backend)
    let vocabulary = model.configuration.vocabularySize
    let tokens = (0..<50).map { Int32($0 * 37 % vocabulary) }
    let cache = try model.makeCache(capacity: 64, elementType: type)
    return try model(tokens, cache: cache, logits: .suffix(9)).floats()
  }

  private func distance(_ x: [Float], _ y: [Float]) -> Float {
    x.count == y.count ? zip(x, y).map { abs($0 - $1) }.max() ?? .infinity : .infinity
  }

  @Test(arguments: variants, Machine.all) func bothFormatsAgree(variant: SyntheticLlama, machine: Machine) throws {
    let folder = try TemporaryFolder()
    try variant.writeFolder(folder.path)
    let file = try TemporaryFolder()
    try variant.writeGGUF(file["m.gguf"])
    let backend = machine.backend
    let expected = try logits(folder.path, backend)
    let isFinite = expected.allSatisfy(\.isFinite)
    #expect(isFinite)
    let other = try logits(file["m.gguf"], backend)
    #expect(distance(expected, other) < 2e-5)
    let best = try logits(file["m.gguf"], CPUBackend(threads: 1))
    #expect(distance(expected, best) < 2e-5)
    for type in [ElementType.f16, .bf16] {
      let rounded = try logits(folder.path, backend, cache: type)
      #expect(distance(expected, rounded) < 0.05)
    }
  }

  @Test(arguments: variants, [ElementType.f16, .bf16, .q8_0])
  func roundedWeightsStayNear(variant: SyntheticLlama, type: ElementType) throws {
    let folder = try TemporaryFolder()
    try variant.writeGGUF(folder["a.gguf"])
    try variant.writeGGUF(folder["b.gguf"], type: type)
    let backend = CPUBackend(threads: 2)
    let exact = try logits(folder["a.gguf"], backend)
    let rounded = try logits(folder["b.gguf"], backend)
    #expect(distance(exact, rounded) < 0.15)
  }

  @Test func aRoundedCacheNeedsHeadsOfWholeBlocks() throws {
    let folder = try TemporaryFolder()
    try SyntheticLlama().writeGGUF(folder["a.gguf"])
    let model = try loadLanguageModel(path: folder["a.gguf"], backend: CPUBackend(threads: 1))
    let error = #expect(throws: TensorError.self) { try model.makeCache(capacity: 8, elementType: .q8_0) }
    #expect(error?.description.contains("heads of 16") == true)
  }

  @Test func aCacheThatCannotBeIsRefusedWithItsSize() throws {
    let folder = try TemporaryFolder()
    try SyntheticLlama(layers: 2).writeGGUF(folder["a.gguf"])
    let model = try loadLanguageModel(path: folder["a.gguf"], backend: CPUBackend(threads: 1))
    // 2 layers of 2 heads of 16 halves, keys and values: 256 bytes a position.
    let error = #expect(throws: TensorError.self) { try model.makeCache(capacity: 1 << 50, elementType: .f16) }
    #expect(error?.description.contains("288230376151711744 bytes") == true)
    #expect(error?.description.contains("--context") == true)
    // Memory that is never touched is not taken.
    let large = try model.makeCache(capacity: 1 << 22, elementType: .f16)
    #expect(try model([1, 2], cache: large, logits: .last).floats().allSatisfy(\.isFinite))
  }
}

/// Damaged heads of model files: an error in one line, or a model that runs.
@Suite struct ModelFuzzTests {
  @Test func damagedModels() throws {
    let folder = try TemporaryFolder()
    var tiny = SyntheticLlama(hidden: 32, heads: 2, kvHeads: 1, headSize: 16, intermediate: 32, vocabulary: 5)
    tiny.ggufRope = ["type": .string("yarn"), "factor": .float32(2), "original_context_length": .uint32(128)]
    try tiny.writeGGUF(folder["a.gguf"], type: .q8_0)
    let original = try Fixtures.bytes(folder["a.gguf"])
    let head = try GGUFFile(path: folder["a.gguf"]).tensors.values.map(\.fileOffset).min() ?? 0
    let fields: [ByteMutator.Field] = (24..<head - 8).compactMap { start in
      let isNumber = original[start] != 0 && original[start + 1..<start + 4].allSatisfy { $0 == 0 }
      return isNumber ? start..<start + 4 : nil
    }
    #expect(fields.count > 20)
    let backend = CPUBackend(threads: 1)
    var mutator = ByteMutator(seed: 4)
    var loaded = 0
    for _ in 0..<Fixtures.fuzzIterations(usual: 400) {
      // Mostly the head: damage to the weights changes numbers only.
      let bytes = mutator.mutate(Array(original[..<head]), fields: fields) + original[head...]
      try Fixtures.write(bytes, to: folder["b.gguf"])
      do {
        let model = try loadLanguageModel(path: folder["b.gguf"], backend: backend)
        let cache = try model.makeCache(capacity: 2, elementType: .f16)
        _ = try model([0, 1], cache: cache, logits: .last)
        loaded += 1
      } catch {
        #expect(!"\(error)".contains { $0.isNewline })
      }
    }
    #expect(loaded > 0)
  }
}
