import JSONText

/// A model that a server offers.
struct ServedModel: Hashable, Sendable {
  /// Its name in requests.
  var id: String
  /// The program that serves it, as far as it tells.
  var server = ServerKind.unknown
  /// Who made it or serves it, in the server's words.
  var owner = ""
  /// Tokens that fit; `nil` where the server does not tell.
  var contextLength: Int?

  /// The name for people: llama.cpp and its kin call a model by its file's path.
  var shortName: String { id.hasPrefix("/") ? id.split(separator: "/").last.map(String.init) ?? id : id }

  init(id: String) { self.id = id }

  /// Reads an entry of `GET /models`.
  init?(_ value: JSONValue) {
    guard let id = value["id"]?.string, !id.isEmpty else { return nil }
    self.id = id
    owner = value["owned_by"]?.string ?? ""
    server = ServerKind(owner: owner)
    // vLLM and SGLang; llama.cpp, as opened and as trained; OpenRouter; Groq.
    let lengths = [
      value["max_model_len"], value["meta"]?["n_ctx"], value["meta"]?["n_ctx_train"], value["context_length"],
      value["context_window"],
    ]
    contextLength = lengths.lazy.compactMap { $0?.integer }.first { (1...1 << 40).contains($0) }
  }

  /// Reads the document of `GET /models`.
  static func list(parsing body: [UInt8]) throws(RemoteError) -> [ServedModel] {
    guard let entries = (try? JSONValue(parsing: body))?["data"]?.array else {
      let shown = beginning(of: String(decoding: body.prefix(400), as: UTF8.self), limit: 80)
      throw RemoteError("expected a list of models, got: \(shown)")
    }
    return entries.compactMap(ServedModel.init)
  }

  /// The model of a name (Ollama's `:latest` may be left out), or the only one.
  static func choose(_ name: String?, from models: [ServedModel]) throws(RemoteError) -> ServedModel {
    let names = models.prefix(20).map(\.id).joined(separator: ", ") + (models.count > 20 ? ", …" : "")
    if let name {
      guard let model = models.first(where: { $0.id == name || $0.id == name + ":latest" }) else {
        throw RemoteError("the server has no model \(name); it has: \(names.isEmpty ? "none" : names)")
      }
      return model
    }
    guard let only = models.first else { throw RemoteError("the server has no model") }
    guard models.count == 1 else {
      throw RemoteError("the server has several models; choose one with --model: \(names)")
    }
    return only
  }
}

/// The program behind an endpoint, as far as it changes what can be asked of it.
enum ServerKind: Hashable, Sendable {
  case vLLM, sglang, llamaCpp, llamaCppPython
  /// OpenAI, Ollama and all others: only what the API itself has is sent.
  case unknown

  /// Knows a server by the `owned_by` of its models.
  init(owner: String) {
    switch owner {
    case "vllm": self = .vLLM
    case "sglang": self = .sglang
    case "llamacpp": self = .llamaCpp
    case "me": self = .llamaCppPython
    default: self = .unknown
    }
  }
}
