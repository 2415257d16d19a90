import Files
import JSONText
import Sessions

/// The body of `POST /chat/completions`, and what of the settings it does not say.
struct ChatRequestBody {
  /// The body.
  let json: JSONValue
  /// Settings in force that this server has no name for, each with its value.
  let unsent: [String]
  /// The settings as sent.
  let settings: SamplingSettings

  /// Makes the body.
  ///
  /// - Parameters:
  ///   - topLogProbabilities: how many of the likeliest tokens to ask for with each token; 0 asks for none.
  ///   - images: the PNG files of the messages' images.
  init(
    _ request: AnswerRequest, model: ServedModel, topLogProbabilities: Int, images: [ImageReference: [UInt8]] = [:]
  ) {
    var settings = request.settings
    // Servers keep seeds in 32 bits, some with a sign.
    settings.seed = settings.seed.map { $0 & 0x7FFF_FFFF }
    var body = JSONObjectBuilder()
    body["model"] = .string(model.id)
    let messages = request.messages.map { ChatRequestBody.message($0, images) }
    body["messages"] = .array(messages + ChatRequestBody.beginning(of: request))
    if !request.beginning.isEmpty, [.vLLM, .sglang].contains(model.server) {
      // llama.cpp, Ollama and others go on from a last message of the assistant without being told.
      body["continue_final_message"] = true
      if model.server == .vLLM { body["add_generation_prompt"] = false }
    }
    body["stream"] = true
    body["stream_options"] = ["include_usage": true]
    body["temperature"] = ChatRequestBody.number(settings.temperature)
    body["top_p"] = ChatRequestBody.number(settings.topP)
    if settings.maximumTokens > 0 { body["max_tokens"] = .integer(settings.maximumTokens) }
    if !settings.stop.isEmpty { body["stop"] = .array(settings.stop.map { .string($0) }) }
    if let seed = settings.seed { body["seed"] = .integer(Int(seed)) }
    if settings.presencePenalty != 0 { body["presence_penalty"] = ChatRequestBody.number(settings.presencePenalty) }
    if settings.frequencyPenalty != 0 { body["frequency_penalty"] = ChatRequestBody.number(settings.frequencyPenalty) }
    if !settings.logitBias.isEmpty {
      var biases = JSONObjectBuilder()
      for (token, bias) in settings.logitBias.sorted(by: { $0.key < $1.key }) {
        biases[String(token)] = ChatRequestBody.number(bias)
      }
      body["logit_bias"] = biases.value
    }
    if topLogProbabilities > 0 {
      body["logprobs"] = true
      body["top_logprobs"] = .integer(topLogProbabilities)
    }
    var unsent: [String] = []
    for setting in ExtraSetting.all {
      if let name = setting.names[model.server] {
        body[name] = setting.value(settings, model.server)
      } else if setting.isInForce(settings) {
        unsent.append("\(setting.name) \(setting.value(settings, .unknown).text)")
      }
    }
    json = body.value
    self.unsent = unsent
    self.settings = settings
  }

  /// A message; reasoning that was shown before an earlier answer is not sent back, as the API has it.
  private static func message(_ message: ChatMessage, _ images: [ImageReference: [UInt8]]) -> JSONValue {
    let content = message.role == "assistant" ? ReasoningMarks.removed(from: message.content) : message.content
    guard !message.images.isEmpty else { return ["role": .string(message.role), "content": .string(content)] }
    let parts: [JSONValue] = message.images.compactMap { images[$0] }.map { png in
      let address = "data:image/png;base64," + String(decoding: base64(png), as: UTF8.self)
      return ["type": "image_url", "image_url": ["url": .string(address)]]
    }
    return ["role": .string(message.role), "content": .array(parts + [["type": "text", "text": .string(content)]])]
  }

  /// What is there of the answer already, as the last message. Reasoning before it belongs to it.
  private static func beginning(of request: AnswerRequest) -> [JSONValue] {
    request.beginning.isEmpty ? [] : [["role": "assistant", "content": .string(request.beginning)]]
  }

  /// The number in its shortest form: 0.7, not 0.699999988.
  static func number(_ value: Float) -> JSONValue { .double(Double(value.description) ?? Double(value)) }
}

/// A setting that the OpenAI API lacks, with its names in the servers that have it.
private struct ExtraSetting: Sendable {
  let name: String
  let names: [ServerKind: String]
  let isInForce: @Sendable (SamplingSettings) -> Bool
  let value: @Sendable (SamplingSettings, ServerKind) -> JSONValue

  /// vLLM and SGLang: SamplingParams; llama.cpp: tools/server/README.md; llama-cpp-python: llama_cpp/server/types.py.
  static let all: [ExtraSetting] = [
    ExtraSetting(
      name: "top-k", names: [.vLLM: "top_k", .sglang: "top_k", .llamaCpp: "top_k", .llamaCppPython: "top_k"],
      isInForce: { $0.topK > 0 },
      // All tokens are -1 in vLLM and SGLang, 0 elsewhere.
      value: { .integer($0.topK > 0 ? $0.topK : [.vLLM, .sglang].contains($1) ? -1 : 0) }),
    ExtraSetting(
      name: "min-p", names: [.vLLM: "min_p", .sglang: "min_p", .llamaCpp: "min_p", .llamaCppPython: "min_p"],
      isInForce: { $0.minP > 0 }, value: { settings, _ in ChatRequestBody.number(settings.minP) }),
    ExtraSetting(
      name: "typical-p", names: [.llamaCpp: "typical_p"],
      isInForce: { $0.typicalP < 1 }, value: { settings, _ in ChatRequestBody.number(settings.typicalP) }),
    ExtraSetting(
      name: "repetition-penalty",
      names: [
        .vLLM: "repetition_penalty", .sglang: "repetition_penalty", .llamaCpp: "repeat_penalty",
        .llamaCppPython: "repeat_penalty",
      ],
      isInForce: { $0.repetitionPenalty != 1 },
      value: { settings, _ in ChatRequestBody.number(settings.repetitionPenalty) }),
    ExtraSetting(
      name: "penalty-window", names: [.llamaCpp: "repeat_last_n"],
      isInForce: {
        $0.penaltyWindow >= 0 && ($0.repetitionPenalty != 1 || $0.presencePenalty != 0 || $0.frequencyPenalty != 0)
      },
      value: { settings, _ in .integer(settings.penaltyWindow) }),
    ExtraSetting(
      name: "dry-multiplier", names: [.llamaCpp: "dry_multiplier"],
      isInForce: { $0.dryMultiplier > 0 }, value: { settings, _ in ChatRequestBody.number(settings.dryMultiplier) }),
    ExtraSetting(
      name: "dry-base", names: [.llamaCpp: "dry_base"],
      isInForce: { $0.dryMultiplier > 0 }, value: { settings, _ in ChatRequestBody.number(settings.dryBase) }),
    ExtraSetting(
      name: "dry-allowed-length", names: [.llamaCpp: "dry_allowed_length"],
      isInForce: { $0.dryMultiplier > 0 }, value: { settings, _ in .integer(settings.dryAllowedLength) }),
    ExtraSetting(
      name: "dry-sequence-breakers", names: [.llamaCpp: "dry_sequence_breakers"],
      isInForce: { $0.dryMultiplier > 0 },
      value: { settings, _ in .array(settings.drySequenceBreakers.map { .string($0) }) }),
    ExtraSetting(
      name: "mirostat", names: [.llamaCpp: "mirostat", .llamaCppPython: "mirostat_mode"],
      isInForce: { $0.mirostatTau > 0 }, value: { settings, _ in settings.mirostatTau > 0 ? 2 : 0 }),
    ExtraSetting(
      name: "mirostat-tau", names: [.llamaCpp: "mirostat_tau", .llamaCppPython: "mirostat_tau"],
      isInForce: { $0.mirostatTau > 0 }, value: { settings, _ in ChatRequestBody.number(settings.mirostatTau) }),
    ExtraSetting(
      name: "mirostat-eta", names: [.llamaCpp: "mirostat_eta", .llamaCppPython: "mirostat_eta"],
      isInForce: { $0.mirostatTau > 0 }, value: { settings, _ in ChatRequestBody.number(settings.mirostatEta) }),
  ]
}
