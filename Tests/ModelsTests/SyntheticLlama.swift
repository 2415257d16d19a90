import Checkpoints
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// A llama of random weights, written as a Hugging Face folder and as a GGUF file.
struct SyntheticLlama: Sendable, CustomTestStringConvertible {
  var hidden = 64
  var heads = 4
  var kvHeads = 2
  var headSize = 16
  var intermediate = 96
  var vocabulary = 259
  var layers = 1
  var isTied = false
  var hasBias = false
  /// JSON of `rope_scaling`, and the same as GGUF metadata.
  var ropeScaling = "null"
  var ggufRope: OrderedDictionary<String, GGUFValue> = [:]

  var testDescription: String {
    "hidden \(hidden), \(heads)/\(kvHeads) heads of \(headSize), \(intermediate), tied \(isTied), bias \(hasBias), "
      + ropeScaling
  }

  private struct Weight {
    var name: String
    var gguf: String
    var shape: [Int]
    var values: [Float]
  }

  private var weights: [Weight] {
    var random = RandomStream(seed: 3)
    var result: [Weight] = []
    func add(_ name: String, _ gguf: String, _ shape: [Int], around mean: Double = 0) {
      let count = shape.reduce(1, *)
      let deviation = shape.count == 2 ? 1 / Double(shape[1]).squareRoot() : 0.1
      let values = (0..<count).map { _ in Float(mean + random.normal() * deviation) }
      result.append(Weight(name: name, gguf: gguf, shape: shape, values: values))
    }
    add("model.embed_tokens.weight", "token_embd.weight", [vocabulary, hidden])
    for layer in 0..<layers {
      let (name, gguf) = ("model.layers.\(layer).", "blk.\(layer).")
      add(name + "input_layernorm.weight", gguf + "attn_norm.weight", [hidden], around: 1)
      add(name + "post_attention_layernorm.weight", gguf + "ffn_norm.weight", [hidden], around: 1)
      let parts = [
        ("self_attn.q_proj", "attn_q", heads * headSize, hidden),
        ("self_attn.k_proj", "attn_k", kvHeads * headSize, hidden),
        ("self_attn.v_proj", "attn_v", kvHeads * headSize, hidden),
        ("self_attn.o_proj", "attn_output", hidden, heads * headSize),
        ("mlp.gate_proj", "ffn_gate", intermediate, hidden), ("mlp.up_proj", "ffn_up", intermediate, hidden),
        ("mlp.down_proj", "ffn_down", hidden, intermediate),
      ]
      for (part, other, rows, columns) in parts {
        add(name + part + ".weight", gguf + other + ".weight", [rows, columns])
        if hasBias, part.hasPrefix("self_attn") { add(name + part + ".bias", gguf + other + ".bias", [rows]) }
      }
    }
    add("model.norm.weight", "output_norm.weight", [hidden], around: 1)
    if !isTied { add("lm_head.weight", "output.weight", [vocabulary, hidden]) }
    return result
  }

  /// Rows of queries and keys from Hugging Face's halves to GGUF's neighbouring pairs.
  private func permuted(_ weight: Weight) -> [Float] {
    let heads = weight.gguf.contains("attn_q") ? heads : weight.gguf.contains("attn_k.") ? kvHeads : 0
    guard heads > 0 else { return weight.values }
    let width = weight.values.count / (heads * headSize)
    return (0..<heads * headSize).flatMap { row -> ArraySlice<Float> in
      let (head, place) = (row / headSize, row % headSize)
      let source = head * headSize + place / 2 + place % 2 * (headSize / 2)
      return weight.values[source * width..<(source + 1) * width]
    }
  }

  private func bytes(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

  func writeFolder(_ path: String) throws {
    let config = """
      {"model_type":"llama","num_hidden_layers":\(layers),"hidden_size":\(hidden),"intermediate_size":\(intermediate),
      "num_attention_heads":\(heads),"num_key_value_heads":\(kvHeads),"head_dim":\(headSize),
      "vocab_size":\(vocabulary),"max_position_embeddings":256,"rms_norm_eps":1e-5,"rope_theta":10000.0,
      "attention_bias":\(hasBias),"tie_word_embeddings":\(isTied),"rope_scaling":\(ropeScaling)}
      """
    try Fixtures.write(Array(config.utf8), to: path + "/config.json")
    let all = weights
    let writer = try SafetensorsWriter(
      path: path + "/model.safetensors",
      tensors: all.map { TensorDescription(name: $0.name, type: .f32, shape: $0.shape) })
    for weight in all { try bytes(weight.values).withUnsafeBytes { try writer.append($0) } }
    try writer.finish()
  }

  /// - Parameter type: of the matrices whose rows are whole blocks of it; others and the norms are F32.
  func writeGGUF(_ path: String, type: ElementType = .f32, on backend: CPUBackend = CPUBackend(threads: 1)) throws {
    var metadata: OrderedDictionary<String, GGUFValue> = [
      "general.architecture": .string("llama"), "llama.block_count": .uint32(UInt32(layers)),
      "llama.embedding_length": .uint32(UInt32(hidden)), "llama.feed_forward_length": .uint32(UInt32(intermediate)),
      "llama.attention.head_count": .uint32(UInt32(heads)),
      "llama.attention.head_count_kv": .uint32(UInt32(kvHeads)),
      "llama.attention.key_length": .uint32(UInt32(headSize)),
      "llama.attention.value_length": .uint32(UInt32(headSize)), "llama.context_length": .uint32(256),
      "llama.attention.layer_norm_rms_epsilon": .float32(1e-5), "llama.rope.freq_base": .float32(10000),
      "llama.rope.dimension_count": .uint32(UInt32(headSize)),
    ]
    for (key, value) in ggufRope { metadata["llama.rope.scaling." + key] = value }
    let all = weights
    func stored(_ weight: Weight) -> ElementType {
      weight.shape.count == 2 && weight.shape[1] % type.blockLength == 0 ? type : .f32
    }
    let writer = try GGUFWriter(
      path: path, metadata: metadata,
      tensors: all.map {
        TensorDescription(
          name: $0.gguf, type: StorageType(rawValue: stored($0).rawValue) ?? .f32, shape: $0.shape)
      })
    for weight in all {
      let shape = try #require(Shape(exactly: weight.shape))
      let tensor = try backend.tensor(permuted(weight), shape: shape).converted(to: stored(weight))
      try tensor.withBytes { try writer.append($0) }
    }
    try writer.finish()
  }
}
