import Files
import JSONText
import Sessions
import TestSupport
import Testing

@Suite struct SessionRedactionTests {
  private let folder: TestSupport.TemporaryFolder

  init() throws { folder = try TestSupport.TemporaryFolder() }

  /// Every place of a word in a text, in any case: as a pattern's matches.
  private static func places(of word: String) -> (String) -> [Range<Int>] {
    let word = Array(word.lowercased().utf8)
    return { text in
      let bytes = Array(text.lowercased().utf8)
      guard bytes.count >= word.count else { return [] }
      var found: [Range<Int>] = []
      var index = 0
      while index + word.count <= bytes.count {
        if Array(bytes[index..<index + word.count]) == word {
          found.append(index..<index + word.count)
          index += word.count
        } else {
          index += 1
        }
      }
      return found
    }
  }

  private func record(_ events: [Event]) throws -> String {
    let header = SessionHeader(
      kind: "chat", model: "tiny", created: 1000, terminal: TerminalSize(columns: 80, rows: 24))
    let writer = try SessionWriter.create(in: folder.path, header: header)
    for (index, event) in events.enumerated() {
      try writer.append(TimedEvent(seconds: Double(index), event: event))
    }
    return writer.path
  }

  private func redact(_ path: String, _ word: String = "swordfish") throws -> SessionLog {
    let report = try SessionRedaction(find: SessionRedactionTests.places(of: word)).copy(path, into: folder.path)
    return try SessionLog(path: report.path)
  }

  private func token(_ text: String, _ id: Int32, top: [TokenCandidate] = []) -> Event {
    .token(GeneratedToken(id: id, text: text, logit: 1, probability: 0.5, top: top))
  }

  private let start = Event.answerStarted(
    AnswerStart(
      turn: 1, promptTokens: 3, reusedTokens: 0, newTokens: [4, 5, 6], contextLength: 64,
      settings: SamplingSettings(), promptSHA256: AnswerStart.sha256(ofPrompt: [4, 5, 6])))

  private func holds(_ log: SessionLog, _ word: String = "swordfish") throws -> Bool {
    let bytes = try readFile(log.path + "/" + SessionLog.fileName, limit: 1 << 20)
    return String(decoding: bytes, as: UTF8.self).lowercased().contains(word)
  }

  @Test func everyKindOfEventLosesTheWord() throws {
    let path = try record([
      .opened(ChatOpening(model: "Swordfish-7B", system: "the word is swordfish")),
      .modelFailed("no swordfish here"), .paste("sword fish SWORDFISH"), .asked(Question(text: "say swordfish")),
      .notice(Notice(.warning, "swordfish")), .answerRefused("swordfish"),
      .answerFinished(
        AnswerEnd(
          reason: .failed("swordfish"), generatedTokens: 0, prefillSeconds: 0, decodeSeconds: 0, text: "a swordfish!")),
      .unknown(
        kind: "later", ["seconds": 9, "event": "later", "swordfish": [["deep swordfish"], 5], "reason": "swordfish"]),
    ])
    let log = try redact(path)
    #expect(try !holds(log))
    #expect(log.events.count == 8 && log.faults.isEmpty)
    #expect(log.events.contains { $0.event == .asked(Question(text: "say [redacted]")) })
  }

  @Test func whatTokensSpellTogetherGoesWithTheirIds() throws {
    let candidates = [TokenCandidate(id: 8, text: "fish", logit: 1), TokenCandidate(id: 9, text: "play", logit: 0)]
    let path = try record([
      .asked(Question(text: "hm")), start, token("My sw", 1), token("ord", 2), token("fish!", 3), token(" sword", 4),
      token("s", 5, top: candidates),
      .answerFinished(
        AnswerEnd(
          reason: .endOfTurn, generatedTokens: 5, prefillSeconds: 0, decodeSeconds: 0,
          text: "My swordfish! swords")),
    ])
    let tokens = try redact(path).events.compactMap { event -> GeneratedToken? in
      if case .token(let token) = event.event { token } else { nil }
    }
    #expect(tokens.map(\.text) == ["My [redacted]", "", "!", " sword", "s"])
    #expect(tokens.map(\.id) == [-1, -1, -1, 4, 5])
    #expect(tokens[4].top.map(\.text) == ["[redacted]", "play"], "a candidate that would have spelled it")
    #expect(tokens[4].top.map(\.id) == [-1, 9])
  }

  @Test func promptsAndTypingSayNothingAnyMore() throws {
    let typed = "my swxordfish".map { Event.key(KeyPress(.character($0))) }
    let path = try record(
      typed + [.key(KeyPress(.character("c"), .control)), .asked(Question(text: "my swordfish")), start])
    let log = try redact(path)
    let keys = log.events.compactMap { event -> KeyPress? in
      if case .key(let press) = event.event { press } else { nil }
    }
    #expect(keys == Array(repeating: KeyPress(.character("•")), count: 13) + [KeyPress(.character("c"), .control)])
    #expect(log.answers.map(\.prompt) == [nil])
    guard case .answerStarted(let start) = log.events.last?.event else {
      Issue.record("no answer")
      return
    }
    #expect(start.newTokens.isEmpty && start.promptSHA256.isEmpty && start.promptTokens == 3)
  }

  @Test func keysThatSpellItAreEnough() throws {
    let path = try record("swordfidsh".map { Event.key(KeyPress(.character($0))) })
    #expect(try redact(path).events.contains { $0.event == .key(KeyPress(.character("d"))) }, "not spelled")
    let (one, two) = ("swordfx", "ish")
    let edited = try record(
      one.map { .key(KeyPress(.character($0))) } + [.key(KeyPress(.backspace))]
        + two.map { .key(KeyPress(.character($0))) })
    #expect(try !redact(edited).events.contains { $0.event == .key(KeyPress(.character("s"))) })
  }

  @Test func tagsMarkersAndFilesBesideTheLog() throws {
    let path = try record([.asked(Question(text: "q")), start])
    var details = SessionDetails()
    details.add(tag: "swordfish")
    details.add(SessionMarker(seconds: 1, label: "the swordfish"))
    try details.write(to: path)
    try createFolder(path + "/blobs")
    try writeAtomically([1], to: path + "/blobs/a.png")
    let report = try SessionRedaction(find: SessionRedactionTests.places(of: "swordfish")).copy(
      path, into: folder.path, name: "clean")
    #expect(report.matches == 2 && report.droppedFiles == 1)
    let copy = try SessionDetails(path: report.path)
    #expect(copy.tags == ["[redacted]"] && copy.markers.map(\.label) == ["the [redacted]"])
    #expect(try namesInFolder(report.path) == [SessionDetails.fileName, SessionLog.fileName])
    #expect(try SessionLog(path: report.path).answers.first?.prompt == [4, 5, 6], "nothing said it")
  }

  @Test func withoutAMatchTheCopyIsTheSession() throws {
    let path = try record([.asked(Question(text: "q")), start, token("a", 1), .key(KeyPress(.character("k")))])
    #expect(try redact(path).events == SessionLog(path: path).events)
  }

  @Test func malformedLinesAreNotPassedOn() throws {
    let path = try record([.asked(Question(text: "q"))])
    let file = path + "/" + SessionLog.fileName
    let whole = try readFile(file, limit: 1 << 20)
    try writeAtomically(whole + Array("{swordfish\n".utf8) + Array("{\"seconds\":5,\"swordfish".utf8), to: file)
    let report = try SessionRedaction(find: SessionRedactionTests.places(of: "swordfish")).copy(path, into: folder.path)
    #expect(report.droppedLines == 2)
    #expect(try !holds(SessionLog(path: report.path)))
  }

  @Test func aReplacementOrNameThatMatchesIsRefused() throws {
    let path = try record([.asked(Question(text: "aab b"))])
    let find = SessionRedactionTests.places(of: "ab")
    #expect(throws: SessionError.self) {
      try SessionRedaction(replacement: "xaby", find: find).copy(path, into: folder.path)
    }
    #expect(throws: SessionError.self) {
      try SessionRedaction(find: find).copy(path, into: folder.path, name: "cab")
    }
    #expect(throws: SessionError.self) {
      try SessionRedaction(replacement: "", find: find).copy(path, into: folder.path, name: "../x")
    }
    #expect(SessionLibrary(folders: [folder.path]).summaries().count == 1, "nothing is left behind")
  }

  @Test func aCopyThatWouldStillMatchIsNotKept() throws {
    let path = try record([.asked(Question(text: "aab b"))])
    // Whatever is put in its place, this finds a letter again.
    let redaction = SessionRedaction(replacement: "-") { text in
      text == "-" || !text.contains("b") ? [] : [0..<min(1, text.utf8.count)]
    }
    #expect(throws: SessionError.self) { try redaction.copy(path, into: folder.path, name: "x") }
    #expect(try namesInFolder(folder.path).count == 1)
  }

  @Test(arguments: ["token", "text", "seconds", "event"]) func theFormatsOwnWordsMayMatch(word: String) throws {
    let path = try record([
      .asked(Question(text: "a \(word) here")), start, token("the \(word)", 3), .notice(Notice(.error, word)),
    ])
    let log = try redact(path, word)
    #expect(log.events.count == 4 && log.faults.isEmpty)
    #expect(log.events[0].event == .asked(Question(text: "a [redacted] here")))
  }
}
