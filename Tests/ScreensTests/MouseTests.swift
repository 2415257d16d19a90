import Drawing
import Screens
import Sessions
import Testing

@Suite struct MouseTests {
  private func send(_ screen: inout some Screen, _ mouse: MouseInput) -> [Effect] {
    screen.update(TimedEvent(seconds: 1, event: .mouse(mouse)))
  }

  private func lines(_ screen: some Screen, _ columns: Int, _ rows: Int) -> [String] {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    screen.view(on: &canvas)
    return canvas.lines
  }

  @Test func aClickSelectsAndASecondChooses() throws {
    var home = HomeScreen(defaultModel: "tiny")
    let models = ["tiny", "large"].map { ModelListing(name: $0, path: "/\($0).gguf", bytes: 1, details: "") }
    _ = home.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 60, rows: 12))))
    _ = home.update(TimedEvent(seconds: 0, event: .models(models)))
    _ = home.update(TimedEvent(seconds: 0, event: .sessions([])))
    let row = try #require(lines(home, 60, 12).firstIndex { $0.contains("large") })
    #expect(send(&home, MouseInput(.press, x: 5, y: row)).isEmpty)
    #expect(lines(home, 60, 12)[row].hasPrefix("▸ "))
    #expect(send(&home, MouseInput(.press, x: 5, y: row)) == [.startChat(model: "large")])
    #expect(send(&home, MouseInput(.wheelUp, x: 5, y: row)).isEmpty)
    #expect(lines(home, 60, 12)[row - 1].hasPrefix("▸ "))
    #expect(send(&home, MouseInput(.press, button: .right, x: 5, y: row)).isEmpty)
    #expect(send(&home, MouseInput(.press, x: 5, y: 500)).isEmpty)
  }

  @Test func theWheelScrollsAChat() {
    var chat = ChatScreen()
    _ = chat.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 40, rows: 10))))
    for number in 1...30 {
      _ = chat.update(TimedEvent(seconds: 0, event: .notice(Notice(.information, "line \(number)"))))
    }
    #expect(lines(chat, 40, 10).contains { $0.contains("line 30") })
    for _ in 0..<5 { _ = send(&chat, MouseInput(.wheelUp, x: 0, y: 0)) }
    #expect(!lines(chat, 40, 10).contains { $0.contains("line 30") })
    for _ in 0..<20 { _ = send(&chat, MouseInput(.wheelDown, x: 0, y: 0)) }
    #expect(lines(chat, 40, 10).contains { $0.contains("line 30") })
  }

  @Test func mouseEventsAreRecordedAndReadBack() throws {
    for mouse in [
      MouseInput(.wheelUp, x: 3, y: 4), MouseInput(.drag, button: .middle, x: 0, y: 0, modifiers: [.control, .shift]),
    ] {
      let event = TimedEvent(seconds: 1.5, event: .mouse(mouse))
      #expect(try TimedEvent(json: event.json) == event)
    }
  }
}
