import Drawing
import Screens
import Sessions
import Testing

@Suite struct ChatScreenTests {
  @Test(arguments: [60, 100]) func theStatusLineKeepsItsNumbers(columns: Int) {
    var chat = ScriptedChat()
    chat.ask("Hi?")
    let text = chat.canvas(columns: columns, rows: 15).text
    #expect(text.contains("23/2048") && text.contains("100") && text.contains("13.3"))
  }

  @Test func asksAndShowsTheAnswer() {
    var chat = ScriptedChat()
    chat.ask("Hi?")
    let text = chat.canvas().text
    #expect(text.contains("❯ Hi?"))
    #expect(text.contains("● Hello there."))
    #expect(text.contains("tiny Q4_1 │ context 23/2048"))
    #expect(text.contains("prefill 100 tok/s") && text.contains("decode 13.3 tok/s"))
    #expect(chat.requests.count == 1)
    #expect(
      chat.requests[0].messages == [
        ChatMessage(role: "system", content: "Be brief."), ChatMessage(role: "user", content: "Hi?"),
      ])
    #expect(chat.requests[0].settings.seed == 11)
  }

  @Test func laterTurnsCarryTheConversationAndTheirOwnSeed() {
    var chat = ScriptedChat()
    chat.ask("one")
    chat.ask("two")
    #expect(chat.requests[1].messages.map(\.role) == ["system", "user", "assistant", "user"])
    #expect(chat.requests[1].messages[2].content == "Hello there.")
    #expect(chat.requests[1].turn == 2)
    #expect(chat.requests[1].settings.seed != 11)
  }

  @Test func escapeStopsAndKeepsTheAnswer() {
    var chat = ScriptedChat()
    chat.answersAtOnce = false
    chat.ask("Tell a story")
    chat.answer(tokens: 2)
    #expect(chat.canvas().text.contains("answering · Esc stops"))
    chat.press(KeyPress(.escape))
    #expect(chat.effects.last == .stopAnswer)
    #expect(chat.canvas().text.contains("stopping"))
    chat.finish(.cancelled, ["Hello", " there"])
    #expect(chat.screen.messages.last == ChatMessage(role: "assistant", content: "Hello there"))
    #expect(chat.canvas().text.contains("[stopped]"))
    chat.ask("more")
    #expect(chat.requests.last?.messages.count == 4)
  }

  @Test func questionsWrittenWhileTheModelLoadsOrAnswersAreSentInTurn() {
    var chat = ScriptedChat(loads: false)
    chat.feed(.modelLoading(ModelLoading(name: "tiny", fraction: 0.5)))
    chat.ask("early")
    #expect(chat.requests.isEmpty)
    #expect(chat.canvas().text.contains("loading tiny ██████░░░░░░ 50 %"))
    #expect(chat.canvas().text.contains("1 question waits"))
    chat.answersAtOnce = false
    chat.feed(.modelReady(ScriptedChat.model))
    #expect(chat.requests.map(\.messages.last?.content) == ["early"])
    chat.answer(tokens: 1)
    chat.ask("next")
    #expect(chat.requests.count == 1)
    chat.finish(.endOfTurn, ["Hello"])
    #expect(chat.requests.map(\.messages.last?.content) == ["early", "next"])
  }

  @Test func promptThatDoesNotFitIsRefusedWithTheNumbersAndGivenBack() {
    var chat = ScriptedChat()
    chat.answersAtOnce = false
    chat.ask("a long text")
    chat.feed(.answerRefused("the prompt has 3000 tokens, the context holds 2048"))
    #expect(chat.canvas().text.contains("✗ the prompt has 3000 tokens, the context holds 2048"))
    #expect(chat.canvas().text.contains("❯ a long text\n"), "the text is in the input line again")
    #expect(chat.canvas().text.contains("[not sent]"))
    #expect(chat.screen.messages.map(\.role) == ["system"])
    #expect(chat.screen.turn == 0)
  }

  @Test func failuresAreLinesAndEnterTriesAgain() {
    var chat = ScriptedChat(loads: false)
    chat.feed(.modelFailed("cannot open tiny: no such file"))
    #expect(chat.canvas().text.contains("✗ cannot open tiny: no such file"))
    chat.ask("hello")
    #expect(chat.effects.last == .loadModel(ModelRequest(model: "tiny")))
    chat.answersAtOnce = false
    chat.feed(.modelReady(ScriptedChat.model))
    chat.answer(tokens: 1)
    chat.finish(.failed("out of memory"), ["Hello"])
    #expect(chat.canvas().text.contains("✗ out of memory; Enter asks again"))
    chat.press(KeyPress(.enter))
    #expect(chat.requests.count == 2 && chat.requests[0].asked == chat.requests[1].asked)
  }

  @Test func scrollingBackHoldsStillWhileTheAnswerGrows() {
    var chat = ScriptedChat(rows: 12)
    chat.answers = [(1...40).map { "line \($0)\n" }]
    chat.answersAtOnce = false
    chat.ask("count")
    chat.answer(tokens: 30)
    #expect(chat.canvas(rows: 12).text.contains("line 30"))
    chat.press(KeyPress(.pageUp))
    let before = chat.canvas(rows: 12)
    #expect(!before.text.contains("line 30"))
    #expect(before.text.contains("↓ more below"))
    for _ in 0..<5 { chat.feed(.token(GeneratedToken(id: 1, text: "more\n", logit: 0, probability: 0))) }
    let after = chat.canvas(rows: 12)
    #expect(before.lines.prefix(8) == after.lines.prefix(8))
    chat.press(KeyPress(.home))
    #expect(chat.canvas(rows: 12).lines[0] == "❯ count")
    chat.press(KeyPress(.end))
    #expect(!chat.canvas(rows: 12).text.contains("↓ more below"))
    chat.press(KeyPress(.pageUp), KeyPress(.pageDown))
    #expect(!chat.canvas(rows: 12).text.contains("↓ more below"), "at the bottom the answer is followed again")
  }

  @Test func aPlaceScrolledToIsTheSameAtEverySize() {
    var chat = ScriptedChat(columns: 80, rows: 12)
    chat.answers = [(1...60).map { "row \($0) " + String(repeating: "word ", count: 12) + "\n" }]
    chat.ask("count")
    chat.press(KeyPress(.pageUp), KeyPress(.pageUp))
    let first = chat.canvas(rows: 12).lines[0].split(separator: " ").prefix(2)
    for (columns, rows) in [(30, 10), (200, 20), (80, 12)] {
      let line = chat.canvas(columns: columns, rows: rows).lines[0].split(separator: " ").prefix(2)
      #expect(line == first, "at \(columns)x\(rows)")
    }
  }

  @Test func historyHelpAndQuitting() {
    var chat = ScriptedChat()
    chat.ask("first")
    chat.ask("second")
    chat.type("draft")
    chat.press(KeyPress(.up), KeyPress(.up))
    #expect(chat.canvas().lines[22] == "❯ first")
    chat.press(KeyPress(.down), KeyPress(.down))
    #expect(chat.canvas().lines[22] == "❯ draft")
    chat.press(KeyPress(.character("c"), .control))
    #expect(chat.canvas().text.contains("Ctrl-C again quits"))
    chat.press(KeyPress(.character("?")))
    #expect(chat.canvas().text.contains("stop the answer and keep it"))
    chat.press(KeyPress(.escape))
    #expect(!chat.canvas().text.contains("stop the answer and keep it"))
    chat.press(KeyPress(.character("c"), .control), KeyPress(.character("c"), .control))
    #expect(chat.effects.last == .quit)
    chat.type("x")
    let count = chat.effects.count
    chat.press(KeyPress(.character("d"), .control))
    #expect(chat.effects.count == count, "Ctrl-D deletes while something is written")
    chat.press(KeyPress(.backspace), KeyPress(.character("d"), .control))
    #expect(chat.effects.last == .quit && chat.effects.count == count + 1)
    chat.ask("/quit")
    #expect(chat.effects.last == .quit)
    chat.ask("/nonsense")
    #expect(chat.canvas().text.contains("/nonsense is no command"))
    chat.ask("//etc is a folder")
    #expect(chat.requests.last?.messages.last?.content == "/etc is a folder")
  }

  @Test func editing() {
    var chat = ScriptedChat()
    chat.feed(.paste("one\r\ntwo\tthree\u{1B}[31m\u{7F}"))
    #expect(chat.canvas().lines[21] == "❯ one")
    #expect(chat.canvas().lines[22] == "  two    three[31m")
    chat.press(KeyPress(.home), KeyPress(.character("k"), .control), KeyPress(.backspace))
    #expect(chat.canvas().lines[22] == "❯ one")
    chat.press(KeyPress(.enter, .alt))
    chat.type("你好👩‍👩‍👧e")
    chat.type("\u{301}")
    #expect(chat.canvas().lines[22] == "  你好👩‍👩‍👧é")
    #expect(chat.canvas().cursor == Point(x: 9, y: 22))
    chat.press(KeyPress(.left), KeyPress(.left), KeyPress(.delete), KeyPress(.end))
    #expect(chat.canvas().lines[22] == "  你好é")
    chat.press(KeyPress(.character("w"), .control))
    #expect(chat.canvas().lines[21] == "❯ one")
    chat.press(KeyPress(.enter))
    #expect(chat.requests.last?.messages.last?.content == "one\n")
  }

  @Test func anEditorOutsideReplacesTheQuestion() {
    var chat = ScriptedChat()
    chat.type("draft")
    chat.press(KeyPress(.character("g"), .control))
    #expect(chat.effects.last == .editOutside("draft"))
    chat.feed(.edited("a better\u{1B} question\r\nin two lines"))
    #expect(chat.canvas().lines[21] == "❯ a better question")
    #expect(chat.canvas().lines[22] == "  in two lines")
    chat.press(KeyPress(.character("_"), .control))
    #expect(chat.canvas().lines[22] == "❯ draft", "what the editor brought can be undone")
    chat.press(KeyPress(.character("r"), .alt))
    #expect(chat.canvas().lines[22] == "  in two lines")
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  static let hostile = [
    "\u{1B}[2J\u{1B}]0;owned\u{7}", "\u{9B}31m", "bell\u{7} back\u{8} del\u{7F}", "\r\n\rcr",
    "\u{202E}reversed\u{2066}",
    "tab\tend", "nul\u{0}", "你好，世界。", "👨‍👩‍👧‍👦🇩🇪👍🏽", "e\u{301}\u{302}\u{303}", "क्षि नमस्ते", String(repeating: "漢", count: 300),
    String(repeating: "x", count: 1000), "\u{200D}\u{FE0F}\u{20E3}", "\n\n\n",
  ]

  @Test(arguments: [
    (0, 0), (1, 1), (2, 1), (1, 2), (3, 3), (20, 5), (80, 24), (100, 30), (400, 120), (7, 50), (200, 2), (0, 9), (9, 0),
  ]) func everySizeIsDrawnWithoutControls(columns: Int, rows: Int) {
    var chat = ScriptedChat(columns: columns, rows: rows)
    chat.answers = [ChatScreenTests.hostile]
    chat.feed(.asked(Question(text: ChatScreenTests.hostile.joined(separator: "\n"))))
    chat.feed(.notice(Notice(.error, ChatScreenTests.hostile.joined())))
    chat.feed(.modelLoading(ModelLoading(name: "\u{1B}[2J", fraction: .nan)))
    check(chat.canvas(columns: columns, rows: rows))
    chat.feed(.paste(ChatScreenTests.hostile.joined()))
    for press in [Key.pageUp, .pageUp, .pageDown, .up, .home, .left, .function(1), .pageDown, .escape, .pageUp] {
      chat.press(KeyPress(press))
      check(chat.canvas(columns: columns, rows: rows))
    }
    chat.feed(.resized(TerminalSize(columns: rows, rows: columns)))
    chat.press(KeyPress(.pageUp))
    check(chat.canvas(columns: rows, rows: columns))
  }

  private func check(_ canvas: Canvas) {
    for y in 0..<canvas.size.rows {
      for x in 0..<canvas.size.columns {
        for scalar in canvas[x, y].character.unicodeScalars {
          let isControl =
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
          #expect(!isControl, "a control character at \(x), \(y)")
        }
      }
    }
    if let cursor = canvas.cursor { #expect(canvas.bounds.contains(cursor)) }
  }

  @Test func wideTextIsWrappedBetweenItsCharacters() {
    var chat = ScriptedChat(columns: 21, rows: 12)
    chat.answers = [["你好世界", "你好世界", "你好世界"]]
    chat.ask("hi")
    let lines = chat.canvas(columns: 21, rows: 12).lines
    #expect(lines.contains("● 你好世界你好世界你"))
    #expect(lines.contains("  好世界"))
  }
}
