import ArgumentParser
import Remote

/// A server to use in place of the embedded runtime, as options of a command.
struct EndpointOptions: ParsableArguments {
  static let explanation = """
    With --endpoint the model runs on a server that speaks the OpenAI API (vLLM, SGLang, llama.cpp, Ollama and \
    others); --model NAME@URL says the same in one. A key is taken from LATHE_API_KEY, else from OPENAI_API_KEY, and \
    is written nowhere.
    """

  @Option(help: "Address of an OpenAI-compatible server, with or without /v1: http://localhost:8000.")
  var endpoint: String?

  @Flag(name: .customLong("allow-plain-http"), help: "Send the key also over unencrypted http to another machine.")
  var allowPlainHTTP = false

  @Option(help: "Seconds without a byte after which a server is given up.")
  var idleTimeout = RemoteConfiguration().idleSeconds

  @Option(help: "Seconds to wait for a connection.")
  var connectTimeout = RemoteConfiguration().connectSeconds

  @Option(help: "Likeliest tokens to ask a server for with each token, for token details; 0 asks for none.")
  var logprobs = 0

  @Flag(help: "The server's model takes images; the API does not tell.")
  var vision = false

  func validate() throws {
    guard (1...86_400).contains(idleTimeout) else {
      throw ValidationError("--idle-timeout \(idleTimeout): expected 1 to 86400 seconds")
    }
    guard (1...3600).contains(connectTimeout) else {
      throw ValidationError("--connect-timeout \(connectTimeout): expected 1 to 3600 seconds")
    }
    guard (0...20).contains(logprobs) else { throw ValidationError("--logprobs \(logprobs): expected 0 to 20") }
    do {
      if let endpoint { _ = try Endpoint(endpoint) }
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// How servers are talked to, with the key from the environment.
  var configuration: RemoteConfiguration {
    var configuration = RemoteConfiguration(key: APIKey.fromEnvironment)
    configuration.allowsPlainHTTP = allowPlainHTTP
    configuration.idleSeconds = idleTimeout
    configuration.connectSeconds = connectTimeout
    configuration.topLogProbabilities = logprobs
    configuration.hasVision = vision
    return configuration
  }

  /// Whether the call is for a model on a server.
  func names(_ model: String?) -> Bool { endpoint != nil || model.map(RemoteModel.isReference) ?? false }

  /// The reference to a model on a server.
  ///
  /// User name and password of an address are left out here, before a session could record them.
  func reference(to model: String?) throws -> String {
    if endpoint != nil, let model, RemoteModel.isReference(model) {
      throw ValidationError("--endpoint and --model \(try RemoteModel(reference: model).reference) name two servers")
    }
    if [endpoint, model].contains(where: { $0.map(Endpoint.holdsCredentials) ?? false }) {
      StandardStreams.error(
        "lathe: the user name and password in the address are not sent; a key goes in LATHE_API_KEY\n")
    }
    guard let endpoint else { return try RemoteModel(reference: model ?? "").reference }
    return RemoteModel(endpoint: try Endpoint(endpoint), name: model).reference
  }
}
