/// How fast frames may follow each other and how many colours they may have, by how fast the line takes them.
///
/// A line is slow when frames take longer to be accepted than the time between two: after a few such frames in a row the
/// pace steps down, to fewer frames and fewer colours (which need fewer bytes); after a while of quick ones it steps up
/// again. Times are in milliseconds of any clock that never goes back.
struct LinePace {
  /// Steps from the full pace down: by how much the time between frames grows, and the most colours.
  private static let steps: [(factor: Int, colors: Int)] = [(1, .max), (2, 256), (4, 16), (8, 16)]
  /// Slow frames in a row that make a step down.
  private static let patience = 3
  /// Quick frames in a row, and milliseconds since the last step, that make a step up.
  private static let recovery = (frames: 20, time: 5000)

  /// Milliseconds between two frames at full pace.
  let interval: Int
  /// Most bytes a second; `nil` is as many as the line takes.
  let byteCap: Int?
  /// Steps down from the full pace, from 0.
  private(set) var step = 0
  private var slow = 0
  private var quick = 0
  private var steppedAt = 0
  private var nextFrame = 0

  init(framesPerSecond: Int, byteCap: Int? = nil) {
    interval = max(1, 1000 / max(1, framesPerSecond))
    self.byteCap = byteCap
  }

  /// Most colours a frame may have now.
  var colors: Int { LinePace.steps[step].colors }

  /// Milliseconds between two frames now.
  var currentInterval: Int { interval * LinePace.steps[step].factor }

  /// Milliseconds until the next frame may begin.
  func delay(at now: Int) -> Int { max(0, nextFrame - now) }

  /// The same for a frame that shows what a key did: people feel that delay, so on a quick line it does not wait its turn.
  func echoDelay(at now: Int) -> Int { step == 0 && byteCap == nil ? 0 : delay(at: now) }

  /// A frame has been accepted whole, and nobody tells when it arrives.
  ///
  /// - Parameters:
  ///   - bytes: its length.
  ///   - begun: when its first byte was offered to the line.
  ///   - now: when its last byte was taken.
  mutating func frameSent(bytes: Int, begun: Int, now: Int) {
    frameAccepted(bytes: bytes, begun: begun)
    frameArrived(bytes: bytes, took: now - begun, now: now)
  }

  /// A frame has been accepted whole: the next one has its time.
  mutating func frameAccepted(bytes: Int, begun: Int) {
    nextFrame = begun + max(currentInterval, timeUnderCap(bytes))
  }

  private func timeUnderCap(_ bytes: Int) -> Int { byteCap.map { bytes * 1000 / max(1, $0) } ?? 0 }

  /// A frame has arrived.
  ///
  /// - Parameter took: how long the line was busy with it.
  mutating func frameArrived(bytes: Int, took time: Int, now: Int) {
    let took = max(time, timeUnderCap(bytes))
    if took > currentInterval {
      quick = 0
      slow += 1
    } else {
      slow = 0
      quick = took * 4 <= currentInterval ? quick + 1 : 0
    }
    if slow >= LinePace.patience, step < LinePace.steps.count - 1 {
      change(to: step + 1, at: now)
    } else if quick >= LinePace.recovery.frames, step > 0, now - steppedAt >= LinePace.recovery.time {
      change(to: step - 1, at: now)
    }
  }

  private mutating func change(to new: Int, at now: Int) {
    step = new
    slow = 0
    quick = 0
    steppedAt = now
  }
}

/// Bytes and frames of the last seconds.
struct TrafficMeter {
  private static let window = 2000
  private var entries: [(time: Int, bytes: Int)] = []
  private(set) var totalBytes = 0
  private(set) var totalFrames = 0

  mutating func add(bytes: Int, at now: Int) {
    totalBytes += bytes
    totalFrames += 1
    entries.append((now, bytes))
    entries.removeAll { $0.time <= now - TrafficMeter.window }
  }

  /// Bytes and frames a second, over the last two seconds.
  func rates(at now: Int) -> (bytes: Int, frames: Double) {
    let recent = entries.filter { $0.time > now - TrafficMeter.window }
    return (
      recent.reduce(0) { $0 + $1.bytes } * 1000 / TrafficMeter.window,
      Double(recent.count) * 1000 / Double(TrafficMeter.window)
    )
  }
}
