import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What this program has in RAM.
enum ResidentMemory {
  /// Bytes; `nil` where the system does not tell.
  @Sendable static func bytes() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let text = line.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }
}

/// Looks at the memory while an engine works, seldom enough to cost nothing.
struct MemoryWatch {
  private let read: @Sendable () -> Int?
  private var looked = -Double.infinity
  private var told = 0
  /// Seconds between two looks while tokens come.
  private static let interval = 2.0

  /// Watches with this reading.
  init(_ read: @escaping @Sendable () -> Int?) { self.read = read }

  /// The bytes behind an event, when it is time to look and they are other ones, to the megabyte.
  mutating func bytes(behind event: Event, at seconds: Double) -> Int? {
    switch event {
    case .modelReady, .answerStarted, .answerFinished: break
    case .token, .prefillProgress: if seconds - looked < MemoryWatch.interval { return nil }
    default: return nil
    }
    looked = seconds
    guard let bytes = read(), bytes / 1_000_000 != told / 1_000_000 else { return nil }
    told = bytes
    return bytes
  }
}
