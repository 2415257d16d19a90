import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C and its like as something that long work looks at, so that it ends where it leaves nothing half done.
enum Interrupts {
  /// The signal that came; 0 for none.
  private static let latest = Atomic<Int32>(0)

  /// The work was ended by a signal.
  struct Interruption: Error {
    let signal: Int32
    /// What shells say of a program that a signal has ended.
    var exitStatus: Int32 { 128 + signal }
  }

  /// From here on signals are noted in place of ending the program. What is ignored from the start (nohup) stays so.
  static func note() {
    // Made here, so that the handler only stores.
    latest.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var before = sigaction()
      guard sigaction(number, nil, &before) == 0 else { continue }
      if unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        continue
      }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interrupts.latest.store($0, ordering: .relaxed) }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
  }

  /// - Throws: when one has come.
  static func check() throws(Interruption) {
    let number = latest.load(ordering: .relaxed)
    if number != 0 { throw Interruption(signal: number) }
  }
}
