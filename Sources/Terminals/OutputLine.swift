#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The way out to the terminal: takes whole frames and hands them on as fast as the line takes them, never waiting.
final class OutputLine {
  private let descriptor: Int32
  /// Whether the descriptor is a description of our own, which may refuse to wait.
  private let isOwn: Bool
  private var waiting: [UInt8] = []
  private var handedOn = 0
  /// Whether nobody reads any more.
  private(set) var isBroken = false

  /// - Parameter terminal: a descriptor of the terminal. Others (the shell) share its modes, so the line opens another.
  init(terminal: Int32) {
    let own = ttyname(terminal).map { open($0, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) } ?? -1
    isOwn = own >= 0
    descriptor = isOwn ? own : dup(terminal)
  }

  deinit { close(descriptor) }

  /// Where to wait until the line takes more.
  var pollDescriptor: Int32 { descriptor }

  /// Whether everything has been handed on.
  var isEmpty: Bool { handedOn == waiting.count }

  func append(_ bytes: some Sequence<UInt8>) {
    if isEmpty {
      waiting.removeAll(keepingCapacity: true)
      handedOn = 0
    }
    waiting.append(contentsOf: bytes)
  }

  /// Hands on what the line takes now.
  func drain() {
    while !isEmpty, !isBroken {
      // Without a description of our own, no more than what a line that is ready takes without waiting.
      if !isOwn, !isReady(within: 0) { return }
      let limit = isOwn ? waiting.count - handedOn : min(512, waiting.count - handedOn)
      let count = waiting.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress.map { $0 + handedOn }, limit) }
      if count > 0 {
        handedOn += count
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        return
      } else if errno != EINTR {
        isBroken = true
      }
    }
  }

  /// Hands on everything, or what a line takes that moves at all within this many milliseconds.
  func drain(patience: Int) {
    drain()
    while !isEmpty, !isBroken, isReady(within: patience) { drain() }
  }

  private func isReady(within milliseconds: Int) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&polled, 1, Int32(milliseconds)) > 0 && polled.revents & Int16(POLLOUT) != 0
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
