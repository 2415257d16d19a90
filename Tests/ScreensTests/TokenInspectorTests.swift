import Drawing
import Screens
import Sessions
import Testing

@Suite struct TokenInspectorTests {
  private func key(_ character: Character) -> KeyPress { KeyPress(.character(character)) }

  /// An answer of three tokens; the second could have been another.
  private func chat() -> ScriptedChat {
    var chat = ScriptedChat(columns: 100)
    chat.answersAtOnce = false
    chat.ask("q")
    chat.answer(tokens: 0)
    let tokens = [
      GeneratedToken(
        id: 5, text: "Oslo", logit: 3, probability: 0.9, top: [TokenCandidate(id: 5, text: "Oslo", logit: 3)]),
      GeneratedToken(
        id: 6, text: " is", logit: 1, probability: 0.25,
        top: [TokenCandidate(id: 9, text: " was", logit: 2), TokenCandidate(id: 6, text: " is", logit: 1)], entropy: 1),
      GeneratedToken(id: 7, text: " it", logit: 0, probability: 0.01),
    ]
    for token in tokens { chat.feed(.token(token)) }
    chat.finish(.endOfTurn, tokens.map(\.text))
    return chat
  }

  @Test func theTokenAtTheCursorIsExplained() {
    var chat = chat()
    chat.press(KeyPress(.tab), key("i"), KeyPress(.right))
    let text = chat.canvas(columns: 100).text
    #expect(text.contains("token 2/3  “ is”  id 6  probability 25.00 %  surprise 2.00 bits  entropy 1.44 bits"))
    #expect(text.contains("67.96 %") && text.contains("“ was”"), "e times as likely as 25 %")
    chat.press(key("n"))
    #expect(
      chat.canvas(columns: 100).text.contains("token 3/3") && chat.canvas(columns: 100).text.contains("6.64 bits"))
    chat.press(KeyPress(.escape), KeyPress(.escape))
    #expect(chat.canvas(columns: 100).text.contains("write a question"))
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func theModelGoesOnFromAnAlternative() {
    var chat = chat()
    chat.press(KeyPress(.tab), key("i"), KeyPress(.right), KeyPress(.enter))
    #expect(chat.requests.count == 1, "the token itself is no alternative")
    chat.press(KeyPress(.down), KeyPress(.enter))
    let request = chat.requests[1]
    #expect(request.prefix == [5, 9] && request.place == TurnPlace(id: 3, parent: 1))
    #expect(request.messages == chat.requests[0].messages)
    chat.feed(
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 12, reusedTokens: 11, newTokens: [9], contextLength: 2048, settings: request.settings,
          place: request.place, prefix: [5, 9], prefixText: "Oslo was")))
    chat.feed(.token(GeneratedToken(id: 8, text: " big", logit: 0, probability: 0.5)))
    #expect(chat.screen.messages.last?.content == "Oslo was big")
    chat.finish(.endOfTurn, ["Oslo was big"])
    chat.press(KeyPress(.tab), key("i"), KeyPress(.right))
    #expect(chat.canvas(columns: 100).text.contains("token 2/3  “ was”  id 9  probability 67.96 %"))
    chat.press(KeyPress(.escape), KeyPress(.left))
    #expect(chat.screen.messages.last?.content == "Oslo is it", "the answer that was left is still there")
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen)
  }

  @Test func surpriseIsShownByColourAndByAttributes() {
    for theme in [Theme.dark, .monochrome] {
      var chat = chat()
      chat.screen.theme = theme
      chat.press(KeyPress(.function(7)))
      let canvas = chat.canvas(columns: 100)
      let styles = [2, 6, 9].map { canvas[$0, 2].style }
      #expect(Set(styles).count == 3)
      #expect(Set(styles.map(\.attributes.rawValue)).count == 3, "without colour too")
      chat.press(KeyPress(.function(7)))
      #expect(chat.canvas(columns: 100)[6, 2].style == theme[.assistant])
    }
  }

  @Test(arguments: [(0, 0), (1, 1), (5, 3), (20, 5), (100, 24), (400, 120)])
  func everySize(columns: Int, rows: Int) {
    var chat = chat()
    chat.feed(.resized(TerminalSize(columns: columns, rows: rows)))
    chat.press(KeyPress(.tab), key("i"))
    for press in [Key.right, .down, .down, .up, .end, .home, .left] {
      chat.press(KeyPress(press))
      let canvas = chat.canvas(columns: columns, rows: rows)
      #expect(canvas.cursor == nil || canvas.bounds.contains(canvas.cursor ?? Point(x: -1, y: -1)))
    }
  }
}
