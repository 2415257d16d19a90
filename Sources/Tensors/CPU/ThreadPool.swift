import CKernels

/// The kernels' pool of threads, owned.
final class ThreadPool: @unchecked Sendable {
  /// Work over items `begin..<end` by one thread, numbered from 0.
  typealias Work = (_ begin: Int, _ end: Int, _ thread: Int) -> Void

  private struct Box { let work: Work }

  // Without a pool (the system gave no threads) everything runs on the caller's.
  private let pool: OpaquePointer?
  /// Threads that work, the caller's included.
  let count: Int

  init(threads: Int) {
    let wanted = Int32(clamping: max(1, threads))
    let pool = wanted > 1 ? thread_pool_create(wanted) : nil
    self.pool = pool
    count = pool.map { Int(thread_pool_size($0)) } ?? 1
  }

  deinit {
    if let pool { thread_pool_destroy(pool) }
  }

  /// Runs `work` over `0..<items` in chunks of at least `grain`; on the calling thread alone when there is one chunk.
  ///
  /// A chunk costs its share of a wake-up, so `grain` is chosen to keep a thread busy for some microseconds.
  func run(_ items: Int, grain: Int, _ work: Work) {
    guard let pool, items > grain else {
      if items > 0 { work(0, items, 0) }
      return
    }
    withoutActuallyEscaping(work) { escapable in
      var box = Box(work: escapable)
      withUnsafeMutablePointer(to: &box) { pointer in
        thread_pool_run(
          pool, items, grain,
          { context, begin, end, thread in
            context!.assumingMemoryBound(to: Box.self).pointee.work(begin, end, Int(thread))
          }, pointer)
      }
    }
  }
}
