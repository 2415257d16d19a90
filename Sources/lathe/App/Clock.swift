#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Seconds that never go back, from a start of one's choice.
struct Clock {
  private let start: Double
  private let offset: Double

  /// Starts at `offset` seconds.
  init(at offset: Double = 0) {
    start = Clock.monotonic()
    self.offset = offset
  }

  var seconds: Double { Clock.monotonic() - start + offset }

  /// Seconds since 1970.
  static func now() -> Double { read(CLOCK_REALTIME) }

  private static func monotonic() -> Double { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
