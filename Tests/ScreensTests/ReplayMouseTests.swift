import Drawing
import Screens
import Sessions
import Testing

/// The scrub bar takes the mouse, and the wheel looks back in what is played.
@Suite struct ReplayMouseTests {
  private func replay() -> ReplayScreen {
    var chat = ScriptedChat(columns: 60, rows: 20)
    chat.answers = [(1...200).map { "line \($0)\n\n" }]
    chat.ask("count")
    let header = SessionHeader(kind: "chat", model: "tiny", created: 0, terminal: TerminalSize(columns: 60, rows: 20))
    var replay = ReplayScreen(log: SessionLog(path: "/s.session", header: header, events: chat.events))
    _ = replay.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 80, rows: 24))))
    return replay
  }

  private func send(_ replay: inout ReplayScreen, _ kind: MouseInput.Kind, _ x: Int, _ y: Int) {
    _ = replay.update(TimedEvent(seconds: 1, event: .mouse(MouseInput(kind, x: x, y: y))))
  }

  private func lines(_ replay: ReplayScreen) -> [String] {
    var canvas = Canvas(size: Size(columns: 80, rows: 24))
    replay.view(on: &canvas)
    return canvas.lines
  }

  @Test func aClickOnTheScrubBarGoesThere() {
    var replay = replay()
    for x in [40, 0, 79, 20] {
      send(&replay, .press, x, 22)
      let mark = lines(replay)[22].firstIndex(of: "●").map {
        lines(replay)[22].distance(from: lines(replay)[22].startIndex, to: $0)
      }
      #expect(mark == x)
      send(&replay, .release, x, 22)
    }
    let before = replay.position
    send(&replay, .press, 60, 21)
    send(&replay, .drag, 70, 22)
    #expect(replay.position == before, "a drag that began elsewhere is none of the bar's")
    send(&replay, .press, 79, 22)
    #expect(replay.position == replay.log.events.count)
  }

  @Test func aDragTakesTheSessionAlong() {
    var replay = replay()
    send(&replay, .press, 10, 22)
    let first = replay.position
    send(&replay, .drag, 50, 3)
    #expect(replay.position > first)
    send(&replay, .drag, -5, 22)
    #expect(replay.position <= 1)
    send(&replay, .release, 0, 22)
    send(&replay, .drag, 50, 22)
    #expect(replay.position <= 1)
  }

  @Test func theWheelLooksBackAndTheSessionGoesOnAsRecorded() {
    var replay = replay()
    replay.move(to: 150)
    let recorded = replay.chat
    let followed = lines(replay)
    for _ in 0..<4 { send(&replay, .wheelUp, 10, 5) }
    #expect(lines(replay).prefix(10) != followed.prefix(10) && replay.chat == recorded)
    let looked = lines(replay)
    replay.move(to: 154)
    #expect(lines(replay).prefix(10) == looked.prefix(10), "what is looked at holds still")
    for _ in 0..<9 { send(&replay, .wheelDown, 10, 5) }
    replay.move(to: 150)
    #expect(lines(replay) == followed)
    for _ in 0..<4 { send(&replay, .wheelUp, 10, 5) }
    replay.move(to: 1)
    #expect(lines(replay)[0].isEmpty, "a place that is not there yet is forgotten")
  }
}
