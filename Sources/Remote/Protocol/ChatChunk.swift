import JSONText
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One event of a streamed answer: `chat.completion.chunk` of the OpenAI API, with what servers add to it.
struct ChatChunk: Hashable {
  /// Part of the call of a tool.
  struct ToolCallPart: Hashable {
    var index: Int
    var name: String
    var arguments: String
  }

  /// Tokens as the server counts them.
  struct Usage: Hashable {
    var promptTokens: Int
    var completionTokens: Int
  }

  /// What it adds to the answer.
  var content = ""
  /// What it adds to the reasoning before the answer: `reasoning_content` (DeepSeek, vLLM, SGLang, llama.cpp) or
  /// `reasoning` (Ollama, OpenRouter).
  var reasoning = ""
  var toolCalls: [ToolCallPart] = []
  /// The tokens of `content` with their probabilities, where they were asked for.
  var tokens: [GeneratedToken] = []
  /// Why the answer ends here.
  var finishReason: String?
  /// Whether one of the stop texts ended it, as vLLM and SGLang tell.
  var isStopString = false
  var usage: Usage?

  init() {}

  /// Reads an event's data.
  ///
  /// - Throws: what is wrong with it, or the error that the server reports in it.
  init(parsing data: [UInt8]) throws(RemoteError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: data)
    } catch {
      throw ChatChunk.malformed(data, "\(error)")
    }
    if let message = ServerMessage.text(in: value) { throw RemoteError("the server reports: \(message)") }
    guard let choices = value["choices"]?.array ?? (value["usage"]?.object == nil ? nil : []) else {
      throw ChatChunk.malformed(data, "\"choices\" is missing")
    }
    usage = value["usage"].flatMap(Usage.init)
    guard let choice = choices.first(where: { ($0["index"]?.integer ?? 0) == 0 }) else { return }
    let delta = choice["delta"] ?? choice["message"] ?? .null
    guard let content = ChatChunk.text(delta["content"]) else {
      throw ChatChunk.malformed(data, "\"content\" is not a text")
    }
    self.content = content
    reasoning = delta["reasoning_content"]?.string ?? delta["reasoning"]?.string ?? ""
    toolCalls = (delta["tool_calls"]?.array ?? []).compactMap(ToolCallPart.init)
    tokens = (choice["logprobs"]?["content"]?.array ?? []).compactMap { GeneratedToken(logProbability: $0) }
    finishReason = choice["finish_reason"]?.string
    isStopString = finishReason == "stop" && (choice["stop_reason"] ?? choice["matched_stop"])?.string != nil
  }

  /// A text, or the texts of content parts; `nil` for what is neither.
  private static func text(_ value: JSONValue?) -> String? {
    guard let value, !value.isNull else { return "" }
    return value.string ?? value.array.map { $0.compactMap { $0["text"]?.string }.joined() }
  }

  private static func malformed(_ data: [UInt8], _ problem: String) -> RemoteError {
    let shown = beginning(of: String(decoding: data.prefix(400), as: UTF8.self), limit: 80)
    return RemoteError("the server sent a malformed chunk: \(problem); it begins with \(shown)")
  }
}

extension ChatChunk.ToolCallPart {
  init?(_ value: JSONValue) {
    guard let function = value["function"] else { return nil }
    index = value["index"]?.integer ?? 0
    name = function["name"]?.string ?? ""
    arguments = function["arguments"]?.string ?? ""
  }
}

extension ChatChunk.Usage {
  init?(_ value: JSONValue) {
    // Screens compute with them, so that a forged count must not overflow.
    let counts = ["prompt_tokens", "completion_tokens"].map {
      value[$0]?.integer.flatMap { (0...1 << 40).contains($0) ? $0 : nil }
    }
    guard let prompt = counts[0], let completion = counts[1] else { return nil }
    self.init(promptTokens: prompt, completionTokens: completion)
  }
}

extension GeneratedToken {
  /// Reads one entry of `logprobs.content`; the API has no token ids, and log-probabilities in place of logits.
  init?(logProbability value: JSONValue) {
    guard let text = value["token"]?.string, let logit = value["logprob"]?.double.map(Float.init) else { return nil }
    let top = (value["top_logprobs"]?.array ?? []).prefix(100).compactMap { candidate -> TokenCandidate? in
      guard let text = candidate["token"]?.string, let logit = candidate["logprob"]?.double else { return nil }
      return TokenCandidate(id: GeneratedToken.unknownID, text: text, logit: Float(logit))
    }
    self.init(id: GeneratedToken.unknownID, text: text, logit: logit, probability: exp(logit), top: top)
  }
}
