import Checkpoints
import JSONText
import Layers

/// A checkpoint's wishes for rotary embedding, from config.json or from GGUF's metadata.
struct RotaryConfiguration {
  var base: Double
  var scaling: RotaryScaling
  /// Values of a head that are rotated.
  var rotarySize: Int

  /// Reads config.json: `rope_parameters` (transformers 5), or `rope_theta` and `rope_scaling` (before).
  init(huggingFace json: ConfigurationReader, headSize: Int, contextLength: Int) throws(ModelError) {
    let older = try json.object("rope_scaling")
    let rope = try json.object("rope_parameters") ?? older ?? json
    let holder = rope.has("rope_theta") ? rope : json
    base = try holder.positive("rope_theta", default: 10000)
    let partial = rope.has("partial_rotary_factor") ? rope : json
    let fraction = try partial.positive("partial_rotary_factor", default: 1)
    rotarySize = Int(Double(headSize) * min(fraction, 1))
    scaling = .none
    if rope.prefix != json.prefix {
      let key = rope.has("rope_type") ? "rope_type" : "type"
      scaling = try RotaryConfiguration.scaling(rope, typeKey: key, contextLength: contextLength)
    }
    try check(json, key: "partial_rotary_factor", headSize: headSize)
  }

  private static func scaling(
    _ rope: ConfigurationReader, typeKey: String, contextLength: Int
  ) throws(ModelError) -> RotaryScaling {
    switch try rope.text(typeKey, default: "default") {
    case "default": return .none
    case "linear": return .linear(factor: try rope.positive("factor"))
    case "llama3":
      let low = try rope.positive("low_freq_factor")
      let high = try rope.positive("high_freq_factor")
      guard high > low else { throw rope.unsupported("high_freq_factor", "more than low_freq_factor") }
      return .llama3(
        Llama3Scaling(
          factor: try rope.positive("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
          originalContext: try rope.positive(
            "original_max_position_embeddings", default: Double(contextLength))))
    case "yarn":
      let original = try rope.positive("original_max_position_embeddings", default: Double(contextLength))
      let stretch = Double(contextLength) / original
      var yarn = YarnScaling(factor: try rope.positive("factor", default: stretch), originalContext: original)
      yarn.betaFast = try rope.positive("beta_fast", default: yarn.betaFast)
      yarn.betaSlow = try rope.positive("beta_slow", default: yarn.betaSlow)
      yarn.attentionFactor = try rope.optionalNumber("attention_factor")
      yarn.mscale = try rope.optionalNumber("mscale")
      yarn.mscaleAllDimensions = try rope.optionalNumber("mscale_all_dim")
      yarn.truncates = try rope.boolean("truncate", default: true)
      return .yarn(yarn)
    default: throw rope.unsupported(typeKey, "default, linear, llama3 or yarn")
    }
  }

  /// Reads GGUF's `rope.*` keys of an architecture.
  init(gguf metadata: ConfigurationReader, headSize: Int, contextLength: Int) throws(ModelError) {
    base = try metadata.positive("rope.freq_base", default: 10000)
    rotarySize = try metadata.integer("rope.dimension_count", default: headSize)
    let legacy = try metadata.number("rope.scale_linear", default: 0)
    let given = try metadata.number("rope.scaling.factor", default: legacy)
    let factor = given == 0 ? 1 : given
    guard factor > 0 else { throw metadata.unsupported("rope.scaling.factor", "a number of at least 0") }
    // As llama.cpp: a factor without a type stretches linearly.
    switch try metadata.text("rope.scaling.type", default: "linear") {
    case "none": scaling = .none
    case "linear": scaling = factor == 1 ? .none : .linear(factor: factor)
    case "yarn":
      let original = try metadata.positive("rope.scaling.original_context_length", default: Double(contextLength))
      var yarn = YarnScaling(factor: factor, originalContext: original)
      yarn.betaFast = try metadata.positive("rope.scaling.yarn_beta_fast", default: yarn.betaFast)
      yarn.betaSlow = try metadata.positive("rope.scaling.yarn_beta_slow", default: yarn.betaSlow)
      yarn.extrapolation = try metadata.number("rope.scaling.yarn_ext_factor", default: 1)
      let sharpness = yarn.extrapolation == 0 ? 1 : YarnScaling.sharpness(factor, 1)
      let scale = try metadata.number("rope.scaling.yarn_attn_factor", default: 1)
      yarn.attentionFactor = sharpness * scale * (try metadata.number("rope.scaling.attn_factor", default: 1))
      scaling = .yarn(yarn)
    default: throw metadata.unsupported("rope.scaling.type", "none, linear or yarn")
    }
    try check(metadata, key: "rope.dimension_count", headSize: headSize)
  }

  private func check(_ reader: ConfigurationReader, key: String, headSize: Int) throws(ModelError) {
    guard rotarySize >= 2, rotarySize <= headSize, rotarySize % 2 == 0 else {
      throw reader.fault(key, "expected an even number of rotated values up to \(headSize)", .integer(rotarySize))
    }
    guard base > 1 else { throw reader.fault("rope_theta", "expected a base above 1", .double(base)) }
  }
}
