#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows how far work on a file is on standard error: a bar on a terminal, a line every tenth elsewhere.
final class ProgressMeter: @unchecked Sendable {
  private let isQuiet: Bool
  private let isTerminal = ProgressMeter.isTerminal
  private let start = ContinuousClock.now
  private var firstBytes: Int64?
  private var lastTenth = -1
  private var file = ""
  private var hasBar = false
  private var lock = pthread_mutex_t()

  /// Whether somebody looks at standard error.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    pthread_mutex_init(&lock, nil)
  }

  /// Bytes of a file that are done, and bytes in all where that is known.
  struct Progress {
    var file: String
    var received: Int64
    var total: Int64?
  }

  func show(_ progress: Progress) {
    if isQuiet { return }
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    if progress.file != file {
      endBar()
      file = progress.file
      firstBytes = progress.received
      lastTenth = -1
    }
    let total = progress.total ?? 0
    let fraction = total > 0 ? min(1, Double(progress.received) / Double(total)) : 0
    if isTerminal {
      let filled = Int(fraction * 30)
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 30 - filled)
      write("\r\(printableName) [\(bar)] \(Int(fraction * 100)) %  \(amounts(progress))\u{1B}[K")
      hasBar = true
    } else if total > 0, Int(fraction * 10) > lastTenth {
      lastTenth = Int(fraction * 10)
      write("\(printableName): \(lastTenth * 10) % of \(megabytes(total))\n")
    }
  }

  func note(_ text: String) {
    if isQuiet { return }
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    endBar()
    write(text + "\n")
  }

  func finish() {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    endBar()
  }

  private var printableName: String {
    String(String.UnicodeScalarView(file.unicodeScalars.filter { $0.properties.generalCategory != .control }))
  }

  private func amounts(_ progress: Progress) -> String {
    let elapsed =
      Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
      + Double((ContinuousClock.now - start).components.seconds)
    let rate = elapsed > 0.2 ? Double(progress.received - (firstBytes ?? 0)) / elapsed : 0
    var text = megabytes(progress.received)
    if let total = progress.total { text += " of " + megabytes(total) }
    if rate > 0 {
      text += ", \(megabytes(Int64(rate)))/s"
      if let total = progress.total { text += ", \(Int(Double(total - progress.received) / rate)) s left" }
    }
    return text
  }

  private func megabytes(_ bytes: Int64) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" }

  private func endBar() {
    if hasBar { write("\n") }
    hasBar = false
  }

  private func write(_ text: String) { StandardStreams.error(text) }
}
