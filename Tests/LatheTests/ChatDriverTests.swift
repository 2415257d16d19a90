import Drawing
import Files
import Screens
import Sessions
import Testing

@testable import lathe

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of sessions for one test.
final class TemporaryLibrary {
  let folder: String
  var sessionLibrary: SessionLibrary { SessionLibrary(folders: [folder + "/own", folder + "/shipped"]) }

  init() throws {
    var template = Array("/tmp/lathe-app-XXXXXX".utf8CString)
    folder = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { TemporaryLibrary.remove(folder) }

  private static func remove(_ path: String) {
    for name in (try? namesInFolder(path)) ?? [] {
      if unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
    }
    rmdir(path)
  }
}

struct EmptyCatalogue: ModelCatalogue {
  func models() throws -> [ModelListing] { [] }
  func pull(
    _ name: String, progress: @escaping @Sendable (PullProgress.State) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {}
}

@Suite(.timeLimit(.minutes(1))) struct ChatDriverTests {
  let place: TemporaryLibrary
  let size = TerminalSize(columns: 80, rows: 24)

  init() throws { place = try TemporaryLibrary() }

  private func services(_ engine: ScriptedEngine) -> Services {
    Services(engine: engine, catalogue: EmptyCatalogue(), sessionLibrary: place.sessionLibrary)
  }

  private func begin(_ engine: ScriptedEngine, model: String = "tiny") throws -> ChatDriver {
    var settings = SamplingSettings()
    settings.seed = 7
    return try ChatDriver(
      ChatOpening(model: model, settings: settings), services: services(engine), size: size, theme: .dark,
      mailbox: Mailbox())
  }

  /// Passes events on until the chat is as wanted.
  private func run(_ driver: ChatDriver, until isDone: (ChatScreen) -> Bool) {
    while !isDone(driver.chat) {
      for event in driver.mailbox.wait() { _ = driver.handle(event) }
    }
  }

  private func isReady(_ chat: ChatScreen) -> Bool { if case .ready = chat.model { true } else { false } }

  private func type(_ text: String, into driver: ChatDriver) {
    for character in text { _ = driver.handle(.key(KeyPress(.character(character)))) }
    _ = driver.handle(.key(KeyPress(.enter)))
  }

  @Test func everythingOnTheScreenIsInTheLogBefore() throws {
    let engine = ScriptedEngine(answer: ["你", "好", "!"])
    let driver = try begin(engine)
    let path = try #require(driver.path)
    type("hello", into: driver)
    run(driver) { $0.activity == .idle && $0.turn == 1 }
    #expect(driver.chat.messages.map(\.content) == ["hello", "你好!"])
    var replay = ReplayScreen(log: try SessionLog(path: path))
    replay.move(to: .max)
    #expect(replay.chat == driver.chat)
    driver.close(inGoodOrder: true)
    #expect(try !SessionLibrary.summary(path: path).isUnfinished)
    #expect(try SessionLibrary.summary(path: path).title == "hello")
  }

  @Test func aBrokenOffChatContinuesAsAnUnbrokenOne() throws {
    let unbroken = ScriptedEngine(answer: ["a", "b"])
    let whole = try begin(unbroken)
    for (turn, question) in ["one", "two", "three"].enumerated() {
      type(question, into: whole)
      run(whole) { $0.activity == .idle && $0.turn == turn + 1 }
    }

    // The first program gets as far as the middle of the second answer and dies.
    let dying = ScriptedEngine(answer: ["a", "b"])
    var first: ChatDriver? = try begin(dying)
    let path = try #require(first?.path)
    if let first {
      type("one", into: first)
      run(first) { $0.activity == .idle && $0.turn == 1 }
      dying.gate.set(false)
      type("two", into: first)
      #expect(throws: SessionError.self) { try SessionWriter.resume(path: path) }
    }
    dying.stop()
    first = nil

    let engine = ScriptedEngine(answer: ["a", "b"])
    let second = try ChatDriver(
      resuming: path, services: services(engine), size: size, theme: .dark, mailbox: Mailbox())
    run(second, until: isReady)
    #expect(second.chat.isUnfinished && engine.requests.isEmpty)
    _ = second.handle(.key(KeyPress(.enter)))
    run(second) { $0.activity == .idle }
    type("three", into: second)
    run(second) { $0.activity == .idle && $0.turn == 3 }
    #expect(engine.requests.map(\.asked) == unbroken.requests.dropFirst().map(\.asked))
    #expect(second.chat.messages == whole.chat.messages)
  }

  @Test func preferencesAreAppendedToAFile() throws {
    let driver = try begin(ScriptedEngine(answer: ["a"]))
    type("q", into: driver)
    run(driver) { $0.activity == .idle && $0.turn == 1 }
    _ = driver.handle(.answerOrdered(AnswerOrder(place: TurnPlace(id: 3, parent: 1))))
    run(driver) { $0.activity == .idle }
    for _ in 0..<2 { _ = driver.handle(.preferred(Preference(chosen: 3, rejected: 2))) }
    let line =
      #"{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],"#
      + #""rejected":[{"role":"assistant","content":"a"}]}"# + "\n"
    let kept = try readFile(place.folder + "/preferences.jsonl", limit: 1 << 16)
    #expect(String(decoding: kept, as: UTF8.self) == line + line)
  }

  @Test func stopKeepsWhatIsThere() throws {
    let engine = ScriptedEngine(answer: ["a", "b"], isHeld: true)
    let driver = try begin(engine)
    type("hello", into: driver)
    run(driver) { if case .prefilling = $0.activity { true } else { false } }
    _ = driver.handle(.key(KeyPress(.escape)))
    run(driver) { $0.activity == .idle }
    #expect(driver.chat.messages.last == ChatMessage(role: "assistant", content: ""))
  }

  @Test func failuresOfTheEngineAreShownNotThrown() throws {
    let driver = try begin(ScriptedEngine(answer: []), model: "missing")
    run(driver) { if case .failed = $0.model { true } else { false } }
    #expect(driver.chat.entries.last?.text == "cannot load missing: no such model; lathe pull missing")
  }

  @Test func sessionsInWhichNothingHappenedAreRemoved() throws {
    let driver = try begin(ScriptedEngine(answer: []))
    let path = try #require(driver.path)
    run(driver, until: isReady)
    driver.close(inGoodOrder: true)
    #expect(FileKind(path: path) == .absent)
    let lost = try begin(ScriptedEngine(answer: []))
    _ = lost.handle(.key(KeyPress(.character("x"))))
    lost.close(inGoodOrder: false)
    #expect(place.sessionLibrary.summaries().map(\.isUnfinished) == [true])
  }

  @Test func aShippedSessionIsContinuedInACopy() throws {
    let engine = ScriptedEngine(answer: ["a"])
    let driver = try begin(engine)
    let path = try #require(driver.path)
    type("hello", into: driver)
    run(driver) { $0.activity == .idle && $0.turn == 1 }
    driver.close(inGoodOrder: true)
    let shipped = place.folder + "/shipped/example.session"
    try createFolder(shipped)
    let bytes = try readFile(path + "/events.jsonl", limit: 1 << 20)
    try writeAtomically(bytes, to: shipped + "/events.jsonl")
    #expect(try place.sessionLibrary.find("exam") == shipped)
    let again = try ChatDriver(
      resuming: shipped, services: services(engine), size: size, theme: .dark, mailbox: Mailbox())
    #expect(again.path == place.folder + "/own/example.session")
    #expect(try readFile(shipped + "/events.jsonl", limit: 1 << 20) == bytes)
  }
}
