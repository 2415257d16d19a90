import Testing

@testable import Widgets

@Suite struct InputLineTests {
  @Test func typesMovesAndDeletesByCluster() {
    var input = InputLine()
    for part in ["a", "中", "👨‍👩‍👧", "e", "\u{301}"] { input.insert(part) }
    #expect(input.text == "a中👨‍👩‍👧e\u{301}" && input.cursor == input.text.utf8.count)
    input.deleteBackward()
    #expect(input.text == "a中👨‍👩‍👧")
    input.moveLeft()
    input.deleteForward()
    #expect(input.text == "a中")
    input.moveToStart()
    input.deleteBackward()
    input.moveLeft()
    input.insert("x")
    #expect(input.text == "xa中" && input.cursor == 1)
    // A mark typed after a letter in the middle joins it and the cursor stays between clusters.
    input.insert("\u{308}")
    #expect(input.text.count == 3 && input.cursor == 3)
  }

  @Test func wordsAndLines() {
    var input = InputLine()
    input.paste("one two, three\nfour five")
    input.moveWordLeft()
    input.deleteWordBackward()
    #expect(input.text == "one two, three\nfive")
    let (up, upAgain) = (input.moveUp(), input.moveUp())
    #expect(up && !upAgain)
    input.killToEnd()
    #expect(input.text == "\nfive")
    input.killToEnd()
    #expect(input.text == "five")
    input.yank()
    #expect(input.text == "\nfive")
    let down = input.moveDown()
    #expect(!down)
    input.moveToEnd()
    input.killToStart()
    #expect(input.text == "\n")
    input.undo()
    #expect(input.text == "\nfive")
    input.redo()
    #expect(input.text == "\n")
  }

  @Test func undoGoesBackToTheStart() {
    var input = InputLine()
    for character in "ab cd" { input.insert(String(character)) }
    input.undo()
    #expect(input.text == "ab")
    input.undo()
    #expect(input.text == "")
    input.undo()
    input.redo()
    input.redo()
    input.redo()
    #expect(input.text == "ab cd" && input.cursor == 5)
  }

  @Test func historyKeepsTheDraft() {
    var input = InputLine(history: ["first", "second"])
    input.insert("draft")
    input.historyUp()
    #expect(input.text == "second")
    input.historyUp()
    input.historyUp()
    #expect(input.text == "first")
    input.historyDown()
    input.historyDown()
    input.historyDown()
    #expect(input.text == "draft")
    let sent = input.submit()
    #expect(sent == "draft")
    #expect(input.isEmpty && input.history == ["first", "second", "draft"])
    input.insert("  ")
    _ = input.submit()
    #expect(input.history.count == 3)
  }

  @Test func randomEditingStaysBetweenClusters() {
    var state: UInt64 = 3
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let pieces = ["a", " ", "\n", "中", "\u{301}", "👨", "\u{200D}", "🇩", "\u{FE0F}", "é", "\r", "-"]
    var input = InputLine(history: ["old 中", "x\ny"])
    for _ in 0..<4000 {
      switch random(20) {
      case 0..<7: input.insert(pieces[random(pieces.count)])
      case 7: input.deleteBackward()
      case 8: input.deleteForward()
      case 9: input.deleteWordBackward()
      case 10: input.moveLeft()
      case 11: input.moveRight()
      case 12: input.moveWordLeft()
      case 13: input.moveWordRight()
      case 14: _ = input.moveUp()
      case 15: _ = input.moveDown()
      case 16: input.undo()
      case 17: input.redo()
      case 18: input.historyUp()
      default: input.historyDown()
      }
      let text = input.text
      let place = text.utf8.index(text.utf8.startIndex, offsetBy: input.cursor)
      #expect(place == text.endIndex || text.indices.contains(place))
    }
  }
}
