// Llama and its kin. Papers: Llama (Touvron et al. 2023), Llama 2 (grouped-query attention), Llama 3 (scaled rotary
// frequencies). Reference: modeling_llama.py of transformers; llama.cpp for GGUF files.
// Mistral 7B is the same with a sliding window.

public import Checkpoints
import JSONText
public import Layers
public import Tensors

/// What a llama checkpoint says of its model.
struct LlamaConfiguration {
  var architecture: String
  var name: String?
  var layers: Int
  var hiddenSize: Int
  var intermediateSize: Int
  var heads: Int
  var kvHeads: Int
  var headSize: Int
  var vocabularySize: Int
  var contextLength: Int
  var epsilon: Float
  var rotary: RotaryConfiguration
  var interleavesPairs: Bool
  var activation: Activation
  var attentionBias: BiasRule
  var mlpBias: BiasRule
  var tiesEmbeddings: Bool
  var slidingWindow: Int
  var endTokens: [Int32]

  /// Reads config.json, as published before and after transformers 5.
  init(huggingFace checkpoint: any Checkpoint) throws(ModelError) {
    let json = try ConfigurationReader(huggingFace: checkpoint)
    guard !json.has("quantization_config") else {
      throw json.unsupported("quantization_config", "weights in F32, F16 or BF16, or a GGUF file")
    }
    architecture = try json.text("model_type")
    let isMistral = architecture == "mistral"
    layers = try json.integer("num_hidden_layers")
    hiddenSize = try json.integer("hidden_size")
    intermediateSize = try json.integer("intermediate_size")
    heads = try json.integer("num_attention_heads")
    kvHeads = try json.integer("num_key_value_heads", default: isMistral ? 8 : heads)
    headSize = try json.integer("head_dim", default: max(1, hiddenSize / heads))
    vocabularySize = try json.integer("vocab_size")
    contextLength = try json.integer("max_position_embeddings", default: isMistral ? 4096 * 32 : 2048)
    epsilon = Float(try json.positive("rms_norm_eps", default: 1e-6))
    rotary = try RotaryConfiguration(huggingFace: json, headSize: headSize, contextLength: contextLength)
    interleavesPairs = false
    activation = try json.activation("hidden_act", default: "silu")
    attentionBias = try json.boolean("attention_bias", default: false) ? .required : .absent
    mlpBias = try json.boolean("mlp_bias", default: false) ? .required : .absent
    tiesEmbeddings = try json.boolean("tie_word_embeddings", default: false)
    slidingWindow = isMistral && json.has("sliding_window") ? try json.integer("sliding_window") : 0
    let generation = checkpoint.generationConfiguration.map { ConfigurationReader($0, path: checkpoint.path) }
    let ends = generation?.tokens("eos_token_id") ?? []
    endTokens = ends.isEmpty ? json.tokens("eos_token_id") : ends
    try check(json, headSizeKey: "head_dim", headsKey: "num_attention_heads", kvHeadsKey: "num_key_value_heads")
    try checkLayers(json, "num_hidden_layers", checkpoint)
  }

  /// Reads GGUF's `llama.*` keys.
  init(gguf checkpoint: any Checkpoint) throws(ModelError) {
    let general = ConfigurationReader(checkpoint, prefix: "")
    architecture = try general.text("general.architecture")
    name = general.has("general.name") ? try general.text("general.name") : nil
    let metadata = ConfigurationReader(checkpoint, prefix: architecture + ".")
    layers = try metadata.integer("block_count")
    hiddenSize = try metadata.integer("embedding_length")
    intermediateSize = try metadata.integer("feed_forward_length")
    heads = try metadata.integer("attention.head_count")
    kvHeads = try metadata.integer("attention.head_count_kv", default: heads)
    headSize = try metadata.integer("attention.key_length", default: max(1, hiddenSize / heads))
    vocabularySize = checkpoint.entry("token_embd.weight")?.shape.first ?? 1
    contextLength = try metadata.integer("context_length")
    epsilon = Float(try metadata.positive("attention.layer_norm_rms_epsilon"))
    rotary = try RotaryConfiguration(gguf: metadata, headSize: headSize, contextLength: contextLength)
    // The converter permutes query and key rows, so that pairs are neighbours.
    interleavesPairs = true
    activation = .silu
    attentionBias = .whenPresent
    mlpBias = .whenPresent
    tiesEmbeddings = checkpoint.entry("output.weight") == nil
    slidingWindow = 0
    endTokens = general.tokens("tokenizer.ggml.eos_token_id") + general.tokens("tokenizer.ggml.eot_token_id")
    guard try metadata.integer("attention.value_length", default: headSize) == headSize else {
      throw metadata.unsupported("attention.value_length", "the key length, \(headSize)")
    }
    guard try metadata.integer("expert_count", default: 0, in: 0...1 << 31) == 0 else {
      throw metadata.unsupported("expert_count", "0: a model without experts")
    }
    guard try metadata.boolean("attention.causal", default: true) else {
      throw metadata.unsupported("attention.causal", "true")
    }
    try check(
      metadata, headSizeKey: "attention.key_length", headsKey: "attention.head_count",
      kvHeadsKey: "attention.head_count_kv")
    try checkLayers(metadata, "block_count", checkpoint)
  }

  private func check(
    _ reader: ConfigurationReader, headSizeKey: String, headsKey: String, kvHeadsKey: String
  ) throws(ModelError) {
    if !reader.has(headSizeKey), hiddenSize % heads != 0 {
      throw reader.fault(headsKey, "expected a divisor of the hidden size \(hiddenSize)", .integer(heads))
    }
    guard heads % kvHeads == 0 else {
      throw reader.fault(kvHeadsKey, "expected a divisor of the \(heads) heads", .integer(kvHeads))
    }
    // Far above every real model; keeps the sizes below from overflowing before the tensors are compared with them.
    guard headSize <= 1 << 14, heads <= 1 << 14, hiddenSize <= 1 << 24, intermediateSize <= 1 << 26 else {
      throw reader.fault(
        headSizeKey, "expected heads of at most 16384 values, 16384 heads, and widths below 2^24",
        .string("\(headSize), \(heads), \(hiddenSize), \(intermediateSize)"))
    }
  }

  /// A layer has tensors, so a file has no more layers than tensors; checked before anything is made per layer.
  private func checkLayers(
    _ reader: ConfigurationReader, _ key: String, _ checkpoint: any Checkpoint
  ) throws(ModelError) {
    guard layers <= checkpoint.tensorCount else {
      throw reader.fault(key, "expected no more layers than the \(checkpoint.tensorCount) tensors", .integer(layers))
    }
  }

  var attention: AttentionConfiguration {
    var attention = AttentionConfiguration(hiddenSize: hiddenSize, heads: heads, kvHeads: kvHeads, headSize: headSize)
    attention.inputBias = attentionBias
    attention.outputBias = attentionBias
    attention.slidingWindow = slidingWindow
    return attention
  }
}

/// A transformer block: norm, attention, residual, norm, gated MLP, residual.
private struct LlamaBlock: Sendable {
  let inputNorm: RMSNorm
  let attention: Attention
  let postAttentionNorm: RMSNorm
  let mlp: GatedMLP

  init(_ scope: ParameterScope, _ config: LlamaConfiguration) throws(TensorError) {
    inputNorm = try RMSNorm(scope["input_layernorm"], config.hiddenSize, epsilon: config.epsilon)
    attention = try Attention(scope["self_attn"], config.attention)
    postAttentionNorm = try RMSNorm(
      scope["post_attention_layernorm"], config.hiddenSize, epsilon: config.epsilon)
    mlp = try GatedMLP(
      scope["mlp"], config.hiddenSize, config.intermediateSize, activation: config.activation, bias: config.mlpBias)
  }

  func callAsFunction(
    _ x: Tensor, rotation: Rotation, cache: KVCache, layer: Int
  ) throws(TensorError) -> Tensor {
    let attended = try attention.residual(x, norm: inputNorm, rotation: rotation, cache: cache, layer: layer)
    return try mlp.residual(attended, norm: postAttentionNorm)
  }
}

/// A llama model with its output head.
public final class Llama: LanguageModel {
  /// What the model is.
  public let configuration: LanguageModelConfiguration
  /// The backend that computes.
  public let backend: any Backend
  /// The parameters by name.
  public let parameters: ParameterRegistry
  private let embedding: Embedding
  private let blocks: [LlamaBlock]
  private let norm: RMSNorm
  private let head: Linear
  private let rotary: RotaryEmbedding

  /// Loads a GGUF file of architecture llama, or a folder of `LlamaForCausalLM` or `MistralForCausalLM`.
  ///
  /// - Throws: `ModelError` for a configuration that cannot be, `ParameterError` for tensors that do not fit it.
  public init(_ checkpoint: any Checkpoint, backend: any Backend) throws {
    let isGGUF = checkpoint.format == .gguf
    let config = try isGGUF ? LlamaConfiguration(gguf: checkpoint) : LlamaConfiguration(huggingFace: checkpoint)
    let scope = ParameterScope(
      checkpoint, backend: backend, naming: { isGGUF ? Llama.ggufName($0) : $0 },
      ignoring: { Llama.isUnused($0, tied: config.tiesEmbeddings) })
    let model = scope["model"]
    embedding = try Embedding(model["embed_tokens"], config.vocabularySize, config.hiddenSize)
    blocks = try (0..<config.layers).map { layer in try LlamaBlock(model["layers"][layer], config) }
    norm = try RMSNorm(model["norm"], config.hiddenSize, epsilon: config.epsilon)
    if config.tiesEmbeddings {
      let table = model["embed_tokens"]
      head = Linear(
        sharing: try table.weight("weight", rows: config.vocabularySize, columns: config.hiddenSize))
    } else {
      head = try Linear(scope["lm_head"], config.hiddenSize, config.vocabularySize)
    }
    var factors: Tensor?
    if isGGUF, scope.contains("rope_freqs") {
      factors = try scope.tensor("rope_freqs", [config.rotary.rotarySize / 2], as: .f32)
    }
    parameters = try scope.finish()
    let divisors = factors?.floats()
    if let wrong = divisors?.first(where: { !($0.isFinite && $0 > 0) }) {
      throw ModelError(
        path: checkpoint.path, problem: "rope_freqs.weight: expected finite factors above 0, got \(wrong)")
    }
    rotary = RotaryEmbedding(
      rotarySize: config.rotary.rotarySize, base: config.rotary.base, scaling: config.rotary.scaling,
      frequencyFactors: divisors, interleaved: config.interleavesPairs)
    self.backend = backend
    configuration = LanguageModelConfiguration(config, parameters)
  }

  /// An empty cache for this model's layers and heads.
  public func makeCache(capacity: Int, elementType: ElementType) throws -> KVCache {
    try KVCache(
      layers: configuration.layers, kvHeads: configuration.kvHeads, headSize: configuration.headSize,
      capacity: capacity, elementType: elementType, backend: backend)
  }

  /// Feeds tokens behind those in the cache; logits of those selected.
  public func callAsFunction(_ tokens: [Int32], cache: KVCache, logits: LogitsSelection) throws -> Tensor {
    try cache.checkRoom(for: tokens.count)
    guard !tokens.isEmpty else { return try backend.allocate(Shape(0, configuration.vocabularySize), .f32) }
    var x = try embedding(tokens)
    let rotation = try rotary.rotation(first: cache.length, count: tokens.count, on: backend)
    for (layer, block) in blocks.enumerated() {
      x = try block(x, rotation: rotation, cache: cache, layer: layer)
    }
    cache.advance(by: tokens.count)
    let selected = logits.count(of: tokens.count)
    guard selected > 0 else { return try backend.allocate(Shape(0, configuration.vocabularySize), .f32) }
    return try head(norm(x.rows(tokens.count - selected..<tokens.count)))
  }

  // MARK: Odd checkpoint names

  /// GGUF's names, as llama.cpp's gguf-py/gguf/tensor_mapping.py has them.
  static func ggufName(_ path: String) -> String {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 3, parts[0] == "model", parts[1] == "layers" {
      let inner = parts[3..<parts.count - 1].joined(separator: ".")
      return "blk.\(parts[2]).\(ggufBlockNames[inner] ?? inner).\(parts[parts.count - 1])"
    }
    return ggufNames[path] ?? path
  }

  private static let ggufNames = [
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight", "rope_freqs": "rope_freqs.weight",
  ]

  private static let ggufBlockNames = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
  ]

  /// Tables of rotary frequencies that old checkpoints carry, and a stored copy of a tied head.
  private static func isUnused(_ name: String, tied: Bool) -> Bool {
    name.hasSuffix(".rotary_emb.inv_freq") || name.hasSuffix(".attn_rot_embd.weight")
      || (tied && name == "lm_head.weight")
  }
}

extension LanguageModelConfiguration {
  fileprivate init(_ config: LlamaConfiguration, _ parameters: ParameterRegistry) {
    self.init(
      architecture: config.architecture, name: config.name, layers: config.layers, hiddenSize: config.hiddenSize,
      intermediateSize: config.intermediateSize, heads: config.heads, kvHeads: config.kvHeads,
      headSize: config.headSize, vocabularySize: config.vocabularySize, contextLength: config.contextLength,
      ropeTheta: config.rotary.base, slidingWindow: config.slidingWindow,
      endTokens: config.endTokens.filter { $0 >= 0 && Int($0) < config.vocabularySize },
      parameterCount: parameters.elementCount, parameterBytes: parameters.byteCount, weightType: parameters.mainType)
  }
}
