import Inference
import JSONText
import Sessions
import Tensors
import TestSupport
import Testing

/// The default model, loaded once for each number of threads.
enum ChatModel {
  private static let one = Result { try load(threads: 1) }
  private static let two = Result { try load(threads: 2) }
  private static let three = Result { try load(threads: 3) }

  static func shared(threads: Int = 2) throws -> LoadedModel {
    switch threads {
    case 1: try one.get()
    case 2: try two.get()
    default: try three.get()
    }
  }

  private static func load(threads: Int) throws -> LoadedModel {
    try LoadedModel(
      path: #require(DefaultModel.path), name: "smollm2-135m", backend: CPUBackend(threads: threads))
  }

  static func settings(_ change: (inout SamplingSettings) -> Void) -> SamplingSettings {
    var settings = SamplingSettings()
    settings.seed = 7
    change(&settings)
    return settings
  }
}

/// A prompt of fixtures/generation and what llama.cpp answers.
struct GenerationCase: Sendable, CustomTestStringConvertible {
  let name: String
  let messages: [ChatMessage]
  let text: String
  let prompt: [Int32]
  let generated: [Int32]
  let isDecided: [Bool]
  var testDescription: String { name }

  static let all: [GenerationCase] = {
    guard let shared = Fixtures.shared, let bytes = try? Fixtures.bytes(shared + "/generation/smollm2-greedy.json"),
      let cases = try? JSONValue(parsing: bytes)["cases"]?.array
    else { return [] }
    return cases.map(GenerationCase.init)
  }()

  private init(_ json: JSONValue) {
    func ids(_ key: String) -> [Int32] { (json[key]?.array ?? []).compactMap { $0.integer.map { Int32($0) } } }
    name = json["name"]?.string ?? ""
    messages = (json["messages"]?.array ?? []).map {
      ChatMessage(role: $0["role"]?.string ?? "", content: $0["content"]?.string ?? "")
    }
    text = json["prompt"]?.string ?? ""
    prompt = ids("prompt_ids")
    generated = ids("generated_ids")
    isDecided = (json["steps"]?.array ?? []).map { $0["decided"]?.bool ?? false }
  }
}
