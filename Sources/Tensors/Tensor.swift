/// An n-dimensional array: a value over storage that belongs to a backend.
///
/// Elements lie contiguously, the last dimension fastest. Operations are methods (one file per family under
/// `Operations`); they check their arguments and call the backend. A slice of rows or another shape of the same elements
/// shares the storage.
public struct Tensor: Sendable {
  /// The dimensions, outermost first.
  public let shape: Shape
  /// The type of the elements.
  public let elementType: ElementType
  /// Where the first element lies in the storage.
  package let byteOffset: Int
  /// The memory, owned by its backend.
  package var storage: TensorStorage

  /// Creates a tensor over storage that holds at least its bytes.
  package init(shape: Shape, elementType: ElementType, byteOffset: Int = 0, storage: TensorStorage) {
    self.shape = shape
    self.elementType = elementType
    self.byteOffset = byteOffset
    self.storage = storage
  }

  /// The backend that owns the storage and runs this tensor's operations.
  @inline(__always) public var backend: any Backend { storage.backend }

  /// The number of elements.
  public var elementCount: Int { shape.elementCount }

  /// The number of bytes of the elements.
  public var byteCount: Int { elementType.byteCount(shape: Array(shape)) ?? 0 }

  /// Bytes from one row (of the last dimension) to the next.
  package var rowBytes: Int { shape.width / elementType.blockLength * elementType.blockBytes }
}

/// The memory behind a tensor. Each backend has its own kind.
open class TensorStorage: @unchecked Sendable {
  /// The backend that works on this storage: the one that made it, or one that wraps that one (`ProfilingBackend`),
  /// which puts itself here before anybody else sees the storage. Read for every operation, hence unchecked.
  @exclusivity(unchecked) public package(set) final var backend: any Backend
  /// The size in bytes.
  public let byteCount: Int

  /// Creates the part of a storage that all backends share.
  public init(backend: any Backend, byteCount: Int) {
    self.backend = backend
    self.byteCount = byteCount
  }
}

extension Tensor {
  /// Gives `body` the bytes of the elements: the one way to a tensor's memory from outside its backend.
  ///
  /// The buffer is valid only during the call. A backend whose memory is elsewhere waits for its work and copies.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try backend.withBytes(of: self, body)
  }

  /// Gives `body` the elements of an F32 tensor, row after row.
  ///
  /// - Precondition: the element type is F32.
  public func withFloats<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(elementType == .f32, "withFloats reads F32 tensors, not \(elementType)")
    return try withBytes { (bytes: UnsafeRawBufferPointer) throws(Failure) in
      try body(bytes.assumingMemoryBound(to: Float.self))
    }
  }

  /// The elements of an F32 tensor as an array.
  public func floats() -> [Float] { withFloats { Array($0) } }
}
