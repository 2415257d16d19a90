public import JSONText

extension SamplingSettings {
  /// The settings as a JSON object, with the field's usual names.
  public var json: JSONValue {
    var object = JSONObjectBuilder()
    object["temperature"] = temperature.json
    object["top_k"] = .integer(topK)
    object["top_p"] = topP.json
    object["min_p"] = minP.json
    object["typical_p"] = typicalP.json
    object["repetition_penalty"] = repetitionPenalty.json
    object["presence_penalty"] = presencePenalty.json
    object["frequency_penalty"] = frequencyPenalty.json
    object["penalty_window"] = .integer(penaltyWindow)
    object["dry_multiplier"] = dryMultiplier.json
    object["dry_base"] = dryBase.json
    object["dry_allowed_length"] = .integer(dryAllowedLength)
    object["dry_sequence_breakers"] = .array(drySequenceBreakers.map { .string($0) })
    object["mirostat_tau"] = mirostatTau.json
    object["mirostat_eta"] = mirostatEta.json
    object["logit_bias"] = .array(
      logitBias.sorted { $0.key < $1.key }.map { .array([.integer($0.key), $0.value.json]) })
    object["stop"] = .array(stop.map { .string($0) })
    object["maximum_tokens"] = .integer(maximumTokens)
    object["seed"] = seed?.json ?? .null
    return object.value
  }

  /// Reads settings; members that are absent keep their default.
  public init(json: JSONValue) throws(EventFormatError) {
    let fields = try Fields(json)
    self.init()
    func set(_ name: String, _ path: WritableKeyPath<SamplingSettings, Float>) throws(EventFormatError) {
      if let value = try fields.optional(name, fields.float) { self[keyPath: path] = value }
    }
    func set(_ name: String, _ path: WritableKeyPath<SamplingSettings, Int>) throws(EventFormatError) {
      if let value = try fields.optional(name, fields.integer) { self[keyPath: path] = value }
    }
    func set(_ name: String, _ path: WritableKeyPath<SamplingSettings, [String]>) {
      if let texts = json[name]?.array { self[keyPath: path] = texts.compactMap(\.string) }
    }
    try set("temperature", \.temperature)
    try set("top_k", \.topK)
    try set("top_p", \.topP)
    try set("min_p", \.minP)
    try set("typical_p", \.typicalP)
    try set("repetition_penalty", \.repetitionPenalty)
    try set("presence_penalty", \.presencePenalty)
    try set("frequency_penalty", \.frequencyPenalty)
    try set("penalty_window", \.penaltyWindow)
    try set("dry_multiplier", \.dryMultiplier)
    try set("dry_base", \.dryBase)
    try set("dry_allowed_length", \.dryAllowedLength)
    try set("mirostat_tau", \.mirostatTau)
    try set("mirostat_eta", \.mirostatEta)
    try set("maximum_tokens", \.maximumTokens)
    set("dry_sequence_breakers", \.drySequenceBreakers)
    set("stop", \.stop)
    for pair in json["logit_bias"]?.array ?? [] {
      guard let id = pair[0]?.integer, let bias = pair[1].flatMap(Float.init(json:)) else {
        throw EventFormatError(description: "\"logit_bias\": expected pairs of token id and number")
      }
      logitBias[id] = bias
    }
    if let value = json["seed"], !value.isNull {
      guard let seed = UInt64(json: value) else {
        throw EventFormatError(description: "\"seed\": expected an integer of 64 bits, got \(value.kind)")
      }
      self.seed = seed
    }
  }
}
