import Dispatch
import Synchronization
import Transfers

/// By which one thread makes another leave what it waits for: a server's next byte, or the time for another attempt.
final class Interruption: Sendable {
  let transfer = TransferStop()
  private let isRequestedFlag = Atomic(false)
  private let semaphore = DispatchSemaphore(value: 0)

  var isRequested: Bool { isRequestedFlag.load(ordering: .acquiring) }

  func request() {
    isRequestedFlag.store(true, ordering: .releasing)
    transfer.request()
    semaphore.signal()
  }

  /// Waits; ends at once when interrupted.
  func wait(seconds: Double) {
    guard !isRequested, seconds > 0 else { return }
    _ = semaphore.wait(timeout: .now() + seconds)
  }
}
