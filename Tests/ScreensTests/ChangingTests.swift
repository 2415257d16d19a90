import Drawing
import Screens
import Sessions
import Testing

/// Model, system prompt and sampling are changed without leaving the chat.
@Suite struct ChangingTests {
  private func check(_ chat: ScriptedChat) {
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func theNextAnswerIsDrawnAsTheSettingsSay() {
    var chat = ScriptedChat()
    chat.ask("/set temperature 0.25")
    chat.ask("/set seed 77")
    chat.ask("q")
    #expect(chat.requests.last?.settings.temperature == 0.25 && chat.requests.last?.settings.seed == 77)
    chat.ask("/set temperature hot")
    #expect(chat.canvas().text.contains("temperature hot: expected 0.0 to 100.0"))
    chat.ask("/set warmth 1")
    #expect(chat.canvas().text.contains("no such setting"))
    check(chat)
  }

  @Test func thePanelStepsTypesAndResets() {
    var chat = ScriptedChat()
    chat.press(KeyPress(.function(5)), KeyPress(.right))
    #expect(chat.screen.opening?.settings.temperature == 0.8)
    #expect(chat.canvas().text.contains("* temperature") && chat.canvas().text.contains("0.8"))
    chat.press(KeyPress(.down))
    chat.type("12")
    chat.press(KeyPress(.enter))
    #expect(chat.screen.opening?.settings.topK == 12)
    chat.type("1.5")
    chat.press(KeyPress(.enter))
    #expect(chat.screen.opening?.settings.topK == 12, "half a token is none")
    chat.press(KeyPress(.delete))
    #expect(chat.screen.opening?.settings.topK == SamplingSettings().topK)
    for _ in 0..<30 { chat.press(KeyPress(.left)) }
    #expect(chat.screen.opening?.settings.topK == 0)
    chat.press(KeyPress(.escape))
    chat.ask("q")
    #expect(chat.requests.last?.settings.temperature == 0.8)
    check(chat)
  }

  @Test func theSystemPromptIsChangedShownAndTakenAway() {
    var chat = ScriptedChat()
    chat.ask("/system")
    #expect(chat.canvas().text.contains("system prompt: Be brief."))
    chat.feed(.paste("/system Answer in\nrhymes."))
    chat.press(KeyPress(.enter))
    chat.ask("q2")
    #expect(chat.requests.last?.messages.first == ChatMessage(role: "system", content: "Answer in\nrhymes."))
    chat.ask("/system -")
    chat.ask("q3")
    #expect(chat.requests.last?.messages.first?.role == "user")
    check(chat)
  }

  @Test func anotherModelIsLoadedAndTheConversationGoesOn() {
    var chat = ScriptedChat()
    chat.ask("q1")
    chat.ask("/model other")
    #expect(chat.effects.last == .loadModel(ModelRequest(model: "other")))
    chat.ask("q2")
    #expect(chat.requests.count == 1, "the question waits for the model")
    var other = ScriptedChat.model
    other.identity = "other"
    chat.feed(.modelReady(other))
    #expect(chat.requests.last?.messages.map(\.role) == ["system", "user", "assistant", "user"])
    #expect(!chat.canvas().text.contains("another model than"))
    check(chat)
  }

  @Test func textIsCopied() {
    var chat = ScriptedChat()
    chat.ask("q")
    chat.press(KeyPress(.character("y"), .alt))
    #expect(chat.effects.last == .copy("Hello there."))
    chat.press(KeyPress(.tab), KeyPress(.up), KeyPress(.character("y")))
    #expect(chat.effects.last == .copy("q"))
  }
}
