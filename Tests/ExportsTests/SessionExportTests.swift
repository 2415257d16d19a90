import Drawing
import Exports
import JSONText
import OrderedCollections
import Sessions
import Testing

@Suite struct SessionExportTests {
  private static let log: SessionLog = {
    var settings = SamplingSettings()
    settings.seed = 7
    func answer(_ turn: Int, _ words: [String], from seconds: Double, _ reason: AnswerEndReason) -> [TimedEvent] {
      let start = AnswerStart(
        turn: turn, promptTokens: 9, reusedTokens: 0, newTokens: [1, 2], contextLength: 64, settings: settings)
      let tokens = words.enumerated().map { index, word in
        TimedEvent(
          seconds: seconds + 0.1 * Double(index + 1),
          event: .token(GeneratedToken(id: 1, text: word, logit: 0, probability: 1)))
      }
      let end = AnswerEnd(
        reason: reason, generatedTokens: words.count, prefillSeconds: 0.1, decodeSeconds: 0.1, text: words.joined())
      return [TimedEvent(seconds: seconds, event: .answerStarted(start))] + tokens
        + [TimedEvent(seconds: seconds + 1, event: .answerFinished(end))]
    }
    let events =
      [
        TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 60, rows: 12))),
        TimedEvent(
          seconds: 0.001, event: .opened(ChatOpening(model: "tiny", system: "Be brief.", settings: settings))),
        TimedEvent(
          seconds: 0.1,
          event: .modelReady(
            ModelDescription(
              name: "tiny", path: "/t", identity: "abc", family: "llama", parameters: 1, quantisation: "Q4_1",
              contextLength: 64, bytes: 1))),
        TimedEvent(seconds: 1, event: .asked(Question(text: "Which *city*?\u{1B}[31m"))),
      ] + answer(1, ["Os", "lo", "."], from: 2, .endOfTurn)
      + [TimedEvent(seconds: 3700.0005, event: .asked(Question(text: "And?")))]
      + answer(2, ["So"], from: 3701, .cancelled)
    let header = SessionHeader(
      kind: "chat", model: "tiny", created: 1_795_000_000, terminal: TerminalSize(columns: 60, rows: 12))
    return SessionLog(path: "/s.session", header: header, events: events)
  }()

  private func cast(_ markers: [SessionMarker] = []) throws -> (header: JSONValue, lines: [JSONValue]) {
    var lines: [JSONValue] = []
    var failure: (any Error)?
    Asciicast(
      SessionExportTests.log, markers: markers, title: "Which?", size: Size(columns: 40, rows: 10)
    ).write { line in
      do { lines.append(try JSONValue(parsing: line)) } catch { failure = error }
      return line.hasSuffix("\n")
    }
    if let failure { throw failure }
    return (lines[0], Array(lines.dropFirst()))
  }

  @Test func imagesAreLinkedAndListed() throws {
    let hash = String(repeating: "a", count: 64)
    var log = SessionExportTests.log
    let image = ImageReference(sha256: hash, name: "a](x).png", width: 4, height: 2)
    let lost = ImageReference(sha256: "none", name: "b.png", width: 4, height: 2)
    let events = log.events.map { event in
      guard case .asked(var question) = event.event, question.text == "And?" else { return event }
      question.images = [image, lost]
      return TimedEvent(seconds: event.seconds, event: .asked(question))
    }
    log = SessionLog(path: "/s.session", header: log.header, events: events)
    let document = ConversationDocument(log, title: "t")
    #expect(document.markdown.contains("![ax.png](</s.session/blobs/\(hash).png>)"))
    #expect(document.markdown.contains("*image b.png: its file is not in the session*"))
    let messages = try #require(document.json["messages"]?.array)
    let listed = try #require(messages.first { $0["content"]?.string == "And?" }?["images"]?.array)
    #expect(listed[0]["path"]?.string == "/s.session/blobs/\(hash).png" && listed[0]["width"]?.integer == 4)
    #expect(listed[1]["path"]?.isNull == true)
    #expect(messages.first { $0["content"]?.string?.hasPrefix("Which") == true }?["images"] == nil)
  }

  @Test func aRecordingHasTheHeaderOfVersion3() throws {
    let header = try cast().header
    #expect(header["version"]?.integer == 3)
    #expect(header["term"]?["cols"]?.integer == 40 && header["term"]?["rows"]?.integer == 10)
    #expect(header["timestamp"]?.integer == 1_795_000_000 && header["title"]?.string == "Which?")
  }

  @Test func theWholeSessionRidesAlong() throws {
    let events = try cast().lines.filter { $0[1]?.string == Asciicast.eventCode }.map {
      try TimedEvent(json: JSONValue(parsing: $0[2]?.string ?? ""))
    }
    #expect(events == SessionExportTests.log.events)
  }

  @Test func intervalsAddUpToTheSessionsTimes() throws {
    let lines = try cast([SessionMarker(seconds: 2, label: "here"), SessionMarker(seconds: 9999)]).lines
    let total = lines.reduce(0.0) { $0 + ($1[0]?.double ?? .nan) }
    #expect(abs(total - 9999) < 0.001)
    #expect(lines.allSatisfy { ($0[0]?.double ?? -1) >= 0 })
    let marks = lines.filter { $0[1]?.string == "m" }
    #expect(marks.map { $0[2]?.string } == ["here", ""])
  }

  @Test func outputEndsOnTheLastFrameAndHoldsNoForeignEscape() throws {
    let output = try cast().lines.filter { $0[1]?.string == "o" }.compactMap { $0[2]?.string }
    #expect(output.count > 3)
    #expect(output.joined().contains("Oslo") || output.joined().contains("lo"))
    #expect(!output.joined().contains("\u{1B}[31mWhich") && output.joined().contains("␛[31m"))
  }

  @Test func writingEndsWhenNobodyReads() {
    var count = 0
    Asciicast(SessionExportTests.log, title: "", size: Size(columns: 40, rows: 10)).write { _ in
      count += 1
      return count < 5
    }
    #expect(count == 5)
  }

  @Test func markdownTellsWhatWasSaidAndWithWhat() {
    let text = ConversationDocument(SessionExportTests.log, title: "Which city?", tags: ["geo"]).markdown
    let parts = ["# Which city?\n", "- model: tiny\n", "SHA-256 `abc`", "- tags: geo\n", "## System\n\nBe brief.\n"]
    for part in parts + ["## Question 1\n\nWhich *city*?␛[31m\n", "## Answer 1\n\nOslo.\n", "*stopped by the user*"] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func jsonHoldsTheMessagesInOrder() {
    let json = ConversationDocument(SessionExportTests.log, title: "t").json
    let messages = json["messages"]?.array ?? []
    #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "user", "assistant"])
    #expect(messages[2]["content"]?.string == "Oslo." && messages[2]["tokens"]?.integer == 3)
    #expect(messages[4]["ended"]?.string == "stopped by the user")
    #expect(json["model"]?["weights_sha256"]?.string == "abc" && json["sampling"]?["seed"]?.integer == 7)
  }
}
