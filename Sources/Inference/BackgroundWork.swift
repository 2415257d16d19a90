import Dispatch
import Synchronization

/// Work on another thread, begun at once, whose result the caller waits for later.
final class BackgroundWork<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// Begins the work.
  init(_ work: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      let outcome = Result { try work() }
      result.withLock { $0 = outcome }
      done.signal()
    }
  }

  /// Waits for the end of the work; to be called once.
  func value() throws -> Value {
    done.wait()
    return try result.withLock { $0! }.get()
  }
}
