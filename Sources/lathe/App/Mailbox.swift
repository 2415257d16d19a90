import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Events on their way from other threads to the one that runs the screen.
///
/// Posting never blocks longer than appending to a list; the receiver takes all that is there at once.
final class Mailbox: @unchecked Sendable {
  // The condition is the system's own, as a receiver without a terminal sleeps on it; `events` is only touched under it.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var events: [Event] = []
  private let wake: @Sendable () -> Void

  /// Creates a mailbox; `wake` is called behind every post, on the poster's thread.
  init(wake: @escaping @Sendable () -> Void = {}) {
    self.wake = wake
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func post(_ event: Event) {
    pthread_mutex_lock(mutex)
    events.append(event)
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
    wake()
  }

  /// Takes what is there.
  func drain() -> [Event] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    defer { events = [] }
    return events
  }

  /// Sleeps until there is something, and takes it.
  func wait() -> [Event] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while events.isEmpty { pthread_cond_wait(condition, mutex) }
    defer { events = [] }
    return events
  }
}
