import Synchronization

/// A backend that counts and times what another one does.
///
/// It wraps rather than sits inside: the other backend pays nothing and knows nothing of it, and any backend can be
/// profiled. Operations run on the backend of their first tensor's storage, so every storage that the other one makes is
/// marked as this one's; it stays of the other's kind, and the other works on it as ever. A model is profiled by loading
/// it on this backend.
public final class ProfilingBackend: Backend {
  private let base: any Backend
  private let profile = Mutex(OperationProfile())

  /// Wraps a backend.
  public init(_ base: any Backend) { self.base = base }

  /// The name of the backend that computes.
  public var name: String { base.name }

  /// What was counted since the last call.
  public func takeProfile() -> OperationProfile {
    profile.withLock { profile in
      defer { profile = OperationProfile() }
      return profile
    }
  }

  private func measure<Result>(
    _ key: OperationKey, _ cost: OperationCost, _ operation: () throws(TensorError) -> Result
  ) throws(TensorError) -> Result {
    let start = ContinuousClock.now
    let result = try operation()
    count(key, cost, since: start)
    return result
  }

  private func count(_ key: OperationKey, _ cost: OperationCost, since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    profile.withLock { $0.add(key, cost, seconds: Double(seconds) + Double(attoseconds) * 1e-18) }
  }

  /// The tensor with its new storage marked as this backend's.
  private func own(_ tensor: Tensor) -> Tensor {
    tensor.storage.backend = self
    return tensor
  }

  // MARK: Memory, which is not counted

  /// Memory of the wrapped backend.
  public func allocate(_ shape: Shape, _ elementType: ElementType) throws(TensorError) -> Tensor {
    own(try base.allocate(shape, elementType))
  }

  /// Memory of the wrapped backend.
  public func tensor(
    copying bytes: UnsafeRawBufferPointer, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor {
    own(try base.tensor(copying: bytes, shape: shape, elementType: elementType))
  }

  /// Memory of the wrapped backend.
  public func tensor(
    sharing bytes: UnsafeRawBufferPointer, owner: AnyObject, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor {
    own(try base.tensor(sharing: bytes, owner: owner, shape: shape, elementType: elementType))
  }

  /// As the wrapped backend does it.
  public func withBytes<Result, Failure: Error>(
    of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try base.withBytes(of: tensor, body)
  }

  // MARK: Products

  /// Counted, as part of loading.
  public func prepare(_ weight: Tensor) throws(TensorError) -> LinearWeight {
    let key = OperationKey("prepare", weight.elementType, sizes: weight.shape)
    return try measure(key, OperationCost(memoryBytes: weight.byteCount)) { () throws(TensorError) in
      try base.prepare(weight)
    }
  }

  /// Counted by type and shape of the weight.
  public func linear(
    _ x: Tensor, _ projection: Projection, addedTo residual: Tensor?
  ) throws(TensorError) -> Tensor {
    let weight = projection.weight
    let key = OperationKey("linear", weight.source.elementType, sizes: Shape(weight.columns, weight.rows))
    return try measure(key, .product(tokens: x.shape[0], [projection])) { () throws(TensorError) in
      own(try base.linear(x, projection, addedTo: residual))
    }
  }

  /// Counted by the type of the first weight and the outputs of all together.
  public func linear(
    _ x: Tensor, norm: RowNorm?, _ projections: [Projection]
  ) throws(TensorError) -> [Tensor] {
    let rows = projections.reduce(0) { $0 + $1.weight.rows }
    let key = OperationKey(
      "linear, several", projections.first?.weight.source.elementType, sizes: Shape(x.shape[1], rows))
    return try measure(key, .product(tokens: x.shape[0], projections)) { () throws(TensorError) in
      try base.linear(x, norm: norm, projections).map(own)
    }
  }

  /// Counted by type and shape of the gate's weight.
  public func gatedLinear(
    _ x: Tensor, norm: RowNorm?, gate: Projection, up: Projection, _ activation: Activation
  ) throws(TensorError) -> Tensor {
    let weight = gate.weight
    let key = OperationKey("gatedLinear", weight.source.elementType, sizes: Shape(weight.columns, weight.rows))
    return try measure(key, .product(tokens: x.shape[0], [gate, up])) { () throws(TensorError) in
      own(try base.gatedLinear(x, norm: norm, gate: gate, up: up, activation))
    }
  }

  // MARK: Attention

  /// Counted by width.
  public func rotate(_ x: inout Tensor, headSize: Int, _ rotation: Rotation) throws(TensorError) {
    let start = ContinuousClock.now
    let cost = OperationCost(activationBytes: 2 * x.byteCount)
    try base.rotate(&x, headSize: headSize, rotation)
    x.storage.backend = self
    count(OperationKey("rotate", sizes: Shape(x.shape.width)), cost, since: start)
  }

  /// Counted by width and type of the cache; what is written was just computed and stays in the processor's caches.
  public func store(_ x: Tensor, into cache: Tensor, at position: Int) {
    let start = ContinuousClock.now
    base.store(x, into: cache, at: position)
    let written = x.shape[0] * cache.shape[0] * cache.rowBytes
    let cost = OperationCost(activationBytes: x.byteCount + written)
    count(OperationKey("store", cache.elementType, sizes: Shape(x.shape.width)), cost, since: start)
  }

  /// Counted by the widths of queries and keys together and the type of the caches.
  public func rotateAndStore(
    queries: inout Tensor, keys: inout Tensor, values: Tensor, _ rotation: Rotation, keyCache: Tensor,
    valueCache: Tensor, at position: Int
  ) throws(TensorError) {
    let start = ContinuousClock.now
    let width = queries.shape.width + keys.shape.width
    let written = 2 * keys.shape[0] * keyCache.shape[0] * keyCache.rowBytes
    let cost = OperationCost(activationBytes: 2 * (queries.byteCount + keys.byteCount) + values.byteCount + written)
    try base.rotateAndStore(
      queries: &queries, keys: &keys, values: values, rotation, keyCache: keyCache, valueCache: valueCache,
      at: position)
    queries.storage.backend = self
    keys.storage.backend = self
    count(OperationKey("rotateAndStore", keyCache.elementType, sizes: Shape(width)), cost, since: start)
  }

  /// Counted by heads and type of the cache.
  public func attention(
    _ queries: Tensor, keys: Tensor, values: Tensor, _ options: AttentionOptions
  ) throws(TensorError) -> Tensor {
    let key = OperationKey("attention", keys.elementType, sizes: Shape(queries.shape[1]))
    return try measure(key, .attention(queries, keys: keys, options)) { () throws(TensorError) in
      own(try base.attention(queries, keys: keys, values: values, options))
    }
  }
}

// MARK: Rows and elements

extension ProfilingBackend {
  /// Counted by type and width of the table.
  public func gather(_ table: Tensor, _ indices: [Int32]) throws(TensorError) -> Tensor {
    let width = table.shape.width
    let cost = OperationCost(
      memoryBytes: indices.count * table.rowBytes, activationBytes: 4 * indices.count * width)
    return try measure(OperationKey("gather", table.elementType, sizes: Shape(width)), cost) { () throws(TensorError) in
      own(try base.gather(table, indices))
    }
  }

  /// Counted by width.
  public func rmsNorm(_ x: Tensor, _ norm: RowNorm) throws(TensorError) -> Tensor {
    try onElements("rmsNorm", .moving(x, x), x) { () throws(TensorError) in try base.rmsNorm(x, norm) }
  }

  /// Counted by width.
  public func layerNorm(_ x: Tensor, weight: Tensor?, bias: Tensor?, epsilon: Float) throws(TensorError) -> Tensor {
    try onElements("layerNorm", .moving(x, x), x) { () throws(TensorError) in
      try base.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
    }
  }

  /// Counted by width.
  public func softmax(_ x: Tensor) throws(TensorError) -> Tensor {
    try onElements("softmax", .moving(x, x), x) { () throws(TensorError) in try base.softmax(x) }
  }

  /// Counted by width.
  public func rowStatistics(_ x: Tensor) -> [RowStatistics] {
    let start = ContinuousClock.now
    let result = base.rowStatistics(x)
    count(OperationKey("rowStatistics", sizes: Shape(x.shape.width)), .moving(x), since: start)
    return result
  }

  /// Counted by width.
  public func add(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try onElements("add", .moving(x, y, x), x) { () throws(TensorError) in try base.add(x, y) }
  }

  /// Counted by width.
  public func multiply(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try onElements("multiply", .moving(x, y, x), x) { () throws(TensorError) in try base.multiply(x, y) }
  }

  /// Counted by width.
  public func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor {
    try onElements("scaled", .moving(x, x), x) { () throws(TensorError) in try base.scale(x, by: factor) }
  }

  /// Counted by width.
  public func activate(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    try onElements("activated", .moving(x, x), x) { () throws(TensorError) in try base.activate(x, activation) }
  }

  /// Counted by width.
  public func activateMultiply(gate: Tensor, up: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    try onElements("activated, times", .moving(gate, up, gate), gate) { () throws(TensorError) in
      try base.activateMultiply(gate: gate, up: up, activation)
    }
  }

  /// Counted by width and the type converted to.
  public func convert(_ x: Tensor, to elementType: ElementType) throws(TensorError) -> Tensor {
    let cost = OperationCost(activationBytes: x.byteCount + (elementType.byteCount(shape: Array(x.shape)) ?? 0))
    return try measure(OperationKey("converted", elementType, sizes: Shape(x.shape.width)), cost) {
      () throws(TensorError) in own(try base.convert(x, to: elementType))
    }
  }

  /// Counted by width.
  public func concatenate(_ parts: [Tensor]) throws(TensorError) -> Tensor {
    let cost = OperationCost(activationBytes: 2 * parts.reduce(0) { $0 + $1.byteCount })
    return try measure(OperationKey("concatenated", sizes: Shape(parts[0].shape.width)), cost) {
      () throws(TensorError) in own(try base.concatenate(parts))
    }
  }

  private func onElements(
    _ name: String, _ cost: OperationCost, _ x: Tensor, _ operation: () throws(TensorError) -> Tensor
  ) throws(TensorError) -> Tensor {
    try measure(OperationKey(name, sizes: Shape(x.shape.width)), cost) { () throws(TensorError) in
      own(try operation())
    }
  }
}
