import Drawing
import Screens
import Sessions
import Testing

/// Panes beside the transcript, on screens that are wide enough.
@Suite struct PaneTests {
  private let columns = 120
  private let rows = 30
  private func key(_ character: Character, _ modifiers: KeyPress.Modifiers = []) -> KeyPress {
    KeyPress(.character(character), modifiers)
  }

  /// Two turns and a second answer to the last question.
  private func chat(columns: Int = 120) -> ScriptedChat {
    var chat = ScriptedChat(columns: columns, rows: rows)
    chat.answers = [["a1"], ["a2"]]
    chat.ask("q1")
    chat.ask("q2")
    chat.answers = [["a1"], ["b2"]]
    chat.press(KeyPress(.tab), key("r"))
    return chat
  }

  private func lines(_ chat: ScriptedChat) -> [String] { chat.canvas(columns: columns, rows: rows).lines }
  private func text(_ chat: ScriptedChat) -> String { chat.canvas(columns: columns, rows: rows).text }
  private func line(_ chat: ScriptedChat) -> Int? {
    lines(chat)[3].firstIndex(of: "│")?.utf16Offset(in: lines(chat)[3])
  }
  private func mouse(_ kind: MouseInput.Kind, _ x: Int, _ y: Int) -> Event { .mouse(MouseInput(kind, x: x, y: y)) }

  private func check(_ chat: ScriptedChat) {
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen, "the log replays to the same state")
  }

  @Test func aPaneIsShownHiddenAndRemembered() {
    var chat = chat()
    let before = chat.canvas(columns: columns, rows: rows)
    #expect(line(chat) == nil)
    chat.press(KeyPress(.function(8)))
    #expect(line(chat) == 74, "62 of 100 columns")
    #expect(lines(chat)[0].contains("[tree]") && lines(chat)[0].contains("about"))
    #expect(text(chat).contains("● a1") && text(chat).contains("*└ ● b2"))
    #expect(chat.effects.last == .keepLayout(PaneLayout(pane: "tree", isOpen: true, fractions: [[0.62, 0.38]])))
    chat.type("still here")
    #expect(text(chat).contains("❯ still here"), "keys go on into the question")
    chat.press(key("u", .control), KeyPress(.function(8)))
    #expect(chat.canvas(columns: columns, rows: rows) == before)
    check(chat)
  }

  @Test func aNarrowScreenSaysSoAndStaysAsItIs() {
    var chat = chat(columns: 80)
    let before = chat.canvas()
    chat.press(KeyPress(.function(8)))
    #expect(chat.canvas().text.contains("panes need 100 columns, this terminal has 80"))
    #expect(!chat.effects.contains { if case .keepLayout = $0 { true } else { false } })
    chat.press(KeyPress(.escape))
    #expect(chat.canvas() == before)
    chat.feed(.arranged(PaneLayout(pane: "sampling", isOpen: true, fractions: [[0.5, 0.5]])))
    #expect(chat.canvas() == before, "what is remembered waits for a wider screen")
    chat.ask("/tree")
    #expect(chat.canvas().text.contains("branches"), "over the transcript, as ever")
  }

  @Test func keysGoToThePaneAndBack() {
    var chat = chat()
    chat.press(KeyPress(.function(9)))
    #expect(chat.canvas(columns: columns, rows: rows).cursor == nil && text(chat).contains("show its branch"))
    chat.press(KeyPress(.up), KeyPress(.enter))
    #expect(chat.screen.messages.last?.content == "a2", "the branch before is shown")
    #expect(text(chat).contains("‹ 1 of 2 ›") && chat.canvas(columns: columns, rows: rows).cursor != nil)
    chat.press(key("o", .alt))
    chat.press(key("o", .alt))
    chat.type("x")
    #expect(text(chat).contains("❯ x"))
    check(chat)
  }

  @Test func tabsChooseWhatIsShown() {
    var chat = chat()
    chat.press(KeyPress(.function(8)), key("n", .alt))
    #expect(lines(chat)[0].contains("[tokens]") && text(chat).contains("token 1/1  “b2”  id 0"))
    chat.press(KeyPress(.pageDown, .control))
    #expect(lines(chat)[0].contains("[sampling]") && text(chat).contains("repetition-penalty"))
    chat.press(key("n", .alt))
    #expect(lines(chat)[0].contains("[about]"))
    chat.feed(.sessionNamed("2026-01-31 first"))
    chat.feed(.memoryUsed(312_400_000))
    for fact in [
      "tiny", "llama, 1.0 k parameters, Q4_1", "312 MB resident", "2026-01-31 first", "2 of 2", "41 of 2048",
    ] {
      #expect(text(chat).contains(fact), "\(fact)")
    }
    chat.press(key("p", .alt))
    #expect(lines(chat)[0].contains("[sampling]"))
    chat.press(KeyPress(.function(9)), KeyPress(.down), key("5"), KeyPress(.enter))
    #expect(chat.screen.opening?.settings.topK == 5)
    check(chat)
  }

  @Test func askingForAPanelShowsItInThePane() {
    var chat = chat()
    chat.press(KeyPress(.function(8)), KeyPress(.function(5)))
    #expect(lines(chat)[0].contains("[sampling]") && text(chat).contains("● b2"), "the transcript stays in sight")
    chat.press(KeyPress(.escape), KeyPress(.tab), key("i"))
    #expect(lines(chat)[0].contains("[tokens]") && text(chat).contains("alternative"))
    chat.press(KeyPress(.function(8)))
    #expect(line(chat) == nil && chat.canvas(columns: columns, rows: rows).cursor != nil)
  }

  @Test func theLineIsDraggedAndMovedByKeys() throws {
    var chat = chat()
    chat.press(KeyPress(.function(8)))
    let count = chat.effects.count
    chat.feed(mouse(.press, 74, 5))
    chat.feed(mouse(.drag, 60, 9))
    chat.feed(mouse(.drag, 50, 9))
    #expect(chat.effects.count == count, "nothing is kept before the button is let go")
    chat.feed(mouse(.release, 50, 9))
    #expect(line(chat) == 50)
    guard case .keepLayout(let kept)? = chat.effects.last else {
      Issue.record("not kept: \(chat.effects)")
      return
    }
    #expect(kept.isOpen && abs(kept.fractions[0][0] - 50.0 / 119) < 0.001)
    chat.press(key("+", .alt))
    #expect(line(chat) == 52, "the transcript has the keys")
    chat.press(KeyPress(.function(9)), key("=", .alt), key("=", .alt), key("-", .alt))
    #expect(line(chat) == 50)
    check(chat)

    var other = self.chat()
    other.feed(.arranged(kept))
    #expect(line(other) == 50, "as remembered")
  }

  @Test func aPaneIsZoomed() {
    var chat = chat()
    chat.press(KeyPress(.function(9)), key("z", .alt))
    #expect(lines(chat)[0].hasPrefix(" [tree]") && line(chat) == nil)
    chat.press(KeyPress(.escape))
    #expect(lines(chat)[0] == "❯ q1" && text(chat).contains("zoomed"), "the pane that has the keys is the large one")
    chat.press(key("z", .alt))
    #expect(line(chat) == 74)
    chat.press(KeyPress(.function(9)), key("z", .alt), KeyPress(.function(8)))
    #expect(lines(chat)[0] == "❯ q1" && !text(chat).contains("zoomed"))
    check(chat)
  }

  @Test func clicksChooseTabsRowsAndPanes() throws {
    var chat = chat()
    chat.press(KeyPress(.function(8)))
    let tab = try #require(lines(chat)[0].firstRange(of: "sampling")?.lowerBound.utf16Offset(in: lines(chat)[0]))
    chat.feed(mouse(.press, tab + 1, 0))
    #expect(lines(chat)[0].contains("[sampling]") && chat.canvas(columns: columns, rows: rows).cursor == nil)
    chat.feed(mouse(.press, 90, 2))
    chat.press(key("7"), KeyPress(.enter))
    #expect(chat.screen.opening?.settings.topK == 7, "the second row is top-k")
    chat.feed(mouse(.press, 5, 3))
    #expect(chat.canvas(columns: columns, rows: rows).cursor != nil, "a click on the transcript takes the keys back")
    chat.press(KeyPress(.pageUp, .control), KeyPress(.pageUp, .control))
    let row = try #require(lines(chat).lastIndex { $0.dropFirst(74).contains("├ ● a2") })
    chat.feed(mouse(.press, 90, row))
    chat.feed(mouse(.press, 90, row))
    #expect(text(chat).contains("‹ 1 of 2 ›"), "a second click shows the branch")
    check(chat)
  }

  @Test func theWheelScrollsWhatItIsOver() {
    var chat = ScriptedChat(columns: columns, rows: 12)
    chat.answers = [(1...40).map { "line \($0)\n\n" }]
    chat.ask("count")
    chat.press(KeyPress(.function(9)))
    chat.feed(mouse(.wheelDown, 100, 3))
    chat.feed(mouse(.wheelUp, 100, 3))
    #expect(chat.canvas(columns: columns, rows: 12).text.contains("line 40"))
    for _ in 0..<3 { chat.feed(mouse(.wheelUp, 10, 3)) }
    #expect(!chat.canvas(columns: columns, rows: 12).text.contains("line 40"))
    check(chat)
  }

  @Test func theContextIsThatOfTheBranchShown() {
    var chat = chat()
    #expect(text(chat).contains("context 41/2048"))
    chat.press(KeyPress(.tab), KeyPress(.up), KeyPress(.up), KeyPress(.enter))
    #expect(text(chat).contains("context 21/2048"), "behind the first answer")
    chat.press(KeyPress(.tab), KeyPress(.up), KeyPress(.enter))
    #expect(!text(chat).contains("context 21"), "before the first question")
  }

  @Test func memoryStandsInTheStatusLine() {
    var chat = chat()
    chat.feed(.memoryUsed(98_765_432))
    #expect(text(chat).contains("│ memory 98.8 MB"))
    #expect(chat.canvas(columns: 60, rows: 20).text.contains("mem 98.8 MB"))
  }

  @Test(arguments: [(0, 0), (1, 1), (20, 5), (99, 30), (100, 5), (100, 6), (100, 8), (400, 120)])
  func everySizeIsDrawn(columns: Int, rows: Int) {
    var chat = chat()
    chat.feed(.resized(TerminalSize(columns: columns, rows: rows)))
    chat.feed(.arranged(PaneLayout(pane: "nothing of this version", isOpen: true, fractions: [[1e-9, 1], [3, 4]])))
    for press in [
      KeyPress(.function(9)), key("z", .alt), KeyPress(.up), key("n", .alt), key("n", .alt), key("z", .alt),
      key("n", .alt), KeyPress(.down), KeyPress(.escape), key("n", .alt), KeyPress(.pageUp), key("-", .alt),
    ] {
      chat.press(press)
      for x in [0, columns / 2, columns - 1] { chat.feed(mouse(.press, x, rows / 2)) }
      let canvas = chat.canvas(columns: columns, rows: rows)
      #expect(canvas.cursor == nil || canvas.bounds.contains(canvas.cursor ?? Point(x: -1, y: -1)))
    }
    check(chat)
  }

  @Test func aboutIsABoxOnANarrowScreen() {
    var chat = chat(columns: 80)
    chat.ask("/about")
    #expect(chat.canvas().text.contains("about this chat") && chat.canvas().text.contains("2 of 2"))
    chat.press(KeyPress(.down), KeyPress(.escape))
    #expect(!chat.canvas().text.contains("about this chat"))
  }

  @Test func anExportIsAskedFor() {
    var chat = chat()
    chat.press(key("e", .alt))
    #expect(chat.effects.last == .exportChat(to: ""))
    chat.ask("/export notes/one two.json")
    #expect(chat.effects.last == .exportChat(to: "notes/one two.json"))
    chat.ask("/export")
    #expect(chat.effects.last == .exportChat(to: ""))
  }
}
