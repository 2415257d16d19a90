/// Cosines and sines of the angles by which rotary embedding turns the pairs of a head.
public struct Rotation: Sendable {
  /// Cosines, `[tokens, rotarySize / 2]`, F32.
  public let cosines: Tensor
  /// Sines, `[tokens, rotarySize / 2]`, F32.
  public let sines: Tensor
  /// Whether pairs are neighbours (0,1), (2,3), ...; else (i, i + rotarySize / 2).
  public let interleaved: Bool

  /// Creates a rotation from its tables.
  public init(cosines: Tensor, sines: Tensor, interleaved: Bool) {
    self.cosines = cosines
    self.sines = sines
    self.interleaved = interleaved
  }

  /// How many values at the start of a head are rotated.
  public var rotarySize: Int { cosines.shape[1] * 2 }
}

/// What scaled dot-product attention sees and how scores are made.
public struct AttentionOptions: Sendable {
  /// The position of the first query; the others follow.
  public var firstPosition: Int
  /// Positions held by keys and values.
  public var keyCount: Int
  /// Whether a query sees only positions up to its own.
  public var causal = true
  /// With a window above 0, a query sees only positions greater than its own less the window.
  public var window = 0
  /// Factor of the scores, usually `1 / sqrt(headSize)`.
  public var scale: Float
  /// With a value above 0, scores become `softCap * tanh(score / softCap)`.
  public var softCap: Float = 0

  /// Creates options for causal attention over all earlier positions.
  public init(firstPosition: Int, keyCount: Int, scale: Float) {
    self.firstPosition = firstPosition
    self.keyCount = keyCount
    self.scale = scale
  }
}

extension Tensor {
  /// Rotates the first `rotation.rotarySize` values of every head of `self [tokens, heads * headSize]` in place.
  ///
  /// Source: RoFormer (Su et al. 2021), section 3.2.
  public mutating func rotate(headSize: Int, by rotation: Rotation) throws(TensorError) {
    try checkRotation(headSize: headSize, rotation)
    try backend.rotate(&self, headSize: headSize, rotation)
  }

  /// What self-attention does before it attends, in one pass: rotates `self`, the queries, and `keys` in place and writes
  /// keys and values into their caches, as `rotate` and `store` do.
  public mutating func rotateAndStore(
    keys: inout Tensor, values: Tensor, by rotation: Rotation, keyCache: Tensor, valueCache: Tensor, at position: Int
  ) throws(TensorError) {
    try keys.checkStoring(into: keyCache, at: position)
    try values.checkStoring(into: valueCache, at: position)
    let headSize = keyCache.shape[2]
    try keys.checkRotation(headSize: headSize, rotation)
    try checkRotation(headSize: headSize, rotation)
    guard keyCache.shape == valueCache.shape, keyCache.elementType == valueCache.elementType else {
      throw .shape("rotateAndStore", "valueCache", expected: Array(keyCache.shape), got: valueCache.shape)
    }
    try backend.rotateAndStore(
      queries: &self, keys: &keys, values: values, rotation, keyCache: keyCache, valueCache: valueCache, at: position)
  }

  private func checkRotation(headSize: Int, _ rotation: Rotation) throws(TensorError) {
    try check("rotate", "x", isFloat32Matrix: self)
    guard headSize > 0, shape[1] % headSize == 0, rotation.rotarySize <= headSize else {
      throw TensorError(
        operation: "rotate", argument: "headSize",
        expected: "a divisor of \(shape[1]), at least \(rotation.rotarySize)",
        got: "\(headSize)")
    }
    guard rotation.cosines.shape[0] == shape[0], rotation.sines.shape == rotation.cosines.shape else {
      throw .shape("rotate", "cosines", expected: [shape[0], nil], got: rotation.cosines.shape)
    }
  }

  /// Writes the rows of `self [tokens, heads * headSize]` into a cache `[heads, capacity, headSize]`.
  ///
  /// The cache's memory changes: it is the one tensor that is written in place, and every tensor that shares its
  /// storage sees the new values. Elements are rounded to the cache's type.
  public func store(into cache: Tensor, at position: Int) throws(TensorError) {
    try checkStoring(into: cache, at: position)
    backend.store(self, into: cache, at: position)
  }

  private func checkStoring(into cache: Tensor, at position: Int) throws(TensorError) {
    try check("store", "x", isFloat32Matrix: self)
    guard cache.shape.count == 3, cache.shape[0] * cache.shape[2] == shape[1] else {
      throw .shape("store", "cache", expected: [nil, nil, nil], got: cache.shape)
    }
    guard position >= 0, position + shape[0] <= cache.shape[1] else {
      throw TensorError(
        operation: "store", argument: "position", expected: "room for \(shape[0]) of \(cache.shape[1]) positions",
        got: "\(position)")
    }
  }

  /// Scaled dot-product attention of `self [tokens, heads * headSize]` over cached keys and values.
  ///
  /// `keys`, `values`: `[kvHeads, capacity, headSize]` in F32, F16, BF16 or Q8_0; heads are a multiple of kvHeads and
  /// neighbouring heads share one (grouped-query attention). Result: `[tokens, heads * headSize]`.
  public func attention(
    keys: Tensor, values: Tensor, options: AttentionOptions
  ) throws(TensorError) -> Tensor {
    try check("attention", "queries", isFloat32Matrix: self)
    guard keys.shape.count == 3, keys.shape == values.shape, keys.elementType == values.elementType else {
      throw .shape("attention", "values", expected: Array(keys.shape), got: values.shape)
    }
    let group = keys.shape[0] * keys.shape[2]
    guard group > 0, shape[1] % group == 0 else {
      throw TensorError(
        operation: "attention", argument: "queries", expected: "rows of a multiple of \(group)", got: "\(shape)")
    }
    guard options.keyCount <= keys.shape[1], options.firstPosition >= 0,
      !options.causal || options.firstPosition + shape[0] <= options.keyCount
    else {
      throw TensorError(
        operation: "attention", argument: "keyCount", expected: "at most \(keys.shape[1]), and every query's position",
        got: "\(options.keyCount) with \(shape[0]) queries from \(options.firstPosition)")
    }
    return try backend.attention(self, keys: keys, values: values, options)
  }
}
