import Tensors
import Testing

@testable import Inference

@Suite struct StopTextsTests {
  /// Feeds a text in pieces and returns what came out and whether it stopped.
  func run(_ pieces: [String], stops: [String]) -> (String, Bool) {
    var matcher = StopTexts(stops)
    var text = ""
    for piece in pieces {
      let (ready, isStopped) = matcher.push(piece)
      text += ready
      if isStopped { return (text, true) }
    }
    return (text + matcher.flush(), false)
  }

  @Test func nothingOfAStopTextLeaks() {
    #expect(run(["Hello", " wor", "ld</", "s", "> more"], stops: ["</s>"]) == ("Hello world", true))
  }

  @Test func whatOnlyLookedLikeOneComesOut() {
    #expect(run(["a<", "/", "b"], stops: ["</s>"]) == ("a</b", false))
    #expect(run(["ends with <", "/s"], stops: ["</s>"]) == ("ends with </s", false))
  }

  @Test func theEarliestOfSeveralCounts() {
    #expect(run(["one two three"], stops: ["three", "two", ""]) == ("one ", true))
  }

  @Test func wideCharactersSurviveAnyCut() {
    var random = RandomStream(seed: 5)
    let text = "中文和 emoji 👩‍👩‍👧 é 结束 tail"
    for _ in 0..<200 {
      var pieces: [String] = [""]
      for character in text {
        if random.nextWord() % 3 == 0 { pieces.append("") }
        pieces[pieces.count - 1].append(character)
      }
      #expect(run(pieces, stops: ["结束"]) == ("中文和 emoji 👩‍👩‍👧 é ", true))
      #expect(run(pieces, stops: ["结x"]) == (text, false))
    }
  }
}
