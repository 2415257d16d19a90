import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite struct ParameterScopeTests {
  private func scope(
    naming: @escaping (String) -> String = { $0 }, ignoring: @escaping (String) -> Bool = { _ in false }
  ) throws -> ParameterScope {
    let checkpoint = try openCheckpoint(Fixtures.local + "/models/llama/rope-linear")
    return ParameterScope(checkpoint, backend: CPUBackend(threads: 1), naming: naming, ignoring: ignoring)
  }

  @Test func namesAreThePathInCode() throws {
    let scope = try scope(ignoring: { $0 != "model.norm.weight" })
    let layer = scope["model"]["layers"][1]["self_attn"]
    #expect(layer.path == "model.layers.1.self_attn")
    #expect(layer["q_proj"].contains("weight"))
    #expect(!layer["q_proj"].contains("bias"))
    let norm = try scope["model"]["norm"].tensor("weight", [32], as: .f32)
    #expect(norm.shape == Shape(32))
    let registry = try scope.finish()
    #expect(registry.parameters.map(\.name) == ["model.norm.weight"])
    #expect(registry.elementCount == 32 && registry.byteCount == 128 && registry.mainType == .f32)
  }

  @Test func aSharedParameterIsRegisteredOnce() throws {
    let scope = try scope(ignoring: { _ in true })
    _ = try scope["lm_head"].weight("weight", rows: 97, columns: 32)
    _ = try scope["lm_head"].tensor("weight", [97, 32])
    #expect(try scope.finish().parameters.count == 1)
  }

  @Test func allFaultsAreListedInOneError() throws {
    let scope = try scope(ignoring: { $0.hasPrefix("model.layers.") })
    let absent = try scope["model"].tensor("absent", [1 << 40, 1 << 20])
    #expect(absent.elementCount == 0)
    _ = try scope["model"]["gone"].weight("weight", rows: 3, columns: 4)
    _ = try scope["model"]["norm"].tensor("weight", [33])
    let error = #expect(throws: ParameterError.self) { try scope.finish() }
    #expect(error?.missing == ["model.absent", "model.gone.weight"])
    #expect(error?.mismatched.map(\.name) == ["model.norm.weight"])
    #expect(error?.unused.sorted() == ["lm_head.weight", "model.embed_tokens.weight"])
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("1 mismatched: model.norm.weight (expected [33], got [32])"))
    #expect(!text.contains { $0.isNewline })
  }

  @Test func anotherNamingFindsTheFilesNames() throws {
    let scope = try scope(naming: { $0 == "head.weight" ? "lm_head.weight" : $0 }, ignoring: { _ in true })
    #expect(scope["head"].contains("weight"))
    _ = try scope["head"].tensor("weight", [97, 32])
    let parameter = try #require(try scope.finish().parameters.first)
    #expect(parameter.name == "lm_head.weight" && parameter.path == "head.weight")
  }
}
