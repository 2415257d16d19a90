import JSONText

/// A payload that is written as members of its event's object.
protocol EventPayload {
  func write(to object: inout JSONObjectBuilder)
  init(_ fields: Fields) throws(EventFormatError)
}

extension ModelLoading: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["name"] = .string(name)
    object["fraction"] = .double(fraction)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(name: try fields.string("name"), fraction: try fields.double("fraction"))
  }
}

extension ModelDescription: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["name"] = .string(name)
    object["path"] = .string(path)
    object["identity"] = .string(identity)
    object["family"] = .string(family)
    object["parameters"] = .integer(parameters)
    object["quantisation"] = .string(quantisation)
    object["context_length"] = .integer(contextLength)
    object["bytes"] = .integer(bytes)
    if let loading { object["loading"] = loading.json }
    if hasVision { object["vision"] = true }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      name: try fields.string("name"), path: try fields.string("path"), identity: try fields.string("identity"),
      family: try fields.string("family"), parameters: try fields.integer("parameters"),
      quantisation: try fields.string("quantisation"), contextLength: try fields.integer("context_length"),
      bytes: try fields.integer("bytes"),
      loading: try fields.optional("loading") { (name) throws(EventFormatError) in
        try ModelLoadTimes(fields.object(name))
      }, hasVision: try fields.optional("vision", fields.bool) ?? false)
  }
}

extension AnswerStart: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["turn"] = .integer(turn)
    object["prompt_tokens"] = .integer(promptTokens)
    object["reused_tokens"] = .integer(reusedTokens)
    object["new_tokens"] = .array(newTokens.map { .integer(Int($0)) })
    object["context_length"] = .integer(contextLength)
    object["settings"] = settings.json
    for (name, text) in [
      ("weights_sha256", weightsSHA256), ("prompt_sha256", promptSHA256), ("computed_on", computedOn),
    ] where !text.isEmpty { object[name] = .string(text) }
    place?.write(to: &object)
    if !prefix.isEmpty { object["prefix"] = .array(prefix.map { .integer(Int($0)) }) }
    if !prefix.isEmpty || !prefixText.isEmpty { object["prefix_text"] = .string(prefixText) }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      turn: try fields.integer("turn"), promptTokens: try fields.integer("prompt_tokens"),
      reusedTokens: try fields.integer("reused_tokens"), newTokens: try fields.tokens("new_tokens"),
      contextLength: try fields.integer("context_length"),
      settings: try SamplingSettings(json: try fields.object("settings").value),
      place: try TurnPlace(optional: fields), prefix: try fields.optional("prefix", fields.tokens) ?? [],
      prefixText: try fields.optional("prefix_text", fields.string) ?? "",
      weightsSHA256: try fields.optional("weights_sha256", fields.string) ?? "",
      promptSHA256: try fields.optional("prompt_sha256", fields.string) ?? "",
      computedOn: try fields.optional("computed_on", fields.string) ?? "")
  }
}

extension AnswerDelay: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["reason"] = .string(reason)
    object["seconds_left"] = .integer(seconds)
    object["attempt"] = .integer(attempt)
    object["attempts"] = .integer(attempts)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      reason: try fields.string("reason"), seconds: try fields.integer("seconds_left"),
      attempt: try fields.integer("attempt"), attempts: try fields.integer("attempts"))
  }
}

extension PrefillProgress: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["done"] = .integer(done)
    object["total"] = .integer(total)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(done: try fields.integer("done"), total: try fields.integer("total"))
  }
}

extension TokenCandidate {
  var json: JSONValue { .array([.integer(Int(id)), .string(text), logit.json]) }

  init(json: JSONValue) throws(EventFormatError) {
    guard let id = json[0]?.integer.flatMap(Int32.init(exactly:)), let text = json[1]?.string,
      let logit = json[2].flatMap(Float.init(json:))
    else { throw EventFormatError(description: "\"top\": expected [token id, text, logit]") }
    self.init(id: id, text: text, logit: logit)
  }
}

extension GeneratedToken: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["token"] = .integer(Int(id))
    object["text"] = .string(text)
    object["logit"] = logit.json
    object["probability"] = probability.json
    if let entropy { object["entropy"] = entropy.json }
    if !top.isEmpty { object["top"] = .array(top.map(\.json)) }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    var top: [TokenCandidate] = []
    for candidate in fields.value["top"]?.array ?? [] { top.append(try TokenCandidate(json: candidate)) }
    self.init(
      id: try fields.token("token"), text: try fields.string("text"), logit: try fields.float("logit"),
      probability: try fields.float("probability"), top: top, entropy: try fields.optional("entropy", fields.float))
  }
}

extension AnswerEnd: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    switch reason {
    case .endOfTurn: object["reason"] = "end of turn"
    case .stopString: object["reason"] = "stop string"
    case .length: object["reason"] = "length"
    case .cancelled: object["reason"] = "cancelled"
    case .contextFull: object["reason"] = "context full"
    case .failed(let message):
      object["reason"] = "failed"
      object["message"] = .string(message)
    }
    object["generated_tokens"] = .integer(generatedTokens)
    if let promptTokens { object["prompt_tokens"] = .integer(promptTokens) }
    object["prefill_seconds"] = .double(prefillSeconds)
    object["decode_seconds"] = .double(decodeSeconds)
    object["text"] = .string(text)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    let reason: AnswerEndReason
    switch try fields.string("reason") {
    case "end of turn": reason = .endOfTurn
    case "stop string": reason = .stopString
    case "length": reason = .length
    case "cancelled": reason = .cancelled
    case "context full": reason = .contextFull
    case "failed": reason = .failed(try fields.string("message"))
    case let other: throw EventFormatError(description: "\"reason\": unknown reason \(JSONValue.string(other).text)")
    }
    self.init(
      reason: reason, generatedTokens: try fields.integer("generated_tokens"),
      promptTokens: try fields.optional("prompt_tokens", fields.integer),
      prefillSeconds: try fields.double("prefill_seconds"), decodeSeconds: try fields.double("decode_seconds"),
      text: try fields.string("text"))
  }
}
