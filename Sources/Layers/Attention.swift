public import Checkpoints
public import Tensors

/// The sizes and variants of an attention layer.
public struct AttentionConfiguration: Sendable, Hashable {
  /// Width of the layer's input and output.
  public var hiddenSize: Int
  /// Query heads, a multiple of `kvHeads`.
  public var heads: Int
  /// Key-value heads.
  public var kvHeads: Int
  /// Values per head.
  public var headSize: Int
  /// Biases of `q_proj`, `k_proj` and `v_proj`.
  public var inputBias = BiasRule.absent
  /// Bias of `o_proj`.
  public var outputBias = BiasRule.absent
  /// With a window above 0, a query sees only that many positions, its own included.
  public var slidingWindow = 0
  /// Factor of the scores; nil for `1 / sqrt(headSize)`.
  public var scale: Float?

  /// Creates a configuration without biases and window.
  public init(hiddenSize: Int, heads: Int, kvHeads: Int, headSize: Int) {
    self.hiddenSize = hiddenSize
    self.heads = heads
    self.kvHeads = kvHeads
    self.headSize = headSize
  }
}

/// Causal self-attention over a cache, with grouped-query heads and rotary positions.
public struct Attention: Sendable {
  let configuration: AttentionConfiguration
  /// Queries, keys and values in one product.
  let inputs: [Projection]
  let output: Linear
  /// Norm of each head's queries, in families that have one.
  let queryNorm: RMSNorm?
  /// Norm of each head's keys, in families that have one.
  let keyNorm: RMSNorm?
  private let scale: Float

  /// Reads `q_proj`, `k_proj`, `v_proj` and `o_proj`.
  public init(
    _ scope: ParameterScope, _ configuration: AttentionConfiguration, queryNorm: RMSNorm? = nil,
    keyNorm: RMSNorm? = nil
  ) throws(TensorError) {
    let (width, size) = (configuration.hiddenSize, configuration.headSize)
    let bias = configuration.inputBias
    let query = try Linear(scope["q_proj"], width, configuration.heads * size, bias: bias)
    let key = try Linear(scope["k_proj"], width, configuration.kvHeads * size, bias: bias)
    let value = try Linear(scope["v_proj"], width, configuration.kvHeads * size, bias: bias)
    inputs = [query.projection, key.projection, value.projection]
    output = try Linear(scope["o_proj"], configuration.heads * size, width, bias: configuration.outputBias)
    self.configuration = configuration
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    scale = configuration.scale ?? 1 / Float(size).squareRoot()
  }

  /// Attends from `x [tokens, hiddenSize]`, which stands behind the cache's positions, and writes its keys and values.
  ///
  /// The cache's length stays: the model advances it when all layers have run.
  public func callAsFunction(
    _ x: Tensor, rotation: Rotation?, cache: KVCache, layer: Int
  ) throws(TensorError) -> Tensor {
    try output(attend(x, norm: nil, rotation: rotation, cache: cache, layer: layer))
  }

  /// The residual branch of a pre-norm block: `x + attention(norm(x))`.
  public func residual(
    _ x: Tensor, norm: RMSNorm, rotation: Rotation?, cache: KVCache, layer: Int
  ) throws(TensorError) -> Tensor {
    let attended = try attend(x, norm: norm.rows, rotation: rotation, cache: cache, layer: layer)
    return try attended.linear(output.projection, addedTo: x)
  }

  /// Everything before the output projection: `[tokens, heads * headSize]`.
  private func attend(
    _ x: Tensor, norm: RowNorm?, rotation: Rotation?, cache: KVCache, layer: Int
  ) throws(TensorError) -> Tensor {
    var projected = try x.linear(norm: norm, inputs)
    let value = projected.removeLast()
    var key = projected.removeLast()
    var query = projected.removeLast()
    if let queryNorm { query = try perHead(query, queryNorm) }
    if let keyNorm { key = try perHead(key, keyNorm) }
    let position = cache.length
    let (keys, values) = (cache.keys[layer], cache.values[layer])
    if let rotation {
      try query.rotateAndStore(
        keys: &key, values: value, by: rotation, keyCache: keys, valueCache: values, at: position)
    } else {
      try key.store(into: keys, at: position)
      try value.store(into: values, at: position)
    }
    var options = AttentionOptions(firstPosition: position, keyCount: position + x.shape[0], scale: scale)
    options.window = configuration.slidingWindow
    return try query.attention(keys: keys, values: values, options: options)
  }

  private func perHead(_ x: Tensor, _ norm: RMSNorm) throws(TensorError) -> Tensor {
    let size = configuration.headSize
    return try norm(x.reshaped(Shape(x.elementCount / size, size))).reshaped(x.shape)
  }
}
