import CTerminal
import Drawing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What a terminal asks of the system.
extension Terminal {
  /// The value of an environment variable; empty where there is none.
  static func environment(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  /// The size as the kernel knows it.
  static func askSize() -> Size {
    var columns: Int32 = 0
    var rows: Int32 = 0
    terminal_update_size(&columns, &rows)
    return Size(columns: Int(columns), rows: Int(rows))
  }

  /// Milliseconds of a clock that never jumps.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
