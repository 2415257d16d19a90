import Drawing
import Sessions
import Testing

@testable import Screens

/// Another model's answer beside the chat's own.
@Suite struct ModelComparisonTests {
  static let other = ModelDescription(
    name: "big", path: "/big.gguf", identity: "def", family: "llama", parameters: 9000, quantisation: "Q8_0",
    contextLength: 512, bytes: 9000)

  /// A chat with one answer, and another model that is being loaded.
  private func visiting() -> ScriptedChat {
    var chat = ScriptedChat()
    chat.answers = [["the red fox runs"]]
    chat.ask("q")
    chat.answers = [["the blue fox runs"]]
    chat.ask("/compare big")
    return chat
  }

  private func loads(_ chat: ScriptedChat) -> [String] {
    chat.effects.compactMap { if case .loadModel(let request) = $0 { request.model } else { nil } }
  }

  @Test func theOtherModelIsLoadedAskedAndLeftAgain() throws {
    var chat = visiting()
    #expect(loads(chat) == ["tiny", "big"] && chat.requests.count == 1)
    #expect(chat.canvas().text.contains("loading big"))
    chat.feed(.modelReady(Self.other))
    #expect(chat.requests.count == 2 && chat.requests[1].messages == chat.requests[0].messages)
    #expect(loads(chat) == ["tiny", "big", "tiny"])
    chat.feed(.modelReady(ScriptedChat.model))
    let text = chat.canvas().text
    #expect(text.contains("the red fox runs") && text.contains("the blue fox runs"))
    #expect(text.contains("tiny temperature") && text.contains("big temperature"))
    #expect(!chat.screen.entries.contains { $0.text.contains("another model than") })
    chat.press(KeyPress(.escape))
    #expect(chat.screen.messages.last?.content == "the red fox runs", "without a choice the chat's own answer stays")
    chat.ask("more")
    #expect(chat.requests.last?.messages.map(\.content) == ["Be brief.", "q", "the red fox runs", "more"])
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func theBetterModelIsKept() {
    var chat = visiting()
    chat.feed(.modelReady(Self.other))
    chat.press(KeyPress(.character("2")))
    guard case .keepPreference(let pair)? = chat.effects.last else {
      Issue.record("expected a preference, got \(String(describing: chat.effects.last))")
      return
    }
    #expect(pair.chosen == "the blue fox runs" && pair.rejected == "the red fox runs")
    #expect(chat.screen.messages.last?.content == "the blue fox runs")
  }

  @Test func questionsWaitForTheChatsOwnModel() {
    var chat = visiting()
    chat.ask("next")
    #expect(chat.requests.count == 1 && chat.screen.queue.count == 1)
    chat.feed(.modelReady(Self.other))
    #expect(chat.requests.count == 2)
    chat.answers = [["yes"]]
    chat.feed(.modelReady(ScriptedChat.model))
    #expect(chat.requests.last?.messages.map(\.content) == ["Be brief.", "q", "the red fox runs", "next"])
    #expect(chat.screen.messages.last?.content == "yes")
  }

  @Test func aModelThatCannotBeLoadedBringsTheOldOneBack() {
    var chat = visiting()
    chat.feed(.modelFailed("cannot open big"))
    #expect(loads(chat) == ["tiny", "big", "tiny"])
    chat.feed(.modelReady(ScriptedChat.model))
    #expect(chat.screen.entries.contains { $0.text == "cannot open big" })
    chat.ask("more")
    #expect(chat.requests.count == 2)
  }

  @Test func aRefusalBringsTheOldOneBack() {
    var chat = visiting()
    chat.answersAtOnce = false
    chat.feed(.modelReady(Self.other))
    chat.feed(.answerRefused("the prompt does not fit"))
    #expect(loads(chat).last == "tiny" && chat.screen.messages.last?.content == "the red fox runs")
  }

  @Test func aProgramThatDiesInBetweenContinuesWithItsOwnModel() {
    var chat = visiting()
    chat.answersAtOnce = false
    chat.feed(.modelReady(Self.other))
    chat.answer(tokens: 1)
    var again = ScriptedChat(continuing: chat.events)
    again.feed(.resumed)
    #expect(loads(again) == ["tiny"])
    again.feed(.modelReady(ScriptedChat.model))
    #expect(again.screen.messages.last?.content == "the red fox runs" && !again.screen.isUnfinished)
  }

  @Test func whatCannotBeComparedIsSaid() {
    var chat = ScriptedChat()
    chat.ask("/compare big")
    #expect(chat.screen.entries.last?.text.contains("no answer yet") == true)
    chat.ask("q")
    chat.ask("/compare")
    #expect(chat.screen.entries.last?.text.contains("/compare NAME asks another model") == true)
    chat.ask("/compare big")
    chat.ask("/compare huge")
    #expect(chat.screen.entries.last?.text.contains("the model is busy") == true)
    chat.ask("/model huge")
    #expect(loads(chat) == ["tiny", "big"])
  }

  @Test func theMenuOfAComparisonLeadsToAnotherModel() {
    var chat = ScriptedChat()
    chat.answers = [["one"]]
    chat.ask("q")
    chat.press(KeyPress(.tab), KeyPress(.character("r")), KeyPress(.tab), KeyPress(.character("c")))
    chat.press(KeyPress(.character("m")))
    chat.type("big")
    chat.press(KeyPress(.enter))
    #expect(loads(chat) == ["tiny", "big"])
  }
}
