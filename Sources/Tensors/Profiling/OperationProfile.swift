/// Which operation a row of a profile is about: calls of the same shapes and types are counted together.
public struct OperationKey: Sendable, Hashable {
  /// The operation, as the method of `Tensor` is called.
  public let name: String
  /// The type of the weights, the table or the cache; nil for operations on activations alone.
  public let elementType: ElementType?
  /// Inputs and outputs of a row: `[columns, rows, ...]` of weights, the width of other rows.
  public let sizes: Shape

  /// Names an operation.
  public init(_ name: String, _ elementType: ElementType? = nil, sizes: Shape = Shape()) {
    self.name = name
    self.elementType = elementType
    self.sizes = sizes
  }
}

/// What was counted of one operation.
public struct OperationCount: Sendable, Hashable {
  /// How often it ran.
  public var calls = 0
  /// Wall time on the calling thread.
  public var seconds = 0.0
  /// Bytes of weights and cache; see `OperationCost`.
  public var memoryBytes = 0
  /// Bytes of activations read and written.
  public var activationBytes = 0
  /// Products and sums.
  public var operations = 0
  /// What they can be done with.
  public var unit = ArithmeticUnit.f32

  /// Creates an empty count.
  public init() {}

  /// Counts a call.
  public mutating func add(_ cost: OperationCost, seconds: Double) {
    calls += 1
    self.seconds += seconds
    memoryBytes += cost.memoryBytes
    activationBytes += cost.activationBytes
    operations += cost.operations
    unit = cost.unit
  }

  /// Counts the calls of another.
  public mutating func add(_ other: OperationCount) {
    calls += other.calls
    seconds += other.seconds
    memoryBytes += other.memoryBytes
    activationBytes += other.activationBytes
    operations += other.operations
    unit = other.unit
  }
}

/// Where the time of some work went, operation by operation.
public struct OperationProfile: Sendable, Hashable {
  /// What was counted, by operation.
  public private(set) var counts: [OperationKey: OperationCount] = [:]

  /// Creates an empty profile.
  public init() {}

  /// Counts a call.
  public mutating func add(_ key: OperationKey, _ cost: OperationCost, seconds: Double) {
    counts[key, default: OperationCount()].add(cost, seconds: seconds)
  }

  /// Counts what another profile has.
  public mutating func add(_ other: OperationProfile) {
    for (key, count) in other.counts { counts[key, default: OperationCount()].add(count) }
  }

  /// Seconds in operations, all together.
  public var seconds: Double { counts.values.reduce(0) { $0 + $1.seconds } }
}
