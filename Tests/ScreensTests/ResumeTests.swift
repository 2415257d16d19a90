import Drawing
import Screens
import Sessions
import Testing

/// A continued chat is the chat that was never broken off.
@Suite struct ResumeTests {
  private func liveChat() -> ScriptedChat {
    var chat = ScriptedChat(columns: 60, rows: 15)
    chat.answers = [["你好", "！", "\n\nHow", " are you?"], ["Fine", ".\u{1B}[0m"], (1...50).map { "\($0)\n" }]
    chat.ask("Hello in Chinese?")
    chat.feed(.resized(TerminalSize(columns: 100, rows: 30)))
    chat.ask("And you?")
    chat.feed(.paste("pasted\ntext "))
    chat.press(KeyPress(.enter))
    chat.press(KeyPress(.pageUp), KeyPress(.pageUp))
    chat.type("half a ques")
    return chat
  }

  @Test func replayingTheLogGivesTheLiveState() {
    let live = liveChat()
    let replayed = ScriptedChat(continuing: live.events)
    #expect(replayed.screen == live.screen)
    for (columns, rows) in [(0, 0), (20, 5), (60, 15), (100, 30), (400, 120)] {
      #expect(replayed.canvas(columns: columns, rows: rows) == live.canvas(columns: columns, rows: rows))
    }
  }

  @Test func everyPrefixOfTheLogGivesTheStateOfThatTime() {
    let live = liveChat()
    var screen = ChatScreen()
    for (index, event) in live.events.enumerated() {
      _ = screen.update(event)
      if index % 17 == 0 {
        #expect(ScriptedChat(continuing: Array(live.events.prefix(index + 1))).screen == screen)
      }
    }
  }

  @Test func aContinuedChatSendsWhatAnUnbrokenOneSends() throws {
    var unbroken = liveChat()
    unbroken.press(KeyPress(.enter))
    let wanted = try #require(unbroken.requests.last)

    var continued = ScriptedChat(continuing: liveChat().events)
    continued.answersAtOnce = false
    continued.feed(.resumed)
    #expect(continued.effects.last == .loadModel(ModelRequest(model: "tiny")))
    continued.feed(.modelReady(ScriptedChat.model))
    continued.press(KeyPress(.enter))
    #expect(continued.requests == [wanted])
    #expect(wanted.messages.last?.content == "half a ques")
    #expect(wanted.turn == 4)
  }

  @Test(arguments: 0..<6) func anAnswerCutOffIsKeptMarkedAndAskedAgain(tokens: Int) throws {
    var chat = ScriptedChat()
    chat.answers = [["a", "b", "c", "d", "e"]]
    chat.ask("first")
    chat.answersAtOnce = false
    chat.ask("second")
    let wanted = try #require(chat.requests.last)
    // 0: killed before the engine began.
    if tokens > 0 { chat.answer(tokens: tokens - 1) }

    var continued = ScriptedChat(continuing: chat.events)
    continued.answersAtOnce = false
    continued.feed(.resumed)
    continued.feed(.modelReady(ScriptedChat.model))
    #expect(continued.screen.isUnfinished && continued.requests.isEmpty, "nothing is asked without the user")
    #expect(continued.canvas().text.contains("Enter asks for the last answer again"))
    #expect(continued.canvas().text.contains("[cut off when the program ended]") == (tokens > 0))

    var goesOn = continued
    goesOn.press(KeyPress(.enter))
    #expect(goesOn.requests.map(\.asked) == [wanted.asked], "the same messages, settings and seed")
    goesOn.answers = chat.answers
    goesOn.answer()
    #expect(goesOn.screen.messages.count == 5)
    #expect(goesOn.screen.messages.last?.content == "abcde")

    continued.ask("third")
    #expect(continued.requests.last?.messages.last?.content == "third")
    #expect(continued.requests.last?.turn == 3)
    if tokens > 0 {
      let partial = continued.requests.last?.messages.dropLast().last
      #expect(partial == ChatMessage(role: "assistant", content: "abcde".prefix(tokens - 1).description))
    }
  }

  @Test func anotherModelThanRecordedIsSaid() {
    var continued = ScriptedChat(continuing: liveChat().events)
    continued.feed(.resumed)
    var other = ScriptedChat.model
    other.identity = "other"
    continued.feed(.modelReady(other))
    continued.press(KeyPress(.character("u"), .control), KeyPress(.end))
    #expect(continued.canvas().text.contains("another model than the session was recorded with"))
  }

  @Test func eventsOutOfPlaceDoNoHarm() {
    var events = EventsInAnyOrder(seed: 5)
    for _ in 0..<200 {
      var screen = ChatScreen()
      for step in 0..<60 {
        _ = screen.update(TimedEvent(seconds: Double(step), event: events.next()))
      }
      var canvas = Canvas(size: Size(columns: 30, rows: 9))
      screen.view(on: &canvas)
      _ = screen.messages
    }
  }
}

/// Events as a damaged or forged log may hold them.
struct EventsInAnyOrder {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> Event {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let start = AnswerStart(
      turn: 9, promptTokens: 5, reusedTokens: 7, newTokens: [], contextLength: -3, settings: SamplingSettings())
    let events: [Event] = [
      .key(KeyPress(.pageUp)), .key(KeyPress(.enter)), .key(KeyPress(.escape)), .key(KeyPress(.character("x"))),
      .key(KeyPress(.home)), .resumed, .ended, .asked(Question(text: "q")), .modelReady(ScriptedChat.model),
      .modelFailed("f"), .answerStarted(start), .answerStarted(start),
      .token(GeneratedToken(id: 1, text: "t\n", logit: .nan, probability: .nan)),
      .answerFinished(
        AnswerEnd(reason: .length, generatedTokens: -1, prefillSeconds: .nan, decodeSeconds: -1, text: "")),
      .answerRefused("r"), .opened(ChatOpening(model: "m")), .resized(TerminalSize(columns: 0, rows: 1)),
      .prefillProgress(PrefillProgress(done: 9, total: -1)), .tick,
      .answerDelayed(AnswerDelay(reason: "r", seconds: -1, attempt: 0, attempts: .max)),
      .answerFinished(
        AnswerEnd(
          reason: .length, generatedTokens: -1, promptTokens: -7, prefillSeconds: 0, decodeSeconds: 0, text: "")),
    ]
    return events[Int(state >> 33) % events.count]
  }
}
