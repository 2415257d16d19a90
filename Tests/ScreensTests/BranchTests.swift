import Drawing
import Screens
import Sessions
import Testing

/// Turns are changed, drawn again and gone on from on branches; nothing is ever overwritten.
@Suite struct BranchTests {
  private let tab = KeyPress(.tab)
  private func key(_ character: Character) -> KeyPress { KeyPress(.character(character)) }

  /// Two turns: a1 and a2 are the answers.
  private func twoTurns() -> ScriptedChat {
    var chat = ScriptedChat()
    chat.answers = [["a1"], ["a2"]]
    chat.ask("q1")
    chat.ask("q2")
    return chat
  }

  private func contents(_ chat: ScriptedChat) -> [String] { chat.screen.messages.dropFirst().map(\.content) }

  private func check(_ chat: ScriptedChat) {
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen, "the log replays to the same state")
  }

  @Test func turnsHaveNumbersAndParents() {
    let chat = twoTurns()
    var places: [TurnPlace?] = []
    for event in chat.events { if case .asked(let question) = event.event { places.append(question.place) } }
    #expect(places == [TurnPlace(id: 1, parent: 0), TurnPlace(id: 3, parent: 2)])
    #expect(chat.requests.map(\.place) == [TurnPlace(id: 2, parent: 1), TurnPlace(id: 4, parent: 3)])
  }

  @Test func anotherAnswerIsABranchWithAnotherSeed() {
    var chat = twoTurns()
    chat.answers = [["a1"], ["b2"]]
    chat.press(tab, key("r"))
    #expect(contents(chat) == ["q1", "a1", "q2", "b2"])
    #expect(chat.requests[2].messages == chat.requests[1].messages)
    #expect(chat.requests[2].settings.seed != chat.requests[1].settings.seed)
    #expect(chat.canvas().text.contains("‹ 2 of 2 ›"))
    chat.press(tab, KeyPress(.left))
    #expect(contents(chat) == ["q1", "a1", "q2", "a2"])
    #expect(chat.canvas().text.contains("‹ 1 of 2 ›") && !chat.canvas().text.contains("b2"))
    chat.press(KeyPress(.right), KeyPress(.escape))
    #expect(contents(chat) == ["q1", "a1", "q2", "b2"])
    chat.answers = [["c3"]]
    chat.ask("q3")
    #expect(chat.requests.last?.messages.dropFirst().map(\.content) == ["q1", "a1", "q2", "b2", "q3"])
    check(chat)
  }

  @Test func anEarlierQuestionIsChangedOnABranch() {
    var chat = twoTurns()
    chat.press(tab, KeyPress(.up), KeyPress(.up), KeyPress(.up), key("e"))
    #expect(chat.canvas().text.contains("asked anew on a branch"))
    chat.type("!")
    chat.answers = [["other"]]
    chat.press(KeyPress(.enter))
    #expect(contents(chat) == ["q1!", "other"])
    #expect(chat.requests.last?.turn == 1)
    #expect(chat.requests.last?.settings.seed == chat.requests.first?.settings.seed, "only the question differs")
    chat.press(tab, KeyPress(.up), KeyPress(.left))
    #expect(contents(chat) == ["q1", "a1", "q2", "a2"], "the other branch is there to its end")
    check(chat)
  }

  @Test func changingIsDroppedByEscape() {
    var chat = twoTurns()
    chat.press(tab, key("e"), KeyPress(.escape))
    #expect(!chat.canvas().text.contains("asked anew"))
    chat.ask("q3")
    #expect(contents(chat).prefix(5) == ["q1", "a1", "q2", "a2", "q3"])
  }

  @Test func oneGoesOnFromAnyTurn() {
    var chat = twoTurns()
    chat.press(tab, KeyPress(.up), KeyPress(.up), KeyPress(.enter))
    #expect(contents(chat) == ["q1", "a1"])
    chat.ask("q2b")
    #expect(chat.requests.last?.messages.dropFirst().map(\.content) == ["q1", "a1", "q2b"])
    chat.press(tab, KeyPress(.up), KeyPress(.enter))
    #expect(contents(chat) == ["q1", "a1"], "before a question one is behind the answer it followed")
    chat.press(tab, KeyPress(.up), KeyPress(.enter))
    #expect(contents(chat).isEmpty)
    chat.ask("anew")
    #expect(chat.requests.last?.messages.map(\.role) == ["system", "user"])
    check(chat)
  }

  @Test func theTreeShowsAllBranchesAndLeadsToThem() {
    var chat = twoTurns()
    chat.answers = [["a1"], ["b2\u{1B}[31m"]]
    chat.press(tab, key("r"))
    chat.ask("/tree")
    let lines = chat.canvas().lines
    #expect(lines[0].contains("branches"))
    let shown = lines.filter { $0.contains("❯") || $0.contains("●") }.map { line in
      String(line.dropFirst(3).reversed().drop { $0 == "│" || $0 == " " }.reversed())
    }
    #expect(shown == ["*❯ q1", "*● a1", "*❯ q2", " ├ ● a2", "*└ ● b2␛[31m"])
    chat.press(KeyPress(.up), KeyPress(.enter))
    #expect(contents(chat).last == "a2")
    chat.ask("/tree")
    chat.press(KeyPress(.home), KeyPress(.escape))
    #expect(contents(chat).last == "a2")
    check(chat)
  }

  @Test func oneLooksAtOtherBranchesWhileAnAnswerComes() {
    var chat = twoTurns()
    chat.answersAtOnce = false
    chat.press(tab, key("r"))
    chat.answer(tokens: 1)
    chat.ask("queued")
    chat.press(tab, KeyPress(.left))
    #expect(contents(chat) == ["q1", "a1", "q2", "a2"])
    chat.feed(.token(GeneratedToken(id: 1, text: " more", logit: 0, probability: 0)))
    #expect(contents(chat) == ["q1", "a1", "q2", "a2"])
    chat.finish(.endOfTurn, ["b2"])
    #expect(contents(chat) == ["q1", "a1", "q2", "b2", "queued"], "what was asked behind the answer follows it")
    check(chat)
  }

  @Test func aRefusedAnswerLeavesTheOthers() {
    var chat = twoTurns()
    chat.answersAtOnce = false
    chat.press(tab, key("r"))
    chat.feed(.answerRefused("no room"))
    #expect(contents(chat) == ["q1", "a1", "q2"])
    chat.press(tab, KeyPress(.escape))
    chat.ask("/tree")
    #expect(chat.canvas().text.contains("a2"))
    check(chat)
  }

  @Test func sessionsWithoutNumbersReadAsAChain() {
    let chat = twoTurns()
    let old = chat.events.map { timed -> TimedEvent in
      var timed = timed
      if case .asked(let question) = timed.event { timed.event = .asked(Question(text: question.text)) }
      if case .answerStarted(var start) = timed.event {
        start.place = nil
        timed.event = .answerStarted(start)
      }
      return timed
    }
    #expect(ScriptedChat(continuing: old).screen == chat.screen)
  }

  @Test func aForgedTreeDoesNoHarm() {
    for place in [TurnPlace(id: 1, parent: 99), TurnPlace(id: 0, parent: 0), TurnPlace(id: .max, parent: .max)] {
      var chat = twoTurns()
      chat.feed(.asked(Question(text: "x", place: place)))
      chat.feed(.answerOrdered(AnswerOrder(place: place)))
      chat.feed(.movedTo(place.id))
      chat.ask("/tree")
      #expect(chat.canvas().text.contains("branches"))
      chat.press(KeyPress(.escape))
      check(chat)
    }
  }
}
