/// The instructions an operation's arithmetic can be done with at best; each has its own peak.
public enum ArithmeticUnit: String, Sendable, Hashable {
  /// Multiply-adds of floats.
  case f32
  /// Dot products of bf16 numbers.
  case bf16
  /// Dot products of bytes.
  case int8

  /// What multiplies weights or cached keys of this type.
  init(_ elementType: ElementType) {
    self = elementType == .bf16 ? .bf16 : elementType.isQuantized ? .int8 : .f32
  }
}

/// What an operation moves and computes at least, known from its shapes and types.
public struct OperationCost: Sendable, Hashable {
  /// Bytes of weights and cache, each counted once a call: they are larger than the processor's caches and come from
  /// memory. 0 for operations on activations alone, which the operation before has left in a cache.
  public var memoryBytes = 0
  /// Bytes of activations read and written.
  public var activationBytes = 0
  /// Products and sums, two a multiply-add; 0 for operations that are about moving numbers.
  public var operations = 0
  /// What they can be done with.
  public var unit = ArithmeticUnit.f32

  /// The cost of moving activations only.
  static func moving(_ tensors: Tensor...) -> OperationCost {
    OperationCost(activationBytes: tensors.reduce(0) { $0 + $1.byteCount })
  }

  /// The cost of multiplying `tokens` rows by weights of the same columns.
  static func product(tokens: Int, _ projections: [Projection]) -> OperationCost {
    var cost = OperationCost()
    for projection in projections {
      let weight = projection.weight
      cost.memoryBytes += weight.packed?.byteCount ?? weight.source.byteCount
      cost.operations += 2 * tokens * weight.rows * weight.columns
      cost.activationBytes += 4 * tokens * weight.rows
      cost.unit = ArithmeticUnit(weight.source.elementType)
    }
    cost.activationBytes += 4 * tokens * (projections.first?.weight.columns ?? 0)
    return cost
  }

  /// The cost of attention: two multiply-adds for each value of each head at each position that a query sees.
  static func attention(_ queries: Tensor, keys: Tensor, _ options: AttentionOptions) -> OperationCost {
    var seen = 0
    for token in 0..<queries.shape[0] {
      let position = options.causal ? options.firstPosition + token + 1 : options.keyCount
      seen += options.window > 0 ? min(options.window, position) : position
    }
    let first = options.window > 0 ? max(0, options.firstPosition + 1 - options.window) : 0
    return OperationCost(
      memoryBytes: 2 * keys.shape[0] * (options.keyCount - first) * keys.rowBytes,
      activationBytes: 2 * queries.byteCount, operations: 4 * seen * queries.shape[1],
      unit: ArithmeticUnit(keys.elementType))
  }
}
