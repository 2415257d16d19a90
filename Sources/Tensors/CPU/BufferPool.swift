import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Blocks of host memory that are used again, so that a decode step never asks the system for a large one.
final class BufferPool: Sendable {
  /// Free blocks kept at most, in bytes; what is freed beyond goes back to the system.
  static let keptBytes = 64 << 20

  private struct Free: Sendable {
    /// Addresses of free blocks, by size class.
    var addresses: [[UInt]] = []
    var bytes = 0
  }
  private let free = Mutex(Free())

  /// The class of blocks that hold `bytes` and the size of its blocks: four classes per doubling, from 64 bytes.
  static func sizeClass(_ bytes: Int) -> (index: Int, bytes: Int) {
    if bytes <= 256 {
      let quarter = max(1, (bytes + 63) / 64)
      return (quarter - 1, quarter * 64)
    }
    let exponent = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let step = 1 << (exponent - 2)
    let quarter = (bytes - 1) / step - 3
    return ((exponent - 8) * 4 + quarter + 3, (quarter + 4) * step)
  }

  /// A block of at least `bytes` aligned to 64; nil when the system has none.
  func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard bytes <= Int.max / 4 else { return nil }
    let size = BufferPool.sizeClass(bytes)
    let address: UInt? = free.withLock { state in
      guard size.index < state.addresses.count, let address = state.addresses[size.index].popLast() else { return nil }
      state.bytes -= size.bytes
      return address
    }
    if let address { return UnsafeMutableRawPointer(bitPattern: address) }
    var pointer: UnsafeMutableRawPointer?
    return posix_memalign(&pointer, 64, size.bytes) == 0 ? pointer : nil
  }

  /// Takes back a block that `take` gave for `bytes`.
  func giveBack(_ pointer: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = BufferPool.sizeClass(bytes)
    let address = UInt(bitPattern: pointer)
    let kept = free.withLock { state in
      guard state.bytes + size.bytes <= BufferPool.keptBytes else { return false }
      while state.addresses.count <= size.index { state.addresses.append([]) }
      state.addresses[size.index].append(address)
      state.bytes += size.bytes
      return true
    }
    if !kept { release(pointer) }
  }

  deinit {
    free.withLock { state in
      for address in state.addresses.joined() { release(UnsafeMutableRawPointer(bitPattern: address)) }
    }
  }
}

/// Host memory of a tensor: a block of a pool, or memory that somebody else keeps alive.
final class HostStorage: TensorStorage, @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  private let pool: BufferPool?
  private let owner: AnyObject?

  /// A block that goes back to `pool` with the last tensor over it.
  init(_ pointer: UnsafeMutableRawPointer, byteCount: Int, from pool: BufferPool, backend: any Backend) {
    self.pointer = pointer
    self.pool = pool
    owner = nil
    super.init(backend: backend, byteCount: byteCount)
  }

  /// Read-only memory that lives as long as `owner`.
  init(sharing bytes: UnsafeRawBufferPointer, owner: AnyObject, backend: any Backend) {
    // Operations write only to tensors they allocated themselves, or that `store` documents.
    // A tensor without elements may have no address; any will do.
    pointer = UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!)
    pool = nil
    self.owner = owner
    super.init(backend: backend, byteCount: bytes.count)
  }

  deinit { pool?.giveBack(pointer, byteCount) }
}

/// The C library's `free`, under a name that the pool's own list does not hide.
private func release(_ pointer: UnsafeMutableRawPointer?) { free(pointer) }
