import Drawing
import Screens
import Sessions
import Testing

@Suite struct ReplayScreenTests {
  private func recorded() -> (live: ScriptedChat, log: SessionLog) {
    var chat = ScriptedChat(columns: 60, rows: 15)
    chat.answers = [(1...400).map { "\($0) " }, ["后来", "。"]]
    chat.ask("count")
    chat.feed(.key(KeyPress(.end)), after: 3600)
    chat.ask("then?")
    let header = SessionHeader(
      kind: "chat", model: "tiny", created: 0, terminal: TerminalSize(columns: 60, rows: 15))
    return (chat, SessionLog(path: "/s.session", header: header, events: chat.events))
  }

  private func canvas(_ screen: ReplayScreen, _ columns: Int, _ rows: Int) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    screen.view(on: &canvas)
    return canvas
  }

  private func press(_ screen: inout ReplayScreen, _ key: Key, at seconds: Double = 0) -> [Effect] {
    screen.update(TimedEvent(seconds: seconds, event: .key(KeyPress(key))))
  }

  @Test func theEndIsTheLiveChatsLastFrame() {
    let (live, log) = recorded()
    var replay = ReplayScreen(log: log)
    replay.move(to: log.events.count)
    #expect(replay.chat == live.screen)
    for (columns, rows) in [(20, 5), (60, 15), (100, 30)] {
      var frame = Canvas(size: Size(columns: columns, rows: rows))
      replay.chat.view(on: &frame)
      #expect(frame == live.canvas(columns: columns, rows: rows))
    }
  }

  @Test func seekingBackAndForthIsPlayingUpToThere() {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log)
    for target in [300, 10, 257, 256, 255, 420, 0, 1, log.events.count, 299] {
      replay.move(to: target)
      #expect(replay.position == target)
      #expect(replay.chat == ScriptedChat(continuing: Array(log.events.prefix(target))).screen || target == 0)
    }
    replay.seek(toSeconds: log.seconds)
    #expect(replay.position == log.events.count)
    replay.seek(toSeconds: -1)
    #expect(replay.position == 0)
  }

  @Test func playsInTimeWithLongPausesShortened() {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log)
    var seconds = 100.0
    var ticks = 0
    while replay.position < log.events.count, ticks < 100_000 {
      _ = replay.update(TimedEvent(seconds: seconds, event: .tick))
      seconds += replay.tickInterval ?? 1
      ticks += 1
    }
    // An hour of silence counts as two seconds.
    #expect(abs(seconds - 100 - (log.seconds - 3600 + ReplayScreen.idleLimit)) < 1)
    #expect(replay.tickInterval == nil, "the end uses no time")
    #expect(abs(replay.seconds - log.seconds) < 0.001)
  }

  @Test func pauseSpeedStepsAndTurns() {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log)
    _ = press(&replay, .character(" "))
    #expect(replay.isPaused && replay.tickInterval == nil)
    _ = replay.update(TimedEvent(seconds: 5, event: .tick))
    _ = replay.update(TimedEvent(seconds: 9, event: .tick))
    #expect(replay.position == 0)
    _ = press(&replay, .character("."))
    _ = press(&replay, .character("."))
    _ = press(&replay, .character(","))
    #expect(replay.position == 1)
    _ = press(&replay, .character("]"))
    #expect(replay.chat.turn == 1)
    let first = replay.position
    _ = press(&replay, .character("]"))
    #expect(replay.chat.turn == 2)
    _ = press(&replay, .character("["))
    #expect(replay.position == first)
    for _ in 0..<9 { _ = press(&replay, .character("+")) }
    #expect(replay.speed == 16)
    for _ in 0..<9 { _ = press(&replay, .character("-")) }
    #expect(replay.speed == 0.25)
    _ = press(&replay, .end)
    #expect(replay.position == log.events.count)
    _ = press(&replay, .left)
    #expect(replay.position < log.events.count)
    #expect(press(&replay, .character("c")) == [.resumeSession("/s.session")])
    #expect(press(&replay, .character("q")) == [.leave])
  }

  @Test(arguments: [(0, 0), (1, 1), (3, 2), (20, 5), (80, 24), (400, 120)])
  func everySizeIsDrawn(columns: Int, rows: Int) {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log)
    replay.move(to: 200)
    let frame = canvas(replay, columns, rows)
    if rows >= 24 { #expect(frame.text.contains("replay 1x  0:")) }
    _ = press(&replay, .character("?"))
    _ = canvas(replay, columns, rows)
  }

  @Test func anEmptySessionPlays() {
    let header = SessionHeader(kind: "chat", model: "m", created: 0, terminal: TerminalSize(columns: 9, rows: 9))
    var replay = ReplayScreen(log: SessionLog(path: "/e", header: header, events: []))
    for key in [Key.left, .right, .end, .home, .character("]"), .character(","), .character(" "), .character(" ")] {
      _ = press(&replay, key)
      _ = replay.update(TimedEvent(seconds: 1, event: .tick))
      _ = canvas(replay, 40, 10)
    }
    #expect(replay.position == 0 && replay.seconds == 0)
  }

  @Test func markersAreSetShownAndFound() {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log, markers: [SessionMarker(seconds: log.seconds, label: "the end 完")])
    replay.move(to: 100)
    let marker = SessionMarker(seconds: log.events[99].seconds, label: "marker 2")
    #expect(press(&replay, .character("m")) == [.markSession("/s.session", marker)])
    #expect(press(&replay, .character("m")).isEmpty, "one is enough")
    _ = press(&replay, .home)
    _ = press(&replay, .character("}"))
    #expect(replay.position == 100 && replay.isPaused)
    _ = press(&replay, .character("}"))
    #expect(replay.position == log.events.count)
    let frame = canvas(replay, 80, 24)
    #expect(frame.lines[22].count { $0 == "◆" } == 1 && frame.lines[22].hasSuffix("●"))
    #expect(frame.lines[23].contains("◆ the end 完"))
    _ = press(&replay, .character("{"))
    #expect(replay.position == 100)
  }

  @Test func digitsGoToTenthsAndPausesCanStay() {
    let (_, log) = recorded()
    var replay = ReplayScreen(log: log)
    _ = press(&replay, .character("5"))
    let middle = replay.position
    #expect(middle > 0 && middle < log.events.count)
    _ = press(&replay, .pageDown)
    #expect(replay.position > middle)
    _ = press(&replay, .character("i"))
    #expect(!replay.shortensPauses && canvas(replay, 120, 24).text.contains("pauses as recorded"))
    _ = press(&replay, .character("5"))
    // Half of the time now lies within the hour of silence before the second question.
    #expect(replay.chat.turn == 1 && abs(replay.seconds - log.seconds / 2) < 1)
    _ = press(&replay, .character("0"))
    #expect(replay.position <= 1)
  }
}
