import Files
import OrderedCollections
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct QuantizationTests {
  /// A small GGUF file: F32 matrices of random numbers, norms, and whatever else is asked for.
  struct Model {
    var metadata: OrderedDictionary<String, GGUFValue> = [
      "general.architecture": .string("llama"), "general.file_type": .uint32(0),
      "tokenizer.ggml.tokens": .array(GGUFArray(["a", "é", ""])), "last": .float64(0.1),
    ]
    var tensors: [(TensorDescription, [UInt8])] = []
    var alignment = 32
    private var numbers = RandomStream(seed: 5, stream: 1)

    mutating func add(_ name: String, _ shape: [Int], change: (inout [Float]) -> Void = { _ in }) {
      var values = (0..<shape.reduce(1, *)).map { _ in Float(numbers.normal()) }
      change(&values)
      add(name, .f32, shape, values.withUnsafeBytes { Array($0) })
    }

    mutating func add(_ name: String, _ type: StorageType, _ shape: [Int], _ bytes: [UInt8]) {
      tensors.append((TensorDescription(name: name, type: type, shape: shape), bytes))
    }

    func save(_ path: String) throws {
      let writer = try GGUFWriter(
        path: path, metadata: metadata, tensors: tensors.map(\.0), alignment: alignment)
      for (_, bytes) in tensors { try bytes.withUnsafeBytes { try writer.append($0) } }
      try writer.finish()
    }

    func write(_ path: String) throws -> any Checkpoint {
      try save(path)
      return try openCheckpoint(path)
    }

    /// One layer, tied embeddings.
    static func ordinary() -> Model {
      var model = Model()
      model.add("token_embd.weight", [10, 256])
      model.add("blk.0.attn_norm.weight", [256])
      model.add("blk.0.attn_q.weight", [8, 256])
      model.add("blk.0.attn_q.bias", [8])
      model.add("blk.0.ffn_down.weight", [256, 96])
      model.add("blk.0.ffn_gate_inp.weight", [4, 256])
      model.add("blk.0.ffn_up_exps.weight", [3, 5, 512])
      model.add("blk.0.odd.weight", [2, 33])
      return model
    }
  }

  private func quantize(
    _ checkpoint: any Checkpoint, _ recipe: String, to path: String, threads: Int = 2
  ) throws -> (checkpoint: any Checkpoint, error: QuantizationError) {
    let recipe = try #require(QuantizationRecipe(named: recipe))
    let plan = try QuantizationPlan(checkpoint, recipe: recipe)
    let error = try CheckpointQuantizer(checkpoint, plan: plan, backend: CPUBackend(threads: threads))
      .write(to: path) { _, _ in }
    return (try openCheckpoint(path), error)
  }

  private func values(_ name: String, of checkpoint: any Checkpoint) throws -> [Float] {
    let entry = try #require(checkpoint.tensors[name])
    let (type, shape) = (try #require(entry.elementType), try #require(Shape(exactly: entry.shape)))
    let backend = CPUBackend(threads: 1)
    let tensor = try backend.tensor(copying: checkpoint.bytes(of: entry), shape: shape, elementType: type)
    return try tensor.converted(to: .f32).floats()
  }

  private func types(_ checkpoint: any Checkpoint) -> [String: String] {
    Dictionary(uniqueKeysWithValues: checkpoint.tensors.values.map { ($0.name, $0.type.name) })
  }

  private func message(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
  }

  @Test func weightsChangeTheirTypeAndAllElseIsKept() throws {
    let folder = try TemporaryFolder()
    var model = Model.ordinary()
    model.alignment = 64
    let source = try model.write(folder["in.gguf"])
    let (result, error) = try quantize(source, "q4_k", to: folder["out.gguf"])
    #expect(Array(result.tensors.keys) == Array(source.tensors.keys))
    #expect(
      types(result) == [
        // The embedding is the output matrix too.
        "token_embd.weight": "Q6_K", "blk.0.attn_norm.weight": "F32", "blk.0.attn_q.weight": "Q4_K",
        "blk.0.attn_q.bias": "F32", "blk.0.ffn_gate_inp.weight": "F32", "blk.0.ffn_up_exps.weight": "Q4_K",
        // One layer of one: promoted to Q6_K, whose blocks do not fit.
        "blk.0.ffn_down.weight": "Q8_0", "blk.0.odd.weight": "F16",
      ])
    var metadata = source.metadata
    metadata["general.file_type"] = .uint32(15)
    metadata["general.quantization_version"] = .uint32(2)
    #expect(result.metadata == metadata)
    #expect(Array(result.metadata.keys) == Array(metadata.keys))
    #expect((result as? GGUFFile)?.alignment == 64)
    var (squaredError, squares) = (0.0, 0.0)
    for entry in source.tensors.values {
      let (before, after) = (try values(entry.name, of: source), try values(entry.name, of: result))
      guard types(result)[entry.name] != "F32" else {
        #expect(before == after)
        continue
      }
      squaredError += zip(before, after).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      squares += before.reduce(0) { $0 + Double($1) * Double($1) }
    }
    #expect(abs(error.relative - (squaredError / squares).squareRoot()) < 1e-9)
    #expect(error.relative > 0.01 && error.relative < 0.1)
  }

  @Test func anyNumberOfThreadsWritesTheSameFile() throws {
    let folder = try TemporaryFolder()
    let source = try Model.ordinary().write(folder["in.gguf"])
    for threads in [1, 3] { _ = try quantize(source, "Q5_K", to: folder["\(threads).gguf"], threads: threads) }
    #expect(try Fixtures.bytes(folder["1.gguf"]) == Fixtures.bytes(folder["3.gguf"]))
  }

  @Test func aTypeTheWeightsHaveAlreadyIsCopied() throws {
    let folder = try TemporaryFolder()
    let source = try Model.ordinary().write(folder["in.gguf"])
    let first = try quantize(source, "Q4_1", to: folder["first.gguf"])
    let second = try quantize(first.checkpoint, "Q4_1", to: folder["second.gguf"])
    #expect(try Fixtures.bytes(folder["first.gguf"]) == Fixtures.bytes(folder["second.gguf"]))
    #expect(second.error.relative == 0)
    let plan = try QuantizationPlan(first.checkpoint, recipe: #require(QuantizationRecipe(named: "Q4_0")))
    #expect(Set(plan.steps.filter(\.isRequantized).map(\.entry.type)) == [.q4_1])
  }

  @Test(arguments: QuantizationRecipe.all) func everyRecipeIsWrittenAndReadBack(recipe: QuantizationRecipe) throws {
    let folder = try TemporaryFolder()
    let source = try Model.ordinary().write(folder["in.gguf"])
    let (result, error) = try quantize(source, recipe.name, to: folder["out.gguf"])
    #expect(types(result)["blk.0.attn_q.weight"] == recipe.elementType.name)
    #expect(result.metadata["general.file_type"] == .uint32(UInt32(recipe.fileType)))
    #expect(recipe.elementType == .f32 ? error.relative == 0 : error.relative < 0.25)
  }

  @Test func blocksOfAQuantisedFileBecomePlainNumbersExactly() throws {
    let folder = try TemporaryFolder()
    let source = try quantize(Model.ordinary().write(folder["in.gguf"]), "Q5_K_S", to: folder["q.gguf"]).checkpoint
    let result = try quantize(source, "F32", to: folder["f.gguf"]).checkpoint
    for name in source.tensors.keys { #expect(try values(name, of: source) == values(name, of: result), "\(name)") }
  }

  @Test func layersThatGetMoreBitsAreLlamaCpps() throws {
    let folder = try TemporaryFolder()
    var model = Model()
    for layer in 0..<30 {
      for name in ["attn_v", "attn_output", "ffn_down", "ffn_up"] {
        model.add("blk.\(layer).\(name).weight", [1, 256])
      }
    }
    model.add("token_embd.weight", [1, 256])
    model.add("output.weight", [1, 256])
    let source = try model.write(folder["in.gguf"])
    func layers(_ recipe: String, _ name: String, _ type: StorageType) throws -> [Int] {
      let plan = try QuantizationPlan(source, recipe: #require(QuantizationRecipe(named: recipe)))
      return plan.steps.filter { $0.entry.name.contains(name) && $0.type == type }.compactMap {
        QuantizationPlan.layer(of: $0.entry.name)
      }
    }
    // As its quantiser chose for a model of 30 layers.
    let sensitive = [0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 27, 28, 29]
    #expect(try layers("Q4_K_M", "ffn_down", .q6_K) == sensitive)
    #expect(try layers("Q5_K_M", "attn_v", .q6_K) == sensitive)
    #expect(try layers("Q4_K_S", "ffn_down", .q5_K) == [0, 1, 2])
    #expect(try layers("Q4_K_S", "attn_v", .q5_K) == [0, 1, 2, 3])
    #expect(try layers("Q3_K_M", "ffn_down", .q5_K) == [0])
    #expect(try layers("Q3_K", "ffn_down", .q4_K) == Array(1..<30))
    #expect(try layers("Q2_K", "attn_output", .q3_K) == Array(0..<30))
    let plan = try QuantizationPlan(source, recipe: #require(QuantizationRecipe(named: "Q4_0")))
    #expect(plan.steps.suffix(2).map(\.type) == [.q4_0, .q6_K])
  }

  @Test func aSplitModelBecomesOneFile() throws {
    let folder = try TemporaryFolder()
    let whole = Model.ordinary()
    for part in 0..<2 {
      var model = Model()
      model.metadata = part == 0 ? whole.metadata : [:]
      model.metadata["split.no"] = .uint16(UInt16(part))
      model.metadata["split.count"] = .uint16(2)
      model.metadata["split.tensors.count"] = .int32(8)
      model.tensors = Array(part == 0 ? whole.tensors[..<3] : whole.tensors[3...])
      try model.save(folder["m-0000\(part + 1)-of-00002.gguf"])
    }
    let source = try openCheckpoint(folder["m-00002-of-00002.gguf"])
    _ = try quantize(source, "Q4_K", to: folder["joined.gguf"])
    _ = try quantize(whole.write(folder["whole.gguf"]), "Q4_K", to: folder["once.gguf"])
    #expect(try Fixtures.bytes(folder["joined.gguf"]) == Fixtures.bytes(folder["once.gguf"]))
  }

  @Test(arguments: [
    (Float.nan, "Q4_K", "element [5, 7] is nan; weights must be finite numbers"),
    (.infinity, "F16", "element [5, 7] is inf; weights must be finite numbers"),
    (-.infinity, "Q8_0", "element [5, 7] is -inf; weights must be finite numbers"),
    (1e6, "F16", "element [5, 7] is 1000000.0, beyond what F16 can hold; BF16 and F32 hold more"),
  ])
  func aWeightThatCannotBeHeldIsNamed(value: Float, recipe: String, problem: String) throws {
    let folder = try TemporaryFolder()
    var model = Model()
    model.add("blk.0.ffn_up.weight", [3, 256])
    model.add("blk.0.attn_q.weight", [8, 256]) { $0[5 * 256 + 7] = value }
    let source = try model.write(folder["in.gguf"])
    try Fixtures.write([1, 2, 3], to: folder["out.gguf"])
    #expect(
      message { _ = try quantize(source, recipe, to: folder["out.gguf"]) }
        == "\(folder["in.gguf"]): tensor 'blk.0.attn_q.weight': \(problem)")
    // Neither a changed file nor a half one.
    #expect(try Fixtures.bytes(folder["out.gguf"]) == [1, 2, 3])
    #expect(try namesInFolder(folder.path) == ["in.gguf", "out.gguf"])
  }

  @Test(arguments: QuantizationRecipe.all.filter { $0.elementType.isQuantized })
  func aBlockBeyondTheScalesIsRefused(recipe: QuantizationRecipe) throws {
    let folder = try TemporaryFolder()
    var model = Model()
    model.add("blk.0.attn_q.weight", [8, 256]) { $0[5 * 256 + 7] = 1e30 }
    let source = try model.write(folder["in.gguf"])
    let problem = try #require(message { _ = try quantize(source, recipe.name, to: folder["out.gguf"]) })
    #expect(problem.contains("tensor 'blk.0.attn_q.weight': element [5, 7] is 1e+30") && problem.contains("hold more"))
  }

  @Test func whatCannotBeConvertedIsRefused() throws {
    let folder = try TemporaryFolder()
    let recipe = try #require(QuantizationRecipe(named: "Q4_0"))
    var model = Model()
    model.add("blk.0.attn_q.weight", .iq2_XS, [1, 256], [UInt8](repeating: 0, count: 74))
    let path = folder["in.gguf"]
    let source = try model.write(path)
    #expect(
      message { _ = try QuantizationPlan(source, recipe: recipe) }
        == "\(path): tensor 'blk.0.attn_q.weight': weights of type IQ2_XS cannot be converted")
    let writer = try SafetensorsWriter(path: folder["a.safetensors"], tensors: [])
    try writer.finish()
    let other = try openCheckpoint(folder["a.safetensors"])
    #expect(message { _ = try QuantizationPlan(other, recipe: recipe) }?.contains("expected a GGUF file") == true)
  }

  @Test func tensorsThatAreNoWeightsKeepTypesTheRuntimeLacks() throws {
    let folder = try TemporaryFolder()
    var model = Model()
    model.add("table", .i64, [2, 2], Array(0..<32))
    model.add("rope_freqs.weight", [16])
    model.add("empty.weight", .f32, [0, 32], [])
    let result = try quantize(model.write(folder["in.gguf"]), "Q8_0", to: folder["out.gguf"]).checkpoint
    let table = try #require(result.tensors["table"])
    #expect(table.type == .i64 && Array(result.bytes(of: table)) == Array(0..<32))
    #expect(types(result)["rope_freqs.weight"] == "F32")
    #expect(types(result)["empty.weight"] == "Q8_0")
  }

  @Test func recipesAreNamedInAnyCase() {
    #expect(QuantizationRecipe(named: "q4_k")?.name == "Q4_K_M")
    #expect(QuantizationRecipe(named: "Q4_k_s")?.name == "Q4_K_S")
    #expect(QuantizationRecipe(named: "bf16")?.elementType == .bf16)
    #expect(QuantizationRecipe(named: "Q9_9") == nil)
    #expect(QuantizationRecipe(named: "") == nil)
  }
}
