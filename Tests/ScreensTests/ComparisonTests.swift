import Drawing
import Sessions
import Testing

@testable import Screens

@Suite struct ComparisonTests {
  private func twoAnswers() -> ScriptedChat {
    var chat = ScriptedChat()
    chat.answers = [["the red fox runs"]]
    chat.ask("q")
    chat.answers = [["the blue fox runs away"]]
    chat.press(KeyPress(.tab), KeyPress(.character("r")), KeyPress(.tab), KeyPress(.character("c")))
    return chat
  }

  @Test func theBetterAnswerIsKept() {
    var chat = twoAnswers()
    let text = chat.canvas().text
    #expect(text.contains("the red fox runs") && text.contains("the blue fox runs away") && text.contains("seed 11"))
    chat.press(KeyPress(.character("1")))
    let prompt = [ChatMessage(role: "system", content: "Be brief."), ChatMessage(role: "user", content: "q")]
    #expect(
      chat.effects.last
        == .keepPreference(
          PreferencePair(prompt: prompt, chosen: "the red fox runs", rejected: "the blue fox runs away")))
    #expect(chat.screen.messages.last?.content == "the red fox runs", "one goes on with the better one")
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func differencesAreUnderlined() {
    let chat = twoAnswers()
    let canvas = chat.canvas()
    func isMarked(_ x: Int) -> Bool { canvas[x, 1].style.attributes.contains(.underline) }
    #expect(!isMarked(0) && isMarked(4) && !isMarked(8))
  }

  @Test func leavingChoosesNothing() {
    var chat = twoAnswers()
    let count = chat.effects.count
    chat.press(KeyPress(.down), KeyPress(.pageDown), KeyPress(.escape))
    #expect(chat.effects.count == count)
    for size in [(0, 0), (1, 1), (3, 2), (20, 5), (400, 120)] {
      let small = twoAnswers().canvas(columns: size.0, rows: size.1)
      #expect(small.cursor == nil)
    }
  }

  @Test(arguments: [
    ("a b c", "a x c", "b", "x"), ("same", "same", "", ""), ("", "a", "", "a"), ("a b", "b a", "a", "a"),
    ("one two three four", "two four five", "one three", "five"),
  ]) func wordsThatDiffer(one: String, other: String, left: String, right: String) {
    let difference = WordDifference(one, other)
    #expect(difference.left.map(\.text).joined() == one && difference.right.map(\.text).joined() == other)
    #expect(difference.left.filter(\.isDifferent).map(\.text).joined(separator: " ") == left)
    #expect(difference.right.filter(\.isDifferent).map(\.text).joined(separator: " ") == right)
  }
}
