import Files
import Sessions
import TestSupport
import Testing

/// A library in a folder of its own, with sessions whose questions and answers are given.
struct ScratchLibrary {
  private let folder: TestSupport.TemporaryFolder
  let library: SessionLibrary
  var indexFile: String { folder.path + "/cache/sessions.index" }

  init() throws {
    folder = try TestSupport.TemporaryFolder()
    library = SessionLibrary(
      folders: [folder.path + "/sessions", folder.path + "/shipped"], trash: folder.path + "/trash",
      indexFile: folder.path + "/cache/sessions.index")
  }

  @discardableResult
  func record(
    _ question: String, _ answer: String, created: Double, model: String = "tiny", shipped: Bool = false,
    isEnded: Bool = true
  ) throws -> String {
    let header = SessionHeader(
      kind: "chat", model: model, created: created, terminal: TerminalSize(columns: 80, rows: 24))
    let writer = try SessionWriter.create(in: library.folders[shipped ? 1 : 0], header: header)
    try writer.append(TimedEvent(seconds: 0, event: .asked(Question(text: question))))
    for word in answer.split(separator: " ") {
      let token = GeneratedToken(id: 1, text: word + " ", logit: 0, probability: 1)
      try writer.append(TimedEvent(seconds: 1, event: .token(token)))
    }
    guard isEnded else { return writer.path }
    let end = AnswerEnd(reason: .endOfTurn, generatedTokens: 1, prefillSeconds: 0, decodeSeconds: 0, text: answer)
    try writer.append(TimedEvent(seconds: 2, event: .answerFinished(end)))
    try writer.append(TimedEvent(seconds: 3, event: .ended))
    return writer.path
  }

  func found(_ query: String) -> [String] {
    library.index().search(SessionQuery(query)).map(\.summary.title)
  }
}

@Suite struct SessionIndexTests {
  let scratch: ScratchLibrary
  var library: SessionLibrary { scratch.library }

  init() throws {
    scratch = try ScratchLibrary()
    try scratch.record("Where is Oslo?", "In NORWAY, by the fjord.", created: 1000)
    try scratch.record("ÜBER alles?", "Das Wort ist über.", created: 2000, model: "large")
    try scratch.record("你好", "世界 hello", created: 3000, isEnded: false)
    try scratch.record("shipped question", "norway too", created: 500, shipped: true)
  }

  @Test(arguments: [
    ("norway", ["Where is Oslo?", "shipped question"]), ("Norway fjord", ["Where is Oslo?"]),
    ("\"by the FJORD\"", ["Where is Oslo?"]), ("\"fjord the\"", []), ("Über", ["ÜBER alles?"]), ("世界", ["你好"]),
    ("hello", ["你好"]), ("model:LARGE", ["ÜBER alles?"]), ("model:large norway", []), ("absent", []),
    ("", ["你好", "ÜBER alles?", "Where is Oslo?", "shipped question"]),
  ]) func findsWhatWasSaid(query: String, titles: [String]) {
    #expect(scratch.found(query) == titles)
    #expect(scratch.found(query) == titles, "from the file, too")
  }

  @Test func theExcerptShowsThePlaceAndHitsAreCounted() throws {
    try scratch.record("count", String(repeating: "word\nneedle\t", count: 150), created: 4000)
    let match = try #require(library.index().search(SessionQuery("needle")).first)
    #expect(match.hits == 100)
    #expect(match.excerpt.contains("word needle word"))
    #expect(!match.excerpt.contains { $0.isNewline || $0 == "\t" })
  }

  @Test func changesAreSeenAtOnceAndTheDeletedLeaveNothingBehind() throws {
    _ = library.index()
    let path = try scratch.record("a secret", "swordfish", created: 5000)
    #expect(scratch.found("swordfish") == ["a secret"])
    let (writer, _) = try SessionWriter.resume(path: path)
    try writer.append(TimedEvent(seconds: 9, event: .asked(Question(text: "and the halibut?"))))
    #expect(scratch.found("swordfish halibut") == ["a secret"])
    try library.changeDetails(of: path) { $0.add(tag: "fish") }
    #expect(scratch.found("tag:fish") == ["a secret"])
    #expect(scratch.found("tag:fowl").isEmpty)
  }

  @Test func whatIsGoneIsGoneFromTheFileToo() throws {
    let path = try scratch.record("a secret", "swordfish", created: 5000)
    #expect(scratch.found("swordfish") == ["a secret"])
    let holdsSecret = {
      String(decoding: try readFile(scratch.indexFile, limit: 1 << 20), as: UTF8.self).contains("swordfish")
    }
    #expect(try holdsSecret())
    try library.delete(path, now: 6000)
    #expect(scratch.found("swordfish").isEmpty)
    #expect(try !holdsSecret())
  }

  @Test func aDamagedFileIsMadeAnew() throws {
    let titles = scratch.found("")
    let whole = try readFile(scratch.indexFile, limit: 1 << 20)
    for length in stride(from: 0, through: whole.count, by: 7) {
      try writeAtomically(Array(whole[..<length]), to: scratch.indexFile)
      #expect(scratch.found("") == titles, "cut at \(length)")
    }
    var mutated = whole
    for index in stride(from: 24, to: whole.count, by: 5) { mutated[index] = 0xFF }
    try writeAtomically(mutated, to: scratch.indexFile)
    #expect(scratch.found("") == titles)
    #expect(scratch.found("norway") == ["Where is Oslo?", "shipped question"])
  }

  @Test func withoutAFileEverythingIsReadFromTheLogs() {
    let unindexed = SessionLibrary(folders: library.folders)
    #expect(unindexed.index().search(SessionQuery("fjord")).map(\.summary.title) == ["Where is Oslo?"])
  }
}

@Suite struct SessionChangesTests {
  let scratch: ScratchLibrary
  var library: SessionLibrary { scratch.library }

  init() throws { scratch = try ScratchLibrary() }

  @Test func aNameIsTheFoldersAndFindsTheSession() throws {
    let path = try scratch.record("q", "a", created: 1000)
    let renamed = try library.rename(path, to: "norway trip")
    #expect(try library.find("norway trip") == renamed)
    #expect(try library.find("norway") == renamed)
    #expect(library.summaries().map(\.name) == ["norway trip"])
    #expect(try SessionLog(path: renamed).events.count == 4)
  }

  @Test(arguments: ["", "a/b", ".hidden", "-option", "tab\there", String(repeating: "x", count: 201), "taken"])
  func badNamesAreRefusedInOneLine(name: String) throws {
    try library.rename(scratch.record("q", "a", created: 1000), to: "taken")
    let path = try scratch.record("q", "a", created: 2000)
    let error = #expect(throws: SessionError.self) { try library.rename(path, to: name) }
    #expect(error?.description.contains("\n") == false)
    #expect(library.summaries().count == 2)
  }

  @Test func tagsAreWordsSortedEachOnce() throws {
    let path = try scratch.record("q", "a", created: 1000)
    try library.changeDetails(of: path) { details in for tag in ["b", "a", "b"] { details.add(tag: tag) } }
    #expect(try SessionLibrary.summary(path: path).tags == ["a", "b"])
    try library.changeDetails(of: path) { $0.remove(tag: "a") }
    #expect(library.summaries().first?.tags == ["b"])
    for tag in ["", "two words", "line\nfeed", "\u{1B}[31m", String(repeating: "x", count: 65)] {
      #expect(SessionDetails.problem(ofTag: tag) != nil)
    }
    #expect(SessionDetails.problem(ofTag: "good-例") == nil)
  }

  @Test func markersAreKeptInOrderOfTime() throws {
    let path = try scratch.record("q", "a", created: 1000)
    let markers = [SessionMarker(seconds: 2, label: "later"), SessionMarker(seconds: 0.5), SessionMarker(seconds: 2)]
    try library.changeDetails(of: path) { details in for marker in markers { details.add(marker) } }
    #expect(try SessionDetails(path: path).markers == [markers[1], markers[2]])
  }

  @Test func malformedDetailsAreNamedAndNotOverwritten() throws {
    let path = try scratch.record("q", "a", created: 1000)
    try writeAtomically(Array("{\"markers\":[1]}".utf8), to: path + "/" + SessionDetails.fileName)
    #expect(throws: SessionError.self) { try library.changeDetails(of: path) { $0.add(tag: "x") } }
    #expect(library.summaries().first?.tags == [], "the list does without")
  }

  @Test func theDeletedComeBackInTurnAndByName() throws {
    let one = try scratch.record("one", "a", created: 1000)
    let two = try scratch.record("two", "b", created: 2000)
    try library.delete(one, now: 9000)
    try library.delete(two, now: 9000)
    #expect(library.summaries().isEmpty)
    #expect(library.deleted().map(\.name) == [SessionLibrary.name(ofPath: two), SessionLibrary.name(ofPath: one)])
    #expect(try library.undelete() == two)
    try library.delete(two, now: 9001)
    #expect(try library.undelete(SessionLibrary.name(ofPath: one)) == one)
    try scratch.record("new", "c", created: 2000)
    #expect(try library.undelete() == two.dropLast(8) + "-2.session")
    #expect(library.deleted().isEmpty)
    #expect(throws: SessionError.self) { try library.undelete() }
  }

  @Test func theTrashIsEmptiedByAgeOnly() throws {
    for (day, question) in ["old", "new"].enumerated() {
      try library.delete(scratch.record(question, "a", created: Double(day)), now: Double(day) * 86_400 + 1)
    }
    #expect(try library.emptyTrash(deletedBefore: 86_400).count == 1)
    #expect(library.deleted().count == 1)
    #expect(try library.undelete().hasSuffix("1970-01-01-000001.session"))
  }

  @Test func whatIsNotTheUsersOwnOrInUseStays() throws {
    let shipped = try scratch.record("shipped", "a", created: 1000, shipped: true)
    #expect(throws: SessionError.self) { try library.delete(shipped, now: 1) }
    #expect(throws: SessionError.self) { try library.rename(shipped, to: "x") }
    #expect(throws: SessionError.self) { try library.changeDetails(of: shipped) { $0.add(tag: "x") } }
    let own = try scratch.record("own", "a", created: 2000)
    let (writer, _) = try SessionWriter.resume(path: own)
    #expect(throws: SessionError.self) { try library.delete(own, now: 1) }
    #expect(throws: SessionError.self) { try library.rename(own, to: "x") }
    try library.changeDetails(of: own) { $0.add(tag: "live") }
    withExtendedLifetime(writer) {}
    #expect(library.summaries().count == 2)
  }
}
