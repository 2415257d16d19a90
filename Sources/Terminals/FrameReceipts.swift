/// Tells when frames have arrived at the terminal, however far it is.
///
/// What a pseudo terminal takes at once may lie in the buffers of an SSH connection for minutes: its window holds
/// megabytes. So behind a frame the terminal is asked how it does (DSR 5, which every one answers), one question at a
/// time: the answer comes when all before it has been read. Times are in milliseconds of a clock that never goes back.
struct FrameReceipts {
  /// The question.
  static let question = "\u{1B}[5n"
  /// Milliseconds after which an answer is not waited for any more, nor asked for again.
  static let patience = 10_000

  /// Frames that have arrived.
  struct Receipt: Equatable {
    /// Bytes of the frame that the question followed.
    let bytes: Int
    /// How long it took, beyond what the way there and back takes by itself.
    let took: Int
  }

  /// The shortest time between a question and its answer: the way there and back. `nil` until the terminal has answered
  /// anything: what does not answer is not asked.
  private(set) var roundTrip: Int?
  private var waiting: (bytes: Int, begun: Int)?

  /// Whether an answer is on its way.
  var isWaiting: Bool { waiting != nil }

  /// The terminal has answered its first questions, after so long.
  mutating func begin(roundTrip time: Int) { roundTrip = min(roundTrip ?? time, max(0, time)) }

  /// Whether the frame that is sent now is to be followed by the question.
  mutating func asks(behind bytes: Int, at now: Int) -> Bool {
    guard roundTrip != nil, waiting == nil else { return false }
    waiting = (bytes, now)
    return true
  }

  /// The answer has come.
  mutating func answer(at now: Int) -> Receipt? {
    guard let asked = waiting, let least = roundTrip else { return nil }
    waiting = nil
    let time = now - asked.begun
    roundTrip = min(least, time)
    // No two ways take the same time.
    return Receipt(bytes: asked.bytes, took: max(0, time - least - max(20, least / 4)))
  }

  /// Whether so much is on its way that the next frame would only wait behind it.
  func isBehind(at now: Int, interval: Int) -> Bool {
    guard let asked = waiting, let least = roundTrip else { return false }
    return now - asked.begun > least + max(50, interval)
  }

  /// When an answer is given up.
  var deadline: Int? { waiting.map { $0.begun + FrameReceipts.patience } }

  /// Gives up what is overdue: this terminal does not answer after all.
  ///
  /// - Returns: whether there was something to be given up.
  mutating func giveUp(at now: Int) -> Bool {
    guard let deadline, now >= deadline else { return false }
    waiting = nil
    roundTrip = nil
    return true
  }
}
