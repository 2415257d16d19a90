import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension CPUBackend {
  /// Measures what this machine can do at most with this backend's instructions and threads; takes about two seconds.
  ///
  /// - Parameter effort: a factor of the time spent; below 1 the figures are rougher.
  /// - Throws: `TensorError` when memory runs out.
  public func measureLimits(effort: Double = 1) throws(TensorError) -> MachineLimits {
    try LimitMeasurement(backend: self, effort: effort).measure()
  }

  /// Measures the bandwidth of memory roughly, in about a tenth of a second: bytes per second read.
  ///
  /// - Throws: `TensorError` when memory runs out.
  public func glanceAtMemory() throws(TensorError) -> MachineLimits.Rate {
    try LimitMeasurement(backend: self, effort: 0.15).memoryAlone()
  }

  /// Measures arithmetic roughly, in less than a tenth of a second: operations per second of this backend's instruction
  /// set, of each unit that it has.
  public func glanceAtArithmetic() -> [ArithmeticUnit: MachineLimits.Rate] {
    LimitMeasurement(backend: self, effort: 0.1).peaks()
  }
}

/// Measures one limit after the other. Each is the best of repeated short runs: whatever disturbs only slows down.
private struct LimitMeasurement {
  let backend: CPUBackend
  let effort: Double

  private var kernels: kernels { backend.kernels }
  private var threads: ThreadPool { backend.threads }
  /// Pieces of work per run: as many for each thread.
  private var pieces: Int { 12 * threads.count }

  /// At least this, and four times the last cache, is read for the bandwidth of memory.
  private static let leastBytes = 256 << 20
  private static let mostBytes = 1 << 30
  /// Memory is handed out in pieces of this many bytes.
  private static let step = 1 << 20

  private static let cacheSizes = (1...3).map { Int(cache_bytes(Int32($0))) }

  func measure() throws(TensorError) -> MachineLimits {
    let cacheSizes = Self.cacheSizes
    let bytes = max(Self.leastBytes, 4 * cacheSizes[2])
    return try withMemory(bytes) { memory, bytes in
      let caches = (1...3).compactMap { level in cache(level, cacheSizes[level - 1], memory, bytes) }
      let set = InstructionSet.allCases.first { $0.kernelValue == kernels.instructions }
      return MachineLimits(
        processors: CPUBackend.availableProcessors, threads: threads.count,
        instructionSets: InstructionSet.available.map(\.rawValue), instructions: set?.rawValue ?? "?", caches: caches,
        memoryRead: memoryRead(memory, bytes), peaks: peaks(), regionSeconds: regionSeconds())
    }
  }

  /// The bandwidth of memory alone, on twice what the last cache holds.
  func memoryAlone() throws(TensorError) -> MachineLimits.Rate {
    try withMemory(max(Self.leastBytes / 2, 2 * Self.cacheSizes[2])) { memory, bytes in memoryRead(memory, bytes) }
  }

  /// Arithmetic on registers, by unit.
  func peaks() -> [ArithmeticUnit: MachineLimits.Rate] {
    var peaks: [ArithmeticUnit: MachineLimits.Rate] = [:]
    peaks[.f32] = peak(kernels.peak_f32)
    peaks[.bf16] = peak(kernels.peak_bf16)
    peaks[.int8] = peak(kernels.peak_int8)
    return peaks
  }

  /// Lends about so many bytes that have been written to.
  private func withMemory<Result>(
    _ wanted: Int, _ body: (UnsafeMutableRawPointer, Int) -> Result
  ) throws(TensorError) -> Result {
    let bytes = min(Self.mostBytes, wanted) / Self.step * Self.step
    var allocated: UnsafeMutableRawPointer?
    guard posix_memalign(&allocated, 1 << 21, bytes) == 0, let memory = allocated else {
      throw .memory("measureLimits", bytes: bytes)
    }
    defer { free(memory) }
    #if os(Linux)
      // Larger pages where the system has them: the limit is the memory's, not that of finding it.
      madvise(memory, bytes, MADV_HUGEPAGE)
    #endif
    threads.run(bytes / Self.step, grain: 1) { begin, end, _ in
      memset(memory + begin * Self.step, 1, (end - begin) * Self.step)
    }
    return body(memory, bytes)
  }

  /// The best of runs that each do `amount`, per second.
  private func best(of seconds: Double, amount: Double, _ run: () -> Void) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var shortest = Duration.seconds(1 << 30)
    repeat { shortest = min(shortest, clock.measure(run)) } while clock.now - start < .seconds(seconds * effort)
    return amount / max(1e-9, shortest / .seconds(1))
  }

  private func memoryRead(_ memory: UnsafeMutableRawPointer, _ bytes: Int) -> MachineLimits.Rate {
    let single = best(of: 0.3, amount: Double(bytes)) { _ = kernels.read_memory(memory, bytes) }
    let all = best(of: 0.3, amount: Double(bytes)) {
      threads.run(bytes / Self.step, grain: 1) { begin, end, _ in
        _ = kernels.read_memory(memory + begin * Self.step, (end - begin) * Self.step)
      }
    }
    return MachineLimits.Rate(single: single, all: max(single, all))
  }

  /// Each thread reads its own memory, half of a cache in size; half of its share of the last one, which cores share.
  private func cache(
    _ level: Int, _ size: Int, _ memory: UnsafeMutableRawPointer, _ bytes: Int
  ) -> MachineLimits.Cache? {
    guard size > 0 else { return nil }
    func read(threads count: Int) -> Double {
      let part = min(bytes / count, size / 2 / (level == 3 ? count : 1)) / 64 * 64
      let repeats = max(1, (1 << 20) / part)
      let items = count == 1 ? 1 : pieces
      return best(of: 0.05, amount: Double(items * repeats * part)) {
        let work: ThreadPool.Work = { begin, end, thread in
          for _ in 0..<(end - begin) * repeats { _ = kernels.read_memory(memory + thread * part, part) }
        }
        if count == 1 { work(0, 1, 0) } else { threads.run(items, grain: 1, work) }
      }
    }
    let single = read(threads: 1)
    let all = threads.count == 1 ? single : read(threads: threads.count)
    return MachineLimits.Cache(level: level, size: size, read: .init(single: single, all: max(single, all)))
  }

  /// Operations per second of a loop on registers; nil where the set has none.
  private func peak(_ loop: (Int) -> UInt64) -> MachineLimits.Rate? {
    let rounds = 4000
    let operations = Double(loop(rounds))
    guard operations > 0 else { return nil }
    let single = best(of: 0.1, amount: operations) { _ = loop(rounds) }
    let all = best(of: 0.1, amount: operations * Double(pieces)) {
      threads.run(pieces, grain: 1) { begin, end, _ in
        for _ in begin..<end { _ = loop(rounds) }
      }
    }
    return MachineLimits.Rate(single: single, all: max(single, all))
  }

  /// What a region takes beyond its work: pieces of about a microsecond, as many as threads take in turn, in parallel
  /// and alone.
  private func regionSeconds() -> Double {
    guard threads.count > 1 else { return 0 }
    let (regions, rounds) = (100, 40)
    let work: ThreadPool.Work = { begin, end, _ in
      for _ in begin..<end { _ = kernels.peak_f32(rounds) }
    }
    let alone = best(of: 0.1, amount: Double(regions)) { for _ in 0..<regions { work(0, pieces, 0) } }
    let shared = best(of: 0.1, amount: Double(regions)) {
      for _ in 0..<regions { threads.run(pieces, grain: 1, work) }
    }
    return max(0, 1 / shared - 1 / alone / Double(threads.count))
  }
}
