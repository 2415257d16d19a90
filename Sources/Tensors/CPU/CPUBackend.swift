import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Instruction sets the kernels are written for.
package enum InstructionSet: String, Sendable, CaseIterable {
  case scalar, avx2, avx512, neon

  var kernelValue: instruction_set {
    switch self {
    case .scalar: INSTRUCTIONS_SCALAR
    case .avx2: INSTRUCTIONS_AVX2
    case .avx512: INSTRUCTIONS_AVX512
    case .neon: INSTRUCTIONS_NEON
    }
  }

  /// Those that this processor has.
  package static var available: [InstructionSet] { allCases.filter { kernels_at($0.kernelValue) != nil } }
}

/// The backend on this machine's processor: `CKernels` with one pool of threads.
///
/// Calls from several threads are safe; their parallel parts wait for each other.
public final class CPUBackend: Backend {
  /// Processors this process may run on: what `threads` should be where nothing else is asked for.
  public static var availableProcessors: Int { Int(available_processors()) }

  let kernels: kernels
  let threads: ThreadPool
  let pool = BufferPool()
  let lasting = LastingMemory()

  /// Creates a backend that computes on `threads` threads, the calling one included.
  ///
  /// The best instruction set of the processor is used; LATHE_INSTRUCTIONS (scalar, avx2, avx512, neon) lowers it.
  public convenience init(threads: Int) { self.init(table: kernels_best().pointee, threads: threads) }

  /// Creates a backend on one instruction set; nil when this processor lacks it.
  package convenience init?(threads: Int, instructions: InstructionSet) {
    guard let table = kernels_at(instructions.kernelValue) else { return nil }
    self.init(table: table.pointee, threads: threads)
  }

  private init(table: kernels, threads: Int) {
    kernels = table
    self.threads = ThreadPool(threads: threads)
  }

  /// Threads that compute, the calling one included.
  public var threadCount: Int { threads.count }

  /// "cpu (avx512, 2 threads)".
  public var name: String {
    let instructions = InstructionSet.allCases.first { $0.kernelValue == kernels.instructions }
    return "cpu (\(instructions?.rawValue ?? "?"), \(threads.count) \(threads.count == 1 ? "thread" : "threads"))"
  }

  // MARK: Memory

  /// A tensor whose elements are not set yet, in memory of the backend's pool.
  public func allocate(_ shape: Shape, _ elementType: ElementType) throws(TensorError) -> Tensor {
    let bytes: Int
    if elementType == .f32, shape.count == 2, shape[0] < 1 << 24, shape[1] < 1 << 24 {
      bytes = shape[0] * shape[1] * 4
    } else if let count = elementType.byteCount(shape: Array(shape)) {
      bytes = count
    } else {
      throw TensorError(
        operation: "allocate", argument: "shape",
        expected: "rows of whole \(elementType) blocks, in all below 2^63 bytes",
        got: "\(shape)")
    }
    return Tensor(shape: shape, elementType: elementType, storage: try storage(bytes))
  }

  /// A block of the pool.
  func storage(_ bytes: Int) throws(TensorError) -> HostStorage {
    guard let pointer = pool.take(bytes) else { throw .memory("allocate", bytes: bytes) }
    return HostStorage(pointer, byteCount: bytes, from: pool, backend: self)
  }

  /// Memory for a packed weight.
  func lastingStorage(_ bytes: Int) throws(TensorError) -> HostStorage {
    guard let memory = lasting.take(bytes) else { throw .memory("prepare", bytes: bytes) }
    return HostStorage(sharing: memory.bytes, owner: memory.owner, backend: self)
  }

  /// A tensor with a copy of `bytes`.
  public func tensor(
    copying bytes: UnsafeRawBufferPointer, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor {
    let result = try allocate(shape, elementType)
    guard bytes.count == result.storage.byteCount else {
      throw TensorError(
        operation: "tensor", argument: "bytes", expected: "\(result.storage.byteCount)", got: "\(bytes.count)")
    }
    if let base = bytes.baseAddress { host(result).copyMemory(from: base, byteCount: bytes.count) }
    return result
  }

  /// A tensor over the bytes themselves; `owner` lives as long as the tensor.
  public func tensor(
    sharing bytes: UnsafeRawBufferPointer, owner: AnyObject, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor {
    guard elementType.byteCount(shape: Array(shape)) == bytes.count else {
      throw TensorError(
        operation: "tensor", argument: "bytes", expected: "those of \(shape) \(elementType)", got: "\(bytes.count)")
    }
    let storage = HostStorage(sharing: bytes, owner: owner, backend: self)
    return Tensor(shape: shape, elementType: elementType, storage: storage)
  }

  /// Gives `body` the elements where they lie: the processor's work is done when an operation returns.
  public func withBytes<Result, Failure: Error>(
    of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(UnsafeRawBufferPointer(start: host(tensor), count: tensor.byteCount))
    withExtendedLifetime(tensor) {}
    return result
  }

  // MARK: Access to memory, inside the backend only

  /// Where a tensor's elements lie.
  @inline(__always)
  func host(_ tensor: Tensor) -> UnsafeMutableRawPointer {
    assert(tensor.storage is HostStorage, "a tensor of another backend")
    return unsafeDowncast(tensor.storage, to: HostStorage.self).pointer + tensor.byteOffset
  }

  /// Where an F32 tensor's elements lie.
  @inline(__always)
  func floats(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
    host(tensor).assumingMemoryBound(to: Float.self)
  }

  /// Elementary steps (multiply-adds) in a chunk of work at least, so that it takes a microsecond or so.
  var leastCost: Int { 1 << 14 }

  /// Items per chunk where an item takes `cost` elementary steps.
  @inline(__always)
  func grain(items: Int, cost: Int) -> Int {
    let smallest = (leastCost + cost - 1) / max(1, cost)
    // Enough chunks that threads which finish early take over, not so many that taking them costs.
    let largest = items / (threads.count * 8)
    return max(1, smallest, largest)
  }
}
