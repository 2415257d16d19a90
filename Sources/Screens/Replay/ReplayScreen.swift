public import Drawing
public import Sessions

/// Plays a recorded session in the screen it was recorded in.
///
/// The recorded events enter the chat by the same door as live ones; what it asks for is not done, as the answers to
/// that are recorded too. Going back starts from a copy kept on the way.
public struct ReplayScreen: Screen {
  /// What keys do while a session plays.
  public enum Action: String, Hashable, Sendable {
    case pause, back, forward, eventBack, eventForward, turnBack, turnForward, start, end, slower, faster
    case resume, help, repaint, suspend, leave, quit
  }

  /// Longest pause between two events, in seconds at normal speed.
  public static let idleLimit = 2.0
  /// The speeds that can be chosen.
  public static let speeds = [0.25, 0.5, 1, 2, 4, 8, 16]
  /// Events between two kept copies.
  private static let copyInterval = 256

  /// The roles' styles.
  public var theme = Theme.dark { didSet { chat.theme = theme } }
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  /// The session.
  public let log: SessionLog
  /// The chat after the events so far.
  public private(set) var chat = ChatScreen()
  /// Events played so far.
  public private(set) var position = 0
  /// Whether it stands still.
  public private(set) var isPaused = false
  /// How fast it plays.
  public var speed: Double { ReplayScreen.speeds[speedIndex] }

  private var speedIndex = 2
  /// When each event comes, in seconds of playing at normal speed: recorded times with long pauses shortened.
  private let times: [Double]
  /// Seconds played, on the same scale.
  private var played = 0.0
  /// Seconds of the latest tick of the program's clock.
  private var ticked: Double?
  private var copies: [Int: ChatScreen] = [:]
  private var helpRow: Int?

  static let table = KeyTable<Action>([
    .init(.pause, [KeyPress(.character(" "))], "pause and go on"),
    .init(.back, [KeyPress(.left)], "5 seconds back"),
    .init(.forward, [KeyPress(.right)], "5 seconds on"),
    .init(.eventBack, [KeyPress(.character(","))], "one event back"),
    .init(.eventForward, [KeyPress(.character("."))], "one event on"),
    .init(.turnBack, [KeyPress(.character("["))], "to the question before"),
    .init(.turnForward, [KeyPress(.character("]"))], "to the next question"),
    .init(.start, [KeyPress(.home)], "to the start"),
    .init(.end, [KeyPress(.end)], "to the end"),
    .init(.slower, [KeyPress(.character("-"))], "half the speed"),
    .init(.faster, [KeyPress(.character("+")), KeyPress(.character("="))], "twice the speed"),
    .init(.resume, [KeyPress(.character("c"))], "continue the session as a chat"),
    .init(.help, [KeyPress(.character("?")), KeyPress(.function(1))], "this help"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
    .init(.leave, [KeyPress(.character("q")), KeyPress(.escape)], "leave"),
    .init(.quit, [KeyPress(.character("c"), .control), KeyPress(.character("d"), .control)], "quit"),
  ])

  /// The keys of the screen, for its help.
  public static var keys: [KeyHelp] { table.help }

  /// The actions that keys have here.
  public static let keyMap = table.map(named: "replay")
  /// The same, of this screen.
  public var keyMap: KeyMap { ReplayScreen.keyMap }

  /// Prepares a session to be played from its start.
  public init(log: SessionLog) {
    self.log = log
    var times: [Double] = []
    times.reserveCapacity(log.events.count)
    var before = 0.0
    for event in log.events {
      times.append((times.last ?? 0) + min(ReplayScreen.idleLimit, event.seconds - before))
      before = event.seconds
    }
    self.times = times
    _ = chat.update(TimedEvent(seconds: 0, event: .resized(log.header.terminal)))
    copies[0] = chat
  }

  /// Thirty frames a second while it plays.
  public var tickInterval: Double? { isPaused || position == log.events.count ? nil : 1.0 / 30 }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return handle(press)
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
    if target < position, let start = copies.keys.filter({ $0 <= target }).max(), let copy = copies[start] {
      chat = copy
      position = start
    }
    while position < target {
      _ = chat.update(log.events[position])
      position += 1
      if position % ReplayScreen.copyInterval == 0 { copies[position] = chat }
    }
    chat.theme = theme
    played = position == 0 ? 0 : times[position - 1]
  }

  private mutating func play(for seconds: Double) {
    let target = min(played + max(0, seconds) * speed, times.last ?? 0)
    move(to: count(atPlayed: target))
    played = max(played, target)
  }

  /// Number of events at or before a time on the scale of playing.
  private func count(atPlayed seconds: Double) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func handle(_ press: KeyPress) -> [Effect] {
    if helpRow != nil {
      helpRow = nil
      return []
    }
    guard let action = ReplayScreen.table.action(for: press) else { return [] }
    switch action {
    case .pause:
      if position == log.events.count, !isPaused { move(to: 0) } else { isPaused.toggle() }
    case .back: skip(by: -5)
    case .forward: skip(by: 5)
    case .eventBack: step(to: position - 1)
    case .eventForward: step(to: position + 1)
    case .turnBack: step(to: questions.last { $0 < position } ?? 0)
    case .turnForward: step(to: questions.first { $0 > position } ?? log.events.count)
    case .start: move(to: 0)
    case .end: move(to: log.events.count)
    case .slower: speedIndex = max(0, speedIndex - 1)
    case .faster: speedIndex = min(ReplayScreen.speeds.count - 1, speedIndex + 1)
    case .help: helpRow = 0
    case .resume: return [.resumeSession(log.path)]
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .leave: return [.leave]
    case .quit: return [.quit]
    }
    ticked = nil
    return []
  }

  /// Who steps wants to look, so the session stands still from then on.
  private mutating func step(to target: Int) {
    isPaused = true
    move(to: target)
  }

  private mutating func skip(by seconds: Double) {
    let target = max(0, min(played + seconds, times.last ?? 0))
    move(to: count(atPlayed: target))
    played = target
  }

  /// Positions right behind each question.
  private var questions: [Int] {
    log.events.indices.filter { if case .asked = log.events[$0].event { true } else { false } }.map { $0 + 1 }
  }

  /// Seconds of the session that are shown, as recorded.
  public var seconds: Double {
    guard position > 0 else { return min(played, log.events.first?.seconds ?? 0) }
    let sinceEvent = max(0, played - times[position - 1])
    let next = position < log.events.count ? log.events[position].seconds : log.seconds
    return min(log.events[position - 1].seconds + sinceEvent, next)
  }

  /// Draws the whole screen, at any size.
  public func view(on canvas: inout Canvas) {
    let (screen, bar) = canvas.bounds.splitBottom(canvas.size.rows >= 3 ? 1 : 0)
    var inner = Canvas(size: screen.size)
    chat.view(on: &inner)
    canvas.draw(inner, at: screen.origin)
    canvas.cursor = inner.cursor
    drawBar(in: bar, on: &canvas)
    guard helpRow != nil else { return }
    KeyHelpOverlay(keys: bindings.help(ReplayScreen.keys, in: keyMap), first: 0, theme: theme).draw(on: &canvas)
  }

  private func drawBar(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let isAtEnd = position == log.events.count
    let state = isPaused ? "paused" : isAtEnd ? "end" : "replay"
    let speedText = speed < 1 ? (speed == 0.5 ? "0.5x" : "0.25x") : "\(Int(speed))x"
    let left =
      " \(state) \(speedText)  \(ProgressText.clock(seconds)) / \(ProgressText.clock(log.seconds))"
      + "  event \(position)/\(log.events.count) "
    let right = " space ←→ , . [ ] - +  ? help  q leave "
    let x = canvas.write(left, at: area.origin, style: theme[.accent], in: area)
    let hasRoom = area.columns >= x + TextWidth.columns(of: right) + 10
    let scrub = area.columns - x - (hasRoom ? TextWidth.columns(of: right) : 1)
    if scrub >= 5 {
      let fraction = (times.last ?? 0) > 0 ? played / (times.last ?? 1) : 1
      let done = max(0, min(scrub, Int((fraction * Double(scrub)).rounded())))
      canvas.write(String(repeating: "━", count: done), at: Point(x: x, y: area.y), style: theme[.progressDone])
      canvas.write(
        String(repeating: "─", count: scrub - done), at: Point(x: x + done, y: area.y), style: theme[.progressRest])
    }
    if hasRoom { canvas.write(right, at: Point(x: x + scrub, y: area.y), style: theme[.muted], in: area) }
  }
}
