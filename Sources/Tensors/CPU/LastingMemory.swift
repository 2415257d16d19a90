import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for what lives as long as a model: packed weights, one behind the other in large pages.
///
/// A decode step reads every weight once. In pages of 4 KB the processor then walks page tables all the time and its own
/// fetching ahead stops at each page's end; large pages read up to 1.4 times as fast.
final class LastingMemory: Sendable {
  /// What is asked of the system at once; what is never written costs nothing.
  static let regionBytes = 64 << 20
  private static let alignment = 64

  private struct Current: Sendable {
    var region: Region?
    var used = 0
  }
  private let current = Mutex(Current())

  /// `bytes` of memory aligned to 64, and the region that must outlive their use; nil when the system has none.
  func take(_ bytes: Int) -> (bytes: UnsafeRawBufferPointer, owner: AnyObject)? {
    guard bytes <= Int.max / 4 else { return nil }
    let room = (bytes + LastingMemory.alignment - 1) / LastingMemory.alignment * LastingMemory.alignment
    let place: (region: Region, offset: Int)? = current.withLock { state in
      if let region = state.region, room <= region.byteCount - state.used {
        state.used += room
        return (region, state.used - room)
      }
      guard let region = Region(byteCount: max(room, LastingMemory.regionBytes)) else { return nil }
      // A region that one weight fills leaves the other open.
      if room < LastingMemory.regionBytes { state = Current(region: region, used: room) }
      return (region, 0)
    }
    guard let place else { return nil }
    return (UnsafeRawBufferPointer(start: place.region.start + place.offset, count: bytes), place.region)
  }

  /// Memory straight from the system, in large pages where it has them.
  private final class Region: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int
    private let mapped: UnsafeMutableRawPointer
    private let mappedBytes: Int

    init?(byteCount: Int) {
      let largePage = 2 << 20
      self.byteCount = byteCount
      // Room to begin at a large page's border, and to end at one: the last page is then a large one, too.
      mappedBytes = (byteCount + 2 * largePage - 1) / largePage * largePage
      guard
        let mapped = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        mapped != MAP_FAILED
      else { return nil }
      self.mapped = mapped
      start = mapped.alignedUp(toMultipleOf: largePage)
      #if os(Linux)
        _ = madvise(mapped, mappedBytes, Int32(MADV_HUGEPAGE))
      #endif
    }

    deinit { munmap(mapped, mappedBytes) }
  }
}
