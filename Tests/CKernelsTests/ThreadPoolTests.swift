import CKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How often each item was worked on, and by which threads. Written by the threads of one job, item by item.
private final class Visits {
  let counts: UnsafeMutableBufferPointer<UInt8>
  let threads: UnsafeMutableBufferPointer<Int32>
  let grain: Int

  init(count: Int, grain: Int) {
    counts = .allocate(capacity: count)
    counts.initialize(repeating: 0)
    threads = .allocate(capacity: count)
    threads.initialize(repeating: -1)
    self.grain = grain
  }

  deinit {
    counts.deallocate()
    threads.deallocate()
  }

  func run(on pool: OpaquePointer) {
    thread_pool_run(
      pool, counts.count, grain,
      { context, begin, end, thread in
        let visits = Unmanaged<Visits>.fromOpaque(context!).takeUnretainedValue()
        for item in begin..<end {
          visits.counts[item] += begin % visits.grain == 0 ? 1 : 100
          visits.threads[item] = thread
        }
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}

@Suite("Thread pool")
struct ThreadPoolTests {
  @Test("Every item is worked on once, by a thread of the pool", arguments: [1, 2, 3, 8])
  func coverage(threads: Int) throws {
    let pool = try #require(thread_pool_create(Int32(threads)))
    defer { thread_pool_destroy(pool) }
    #expect(thread_pool_size(pool) == Int32(threads))
    var random = TestRandom(seed: UInt64(threads))
    for job in 0..<400 {
      let count = Int(random.bits() % (job % 10 == 0 ? 20_000 : 200))
      let visits = Visits(count: count, grain: 1 + Int(random.bits() % 20))
      visits.run(on: pool)
      #expect(visits.counts.allSatisfy { $0 == 1 }, "job \(job) of \(count) items")
      #expect(visits.threads.allSatisfy { $0 >= 0 && $0 < Int32(threads) })
    }
  }

  @Test("Jobs too small to share stay with the caller")
  func smallJobs() throws {
    let pool = try #require(thread_pool_create(4))
    defer { thread_pool_destroy(pool) }
    let visits = Visits(count: 15, grain: 16)
    visits.run(on: pool)
    #expect(visits.threads.allSatisfy { $0 == 0 })
    thread_pool_run(pool, 0, 1, { _, _, _, _ in Issue.record("work on no items") }, nil)
  }

  @Test("Fewer than one thread is one")
  func atLeastOne() throws {
    for threads: Int32 in [0, -3] {
      let pool = try #require(thread_pool_create(threads))
      #expect(thread_pool_size(pool) == 1)
      thread_pool_destroy(pool)
    }
    thread_pool_destroy(nil)
  }

  @Test("Pools come and go, with and without work, also at once")
  func manyPools() throws {
    for round in 0..<40 {
      let first = try #require(thread_pool_create(3))
      let second = try #require(thread_pool_create(2))
      if round % 2 == 0 {
        let visits = Visits(count: 100, grain: 1)
        visits.run(on: second)
        visits.run(on: first)
        #expect(visits.counts.allSatisfy { $0 == 2 })
      }
      thread_pool_destroy(first)
      thread_pool_destroy(second)
    }
  }

  @Test("Callers from several threads take turns")
  func severalCallers() throws {
    let pool = try #require(thread_pool_create(3))
    defer { thread_pool_destroy(pool) }
    var callers: [pthread_t] = []
    for _ in 0..<4 {
      #if canImport(Darwin)
        var caller: pthread_t?
      #else
        var caller = pthread_t()
      #endif
      let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        for _ in 0..<200 {
          let visits = Visits(count: 150, grain: 4)
          visits.run(on: OpaquePointer(argument!))
          if !visits.counts.allSatisfy({ $0 == 1 }) { return argument }
        }
        return nil
      }
      #if canImport(Darwin)
        try #require(pthread_create(&caller, nil, { body($0) }, UnsafeMutableRawPointer(pool)) == 0)
        callers.append(caller!)
      #else
        try #require(pthread_create(&caller, nil, body, UnsafeMutableRawPointer(pool)) == 0)
        callers.append(caller)
      #endif
    }
    for caller in callers {
      var failed: UnsafeMutableRawPointer?
      pthread_join(caller, &failed)
      #expect(failed == nil)
    }
  }

  @Test("More threads than processors: every chunk runs once, whoever gives way", arguments: [2, 3, 7])
  func crowded(factor: Int) throws {
    let threads = Int32(factor) * available_processors()
    let pool = try #require(thread_pool_create(threads))
    defer { thread_pool_destroy(pool) }
    for job in 0..<150 {
      let visits = Visits(count: 64 + job, grain: 1)
      visits.run(on: pool)
      #expect(visits.counts.allSatisfy { $0 == 1 }, "job \(job)")
      #expect(visits.threads.allSatisfy { $0 >= 0 && $0 < threads })
    }
  }

  @Test("Work may run a job of its own on another pool, also an empty one")
  func jobsWithinJobs() throws {
    final class Pools {
      let inner: OpaquePointer
      let counts = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 40 * 30)
      init(_ inner: OpaquePointer) {
        self.inner = inner
        counts.initialize(repeating: 0)
      }
      deinit { counts.deallocate() }
    }
    let outer = try #require(thread_pool_create(3))
    let inner = try #require(thread_pool_create(2))
    defer {
      thread_pool_destroy(outer)
      thread_pool_destroy(inner)
    }
    let pools = Pools(inner)
    thread_pool_run(
      outer, 40, 1,
      { context, begin, end, _ in
        let pools = Unmanaged<Pools>.fromOpaque(context!).takeUnretainedValue()
        for item in begin..<end {
          thread_pool_run(pools.inner, 0, 1, { _, _, _, _ in Issue.record("work on no items") }, nil)
          thread_pool_run(
            pools.inner, 30, 1,
            { row, begin, end, _ in
              for item in begin..<end { row!.assumingMemoryBound(to: Int32.self)[item] += 1 }
            }, pools.counts.baseAddress! + 30 * item)
        }
      }, Unmanaged.passUnretained(pools).toOpaque())
    #expect(pools.counts.allSatisfy { $0 == 1 })
  }

  @Test("What a chunk wrote is seen by the caller and by the next job")
  func jobsFollowEachOther() throws {
    let pool = try #require(thread_pool_create(4))
    defer { thread_pool_destroy(pool) }
    let numbers = UnsafeMutableBufferPointer<Int>.allocate(capacity: 256)
    numbers.initialize(repeating: 0)
    defer { numbers.deallocate() }
    for round in 0..<300 {
      // Each item is written from another one's place, so that threads read what others wrote.
      thread_pool_run(
        pool, 128, 1,
        { context, begin, end, _ in
          let numbers = context!.assumingMemoryBound(to: Int.self)
          for item in begin..<end { numbers[128 + item] = numbers[127 - item] + 1 }
        }, numbers.baseAddress)
      for item in 0..<128 { numbers[item] = numbers[128 + item] }
      #expect(numbers[0] == round + 1 && numbers[127] == round + 1)
    }
  }

  #if !canImport(Darwin)  // which has no clocks of threads
    @Test("A pool without work uses no processor time")
    func idle() throws {
      let pool = try #require(thread_pool_create(4))
      defer { thread_pool_destroy(pool) }
      let clocks = UnsafeMutableBufferPointer<clockid_t>.allocate(capacity: 4)
      clocks.initialize(repeating: 0)
      defer { clocks.deallocate() }
      // The clocks of the workers, each noted by its own thread; other tests run in this process.
      for _ in 0..<2000 where clocks.dropFirst().contains(0) {
        thread_pool_run(
          pool, 64, 1,
          { context, _, _, thread in
            var clock = clockid_t()
            guard pthread_getcpuclockid(pthread_self(), &clock) == 0 else { return }
            context!.assumingMemoryBound(to: clockid_t.self)[Int(thread)] = clock
            usleep(20)
          }, clocks.baseAddress)
      }
      // A busy machine may take a while to let the workers reach their sleep.
      var before = clocks.dropFirst().map(Self.nanoseconds)
      #expect(before.contains { $0 > 0 }, "no worker ever ran")
      var isIdle = false
      for _ in 0..<50 where !isIdle {
        usleep(200_000)
        let after = clocks.dropFirst().map(Self.nanoseconds)
        isIdle = after == before
        before = after
      }
      #expect(isIdle)
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int {
      guard clock != 0 else { return 0 }
      var time = timespec()
      clock_gettime(clock, &time)
      return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
  #endif
}
