public import Drawing
public import Sessions

/// Plays a recorded session in the screen it was recorded in.
///
/// The recorded events enter the chat by the same door as live ones; what it asks for is not done, as the answers to
/// that are recorded too. Seeking starts from a copy of the chat kept every few hundred events.
public struct ReplayScreen: Screen {
  /// Longest pause between two events, in seconds at normal speed, while pauses are shortened.
  public static let idleLimit = 2.0
  /// The speeds that can be chosen.
  public static let speeds = [0.25, 0.5, 1, 2, 4, 8, 16]
  /// Events between two kept copies.
  private static let copyInterval = 512

  /// The roles' styles.
  public var theme = Theme.dark { didSet { chat.theme = theme } }
  /// What the terminal can show.
  public var display = Display() { didSet { chat.display = display } }
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  /// The session.
  public let log: SessionLog
  /// Marked places, in order of time.
  public internal(set) var markers: [SessionMarker]
  /// The chat after the events so far.
  public private(set) var chat = ChatScreen()
  /// Events played so far.
  public private(set) var position = 0
  /// Whether it stands still.
  public internal(set) var isPaused = false
  /// How fast it plays.
  public var speed: Double { ReplayScreen.speeds[speedIndex] }
  /// Whether long pauses are shortened.
  public internal(set) var shortensPauses = true { didSet { measure() } }

  var size = Size(columns: 80, rows: 24)
  /// Whether the scrub bar is held.
  var isScrubbing = false
  /// The part of the transcript that the reader has scrolled to; `nil` shows what was shown then.
  var looked: TranscriptAnchor?
  var speedIndex = 2
  var helpRow: Int?
  var notice: Notice?
  /// Seconds of the latest tick of the program's clock.
  var ticked: Double?
  /// When each event comes, in seconds of playing at normal speed.
  private var times: [Double] = []
  /// Seconds played, on the same scale.
  private(set) var played = 0.0
  /// Positions right behind each question.
  let questions: [Int]
  /// The chat after each `copyInterval` events.
  private var copies: [ChatScreen] = []

  /// The actions that keys have here.
  public static let keyMap = table.map(named: "replay")
  /// The table that applies now.
  public var keyMaps: [KeyMap] { helpRow == nil ? [ReplayScreen.keyMap] : [] }

  /// Prepares a session to be played from its start.
  public init(log: SessionLog, markers: [SessionMarker] = [], shelf: ImageShelf = ImageShelf()) {
    self.log = log
    self.markers = markers
    questions = log.events.indices.filter { log.events[$0].event.isQuestion }.map { $0 + 1 }
    measure()
    chat.shelf = shelf
    _ = chat.update(TimedEvent(seconds: 0, event: .resized(log.header.terminal)))
    // Once through all of it: from then on any place is near a copy.
    let start = chat
    for (index, event) in log.events.enumerated() {
      if index % ReplayScreen.copyInterval == 0 { copies.append(chat) }
      _ = chat.update(event)
    }
    chat = start
  }

  /// Thirty frames a second while it plays.
  public var tickInterval: Double? { isPaused || position == log.events.count ? nil : 1.0 / 30 }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return handle(press)
    case .mouse(let mouse): handle(mouse)
    case .resized(let newSize): size = Size(newSize)
    case .notice(let newNotice): notice = newNotice
    case .tick:
      // The first tick after a pause tells the time to count from.
      if let ticked, !isPaused { play(for: event.seconds - ticked) }
      ticked = isPaused ? nil : event.seconds
    default: break
    }
    return []
  }

  /// Goes to the state after all events up to a time of the session, in recorded seconds.
  public mutating func seek(toSeconds seconds: Double) { move(to: log.count(at: seconds)) }

  /// Goes to the state after this many events.
  public mutating func move(to target: Int) {
    let target = max(0, min(target, log.events.count))
    let copy = target / ReplayScreen.copyInterval
    if copies.indices.contains(copy), target < position || copy * ReplayScreen.copyInterval > position {
      chat = copies[copy]
      position = copy * ReplayScreen.copyInterval
    }
    while position < target {
      _ = chat.update(log.events[position])
      position += 1
    }
    chat.theme = theme
    // Entries are counted anew where the chat is another one.
    if let place = looked, place.entry >= chat.entries.count { looked = nil }
    chat.display = display
    played = position == 0 ? 0 : times[position - 1]
  }

  /// Sets the speed to the nearest of those that can be chosen.
  public mutating func setSpeed(_ speed: Double) {
    let nearest = ReplayScreen.speeds.indices.min {
      abs(ReplayScreen.speeds[$0] - speed) < abs(ReplayScreen.speeds[$1] - speed)
    }
    speedIndex = nearest ?? speedIndex
  }

  /// Works out when each event comes: as recorded, or with long pauses shortened.
  private mutating func measure() {
    let limit = shortensPauses ? ReplayScreen.idleLimit : .infinity
    var (time, before) = (0.0, 0.0)
    times = log.events.map { event in
      time += min(limit, event.seconds - before)
      before = event.seconds
      return time
    }
    played = position == 0 ? 0 : times[position - 1]
  }

  private mutating func play(for seconds: Double) {
    let target = min(played + max(0, seconds) * speed, length)
    move(to: count(atPlayed: target))
    played = max(played, target)
  }

  /// Goes to a moment of playing, in seconds at normal speed.
  mutating func seek(toPlayed seconds: Double) {
    let target = max(0, min(seconds, length))
    move(to: count(atPlayed: target))
    played = target
  }

  /// Number of events at or before a time on the scale of playing.
  func count(atPlayed seconds: Double) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Seconds that the whole takes at normal speed.
  var length: Double { times.last ?? 0 }

  /// When the state behind so many events is reached, on the scale of playing.
  func playedTime(at position: Int) -> Double { position == 0 ? 0 : times[min(position, times.count) - 1] }

  /// Seconds of the session that are shown, as recorded.
  public var seconds: Double {
    guard position > 0 else { return min(played, log.events.first?.seconds ?? 0) }
    let sinceEvent = max(0, played - times[position - 1])
    let next = position < log.events.count ? log.events[position].seconds : log.seconds
    return min(log.events[position - 1].seconds + sinceEvent, next)
  }
}

extension Event {
  fileprivate var isQuestion: Bool { if case .asked = self { true } else { false } }
}
