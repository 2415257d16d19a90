import Drawing
import Screens
import Sessions
import Testing

/// Answers of a server: what it tells late or not at all, and what it makes the user wait for.
@Suite struct RemoteAnswerTests {
  private func chat(contextLength: Int) -> ScriptedChat {
    var chat = ScriptedChat(loads: false)
    chat.answersAtOnce = false
    chat.feed(
      .modelReady(
        ModelDescription(
          name: "m@host", path: "http://host/v1", identity: "m@http://host/v1", family: "", parameters: 0,
          quantisation: "", contextLength: contextLength, bytes: 0)))
    chat.ask("Hi?")
    return chat
  }

  private func answer(_ chat: inout ScriptedChat, contextLength: Int) {
    chat.feed(
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 0, reusedTokens: 0, newTokens: [], contextLength: contextLength,
          settings: SamplingSettings())))
    for text in ["Hel", "lo"] {
      chat.feed(.token(GeneratedToken(id: GeneratedToken.unknownID, text: text, logit: .nan, probability: .nan)))
    }
    chat.feed(
      .answerFinished(
        AnswerEnd(
          reason: .endOfTurn, generatedTokens: 5, promptTokens: 40, prefillSeconds: 0.1, decodeSeconds: 0.5,
          text: "Hello")))
  }

  @Test func countsThatComeAtTheEndAreShownThen() {
    var chat = chat(contextLength: 4096)
    answer(&chat, contextLength: 4096)
    let text = chat.canvas().text
    #expect(text.contains("m@host │ context 45/4096 │ decode 8.0 tok/s"))
    #expect(!text.contains("prefill"), "a prompt of unknown length was read at no known speed")
  }

  @Test func aContextOfUnknownLengthHasNoEnd() {
    var chat = chat(contextLength: 0)
    #expect(!chat.canvas().text.contains("context"))
    answer(&chat, contextLength: 0)
    #expect(chat.canvas().text.contains("context 45 │"))
  }

  @Test func theCountdownIsShownAndTheReasonKept() {
    var chat = chat(contextLength: 4096)
    for (attempt, seconds) in [(2, 2), (2, 1), (3, 4)] {
      chat.feed(
        .answerDelayed(AnswerDelay(reason: "HTTP 429 \u{1B}[2J", seconds: seconds, attempt: attempt, attempts: 5)))
      #expect(chat.canvas().text.contains("asked again in \(seconds) s, attempt \(attempt) of 5 · Esc gives up"))
    }
    #expect(chat.screen.entries.filter { $0.kind == .notice(.warning) }.count == 2)
    chat.press(KeyPress(.escape))
    #expect(chat.effects.last == .stopAnswer)
    chat.finish(.cancelled, [])
    #expect(!chat.canvas().text.contains("asked again"))
    #expect(chat.screen.activity == .idle)
  }

  /// A server's answer of which only a part came.
  private func cutOff() -> ScriptedChat {
    var chat = chat(contextLength: 4096)
    chat.feed(
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 0, reusedTokens: 0, newTokens: [], contextLength: 4096, settings: SamplingSettings())))
    chat.feed(.token(GeneratedToken(id: GeneratedToken.unknownID, text: "Half an ", logit: .nan, probability: .nan)))
    chat.finish(.failed("the connection broke"), ["Half an "])
    return chat
  }

  @Test func aCutAnswerGoesOnWithWhatIsThere() {
    var chat = cutOff()
    #expect(chat.canvas().text.contains("the connection broke; Enter goes on with the answer"))
    chat.press(KeyPress(.enter))
    #expect(chat.requests.count == 2 && chat.requests[1].beginning == "Half an ")
    #expect(chat.requests[1].messages == chat.requests[0].messages)
    chat.feed(
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 0, reusedTokens: 0, newTokens: [], contextLength: 4096, settings: SamplingSettings(),
          prefixText: "Half an ")))
    chat.feed(.token(GeneratedToken(id: GeneratedToken.unknownID, text: "answer", logit: .nan, probability: .nan)))
    #expect(chat.canvas().text.contains("Half an answer"))
    chat.finish(.endOfTurn, ["Half an answer"])
    #expect(chat.screen.messages.map(\.content) == ["Be brief.", "Hi?", "Half an answer"])
    #expect(!chat.screen.isUnfinished)
    #expect(ScriptedChat(continuing: chat.events).canvas().text == chat.canvas().text)
  }

  @Test func whatWasThereStaysWhenTheServerRefusesToGoOn() {
    var chat = cutOff()
    chat.press(KeyPress(.enter))
    chat.feed(.answerRefused("HTTP 503"))
    #expect(chat.screen.messages.last?.content == "Half an " && chat.screen.isUnfinished)
    chat.press(KeyPress(.enter))
    #expect(chat.requests.last?.beginning == "Half an " && chat.requests.count == 3)
  }

  @Test func anAnswerOfWhichNothingCameIsAskedForAnew() {
    var chat = chat(contextLength: 4096)
    chat.feed(
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 0, reusedTokens: 0, newTokens: [], contextLength: 4096, settings: SamplingSettings())))
    chat.finish(.failed("it broke"), [])
    #expect(chat.canvas().text.contains("it broke; Enter asks again"))
    chat.press(KeyPress(.enter))
    #expect(chat.requests.last?.beginning == "")
  }

  @Test func aCountdownNobodyWaitsForChangesNothing() {
    var chat = ScriptedChat()
    let before = chat.screen
    chat.feed(.answerDelayed(AnswerDelay(reason: "r", seconds: 9, attempt: 2, attempts: 5)))
    #expect(chat.screen == before)
  }
}
