import Checkpoints
import JSONText
import Layers
import Models
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct LlamaTests {
  /// A copy of a reference case with changes to config.json, removed with the object.
  private final class Folder {
    let path: String

    init(changing changes: [(String, String)], removing: [String] = []) throws {
      let source = Fixtures.local + "/models/llama/rope-linear/"
      var template = Array("/tmp/lathe-llama-XXXXXX".utf8CString)
      path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
      for name in ["config.json", "model.safetensors"] where !removing.contains(name) {
        var bytes = try Fixtures.bytes(source + name)
        if name == "config.json" {
          var text = String(decoding: bytes, as: UTF8.self)
          for (old, new) in changes {
            try #require(text.contains(old), "\(old) in config.json")
            text = text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
          }
          bytes = Array(text.utf8)
        }
        let file = fopen(path + "/" + name, "wb")
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
      }
    }

    deinit {
      for name in ["config.json", "model.safetensors"] { unlink(path + "/" + name) }
      rmdir(path)
    }
  }

  private func message(changing changes: [(String, String)], removing: [String] = []) throws -> String {
    let folder = try Folder(changing: changes, removing: removing)
    do {
      _ = try loadLanguageModel(path: folder.path, backend: CPUBackend(threads: 1))
    } catch {
      return "\(error)".split(separator: folder.path, omittingEmptySubsequences: false).joined(separator: "F")
    }
    return "loaded"
  }

  @Test func configurationIsDescribed() throws {
    let model = try loadLanguageModel(
      path: Fixtures.local + "/models/llama/rope-linear", backend: CPUBackend(threads: 1))
    let configuration = model.configuration
    #expect(configuration.architecture == "llama")
    #expect(configuration.layers == 2 && configuration.heads == 4 && configuration.kvHeads == 2)
    #expect(configuration.vocabularySize == 97 && configuration.contextLength == 128)
    #expect(configuration.endTokens == [2])
    #expect(configuration.weightType == .f32)
    #expect(configuration.parameterBytes == configuration.parameterCount * 4)
    #expect(model.parameters.parameters.contains { $0.name == "model.layers.1.mlp.up_proj.weight" })
  }

  @Test func whatIsNotImplementedIsNamed() throws {
    #expect(
      try message(changing: [("\"linear\"", "\"longrope\"")])
        == "F/config.json: rope_parameters.rope_type: expected default, linear, llama3 or yarn, got \"longrope\"")
    #expect(
      try message(changing: [("\"silu\"", "\"mish\"")]).hasPrefix("F/config.json: hidden_act: expected silu,"))
    #expect(
      try message(changing: [("\"model_type\": \"llama\"", "\"model_type\": \"lama\"")])
        == "F: architecture: expected one of llama, mistral, got 'lama'")
    #expect(
      try message(changing: [("\"hidden_size\"", "\"hidden\"")])
        == "F/config.json: hidden_size: expected a value, got none")
    #expect(
      try message(changing: [("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3")])
        == "F/config.json: num_key_value_heads: expected a divisor of the 4 heads, got 3")
    #expect(try message(changing: [], removing: ["config.json"]).contains("config.json"))
  }

  @Test func wrongTensorsAreListedTogether() throws {
    let text = try message(changing: [
      ("\"intermediate_size\": 44", "\"intermediate_size\": 45"),
      ("\"attention_bias\": false", "\"attention_bias\": true"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1"),
    ])
    #expect(text.hasPrefix("F: the tensors are not those of the model: 4 missing: "))
    #expect(text.contains("model.layers.0.self_attn.q_proj.bias"))
    #expect(text.contains("3 mismatched: model.layers.0.mlp.gate_proj.weight (expected [45, 32], got [44, 32])"))
    #expect(text.contains("9 unused: model.layers.1."))
    #expect(!text.contains("\n"))
  }

  @Test func tokensThatCannotBeFedLeaveTheCacheAsItWas() throws {
    let model = try loadLanguageModel(
      path: Fixtures.local + "/models/llama/rope-linear", backend: CPUBackend(threads: 1))
    let cache = try model.makeCache(capacity: 4, elementType: .f32)
    _ = try model([1, 2], cache: cache, logits: .none)
    #expect(throws: TensorError.self) { try model([1, 97], cache: cache, logits: .last) }
    #expect(throws: TensorError.self) { try model([-1], cache: cache, logits: .last) }
    #expect(throws: TensorError.self) { try model([1, 2, 3], cache: cache, logits: .last) }
    #expect(cache.length == 2)
    #expect(try model([], cache: cache, logits: .last).shape == Shape(0, 97))
    #expect(try model([3, 4], cache: cache, logits: .all).shape == Shape(2, 97))
  }

  @Test(.needsSharedFixtures) func mistralIsLlamaWithAWindow() throws {
    let plain = try Folder(changing: [])
    let windowed = try Folder(changing: [
      ("\"model_type\": \"llama\"", "\"model_type\": \"mistral\", \"sliding_window\": 4")
    ])
    let backend = CPUBackend(threads: 1)
    func logits(_ folder: Folder) throws -> [Float] {
      let model = try loadLanguageModel(path: folder.path, backend: backend)
      let cache = try model.makeCache(capacity: 8, elementType: .f32)
      return try model([1, 2, 3, 4, 5, 6], cache: cache, logits: .all).floats()
    }
    let (whole, near) = (try logits(plain), try logits(windowed))
    #expect(whole.prefix(4 * 97) == near.prefix(4 * 97))
    #expect(whole.suffix(97) != near.suffix(97))
  }
}
