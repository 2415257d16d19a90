public import Tensors

/// Keys and values of the positions a model has seen, layer by layer.
///
/// Memory for the whole capacity is reserved at once; pages that are never written cost nothing. One forward pass may
/// use a cache at a time: the type is Sendable so that a session can be handed from thread to thread, not shared.
public final class KVCache: @unchecked Sendable {
  /// Positions the cache can hold.
  public let capacity: Int
  /// The type keys and values are rounded to.
  public let elementType: ElementType
  /// Positions held; `advance` and `truncate` change it.
  public private(set) var length = 0
  /// Keys per layer, `[kvHeads, capacity, headSize]`.
  package let keys: [Tensor]
  /// Values per layer, `[kvHeads, capacity, headSize]`.
  package let values: [Tensor]

  /// Reserves an empty cache.
  ///
  /// - Parameter elementType: F32, F16, BF16, or Q8_0 where `headSize` is a multiple of 32.
  /// - Throws: `TensorError` for a type or size that cannot be, or when memory runs out.
  public init(
    layers: Int, kvHeads: Int, headSize: Int, capacity: Int, elementType: ElementType, backend: any Backend
  ) throws(TensorError) {
    guard capacity > 0 else {
      throw TensorError(operation: "KVCache", argument: "capacity", expected: "at least 1", got: "\(capacity)")
    }
    guard elementType.isFloat || elementType == .q8_0 else {
      throw TensorError(
        operation: "KVCache", argument: "elementType", expected: "F32, F16, BF16 or Q8_0", got: elementType.name)
    }
    guard headSize % elementType.blockLength == 0 else {
      throw TensorError(
        operation: "KVCache", argument: "elementType",
        expected: "F32, F16 or BF16 for heads of \(headSize) (Q8_0 takes multiples of 32)", got: elementType.name)
    }
    var keys: [Tensor] = []
    var values: [Tensor] = []
    do {
      for _ in 0..<layers {
        keys.append(try backend.allocate(Shape(kvHeads, capacity, headSize), elementType))
        values.append(try backend.allocate(Shape(kvHeads, capacity, headSize), elementType))
      }
    } catch {
      let row = Double(kvHeads) * Double(elementType.rowBytes(elements: headSize) ?? 0)
      let bytes = 2 * Double(layers) * row * Double(capacity)
      throw TensorError(
        operation: "KVCache", argument: "memory",
        expected: "\(UInt64(min(bytes, 0x1p63))) bytes for \(capacity) positions",
        got: "less from the system: take a shorter context (--context)")
    }
    self.capacity = capacity
    self.elementType = elementType
    self.keys = keys
    self.values = values
  }

  /// Layers the cache serves.
  public var layers: Int { keys.count }

  /// Positions still free.
  public var remaining: Int { capacity - length }

  /// Bytes reserved for keys and values together.
  public var byteCount: Int { (keys + values).reduce(0) { $0 + $1.byteCount } }

  /// Bytes that one position takes in all layers.
  public var bytesPerPosition: Int { byteCount / capacity }

  /// Forgets all positions from `length` on: the next forward pass continues there.
  ///
  /// - Precondition: `0 <= length <= self.length`.
  public func truncate(to length: Int) {
    precondition(length >= 0 && length <= self.length, "a cache of \(self.length) positions cut to \(length)")
    self.length = length
  }

  /// Refuses tokens that do not fit.
  package func checkRoom(for tokens: Int) throws(TensorError) {
    guard tokens <= remaining else {
      throw TensorError(
        operation: "KVCache", argument: "tokens", expected: "at most \(remaining) more (\(length) of \(capacity) used)",
        got: "\(tokens)")
    }
  }

  /// Counts positions in that every layer has written.
  package func advance(by tokens: Int) {
    precondition(tokens >= 0 && tokens <= remaining, "more positions than the cache has")
    length += tokens
  }
}
