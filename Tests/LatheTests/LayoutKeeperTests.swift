import Drawing
import Files
import Screens
import Sessions
import TestSupport
import Testing

@testable import lathe

/// The layout of panes outlives the program, and a damaged file does no harm.
@Suite(.timeLimit(.minutes(1))) struct LayoutKeeperTests {
  private let place: TemporaryLibrary
  private let folder: TemporaryFolder
  private let size = TerminalSize(columns: 120, rows: 30)

  init() throws {
    place = try TemporaryLibrary()
    folder = try TemporaryFolder()
  }

  private var file: String { folder["data/layout.json"] }

  private func begin(memory: @escaping @Sendable () -> Int? = { nil }) throws -> ChatDriver {
    let services = Services(
      engine: ScriptedEngine(answer: ["a"]), catalogue: EmptyCatalogue(), sessionLibrary: place.sessionLibrary,
      layout: LayoutKeeper(path: file), residentBytes: memory)
    return try ChatDriver(
      ChatOpening(model: "tiny"), services: services, size: size, theme: .dark, mailbox: Mailbox())
  }

  private func events(_ driver: ChatDriver) throws -> [Event] {
    try SessionLog(path: try #require(driver.path)).events.map(\.event)
  }

  @Test func whatOneChatLeavesTheNextFinds() throws {
    let first = try begin()
    #expect(try !events(first).contains { if case .arranged = $0 { true } else { false } })
    _ = first.handle(.key(KeyPress(.function(8))))
    _ = first.handle(.key(KeyPress(.character("n"), .alt)))
    _ = first.handle(.mouse(MouseInput(.press, x: 74, y: 4)))
    _ = first.handle(.mouse(MouseInput(.drag, x: 60, y: 4)))
    _ = first.handle(.mouse(MouseInput(.release, x: 60, y: 4)))
    first.close(inGoodOrder: false)
    let kept = try #require(try LayoutKeeper(path: file).read())
    #expect(kept.pane == "tokens" && kept.isOpen && abs(kept.fractions[0][0] - 60.0 / 119) < 0.001)

    let second = try begin()
    #expect(try events(second).contains(.arranged(kept)))
    // The session replays as it was, whatever the file says by then.
    try writeAtomically(Array("[]".utf8), to: file)
    var replay = ReplayScreen(log: try SessionLog(path: try #require(second.path)))
    replay.move(to: .max)
    #expect(replay.chat == second.chat)
  }

  @Test(arguments: [
    "", "{", "[]", #"{"lathe_layout":2}"#,
    #"{"lathe_layout":1,"chat":{"pane":"tree","open":true,"fractions":[[0,1]]}}"#,
    #"{"lathe_layout":1,"chat":{"pane":"tree","fractions":[]}}"#,
    #"{"lathe_layout":1,"chat":{"pane":"tree","open":true,"fractions":["x"]}}"#,
  ]) func aDamagedFileIsToldInOneLineAndIgnored(text: String) throws {
    try createFolder(folder["data"])
    try writeAtomically(Array(text.utf8), to: file)
    let driver = try begin()
    let notices = try events(driver).compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    #expect(notices.count == 1 && notices[0].text.contains("layout.json") && !notices[0].text.contains("\n"))
    #expect(notices[0].severity == .warning)
    _ = driver.handle(.key(KeyPress(.function(8))))
    driver.close(inGoodOrder: false)
    #expect(try LayoutKeeper(path: file).read()?.isOpen == true, "the next layout takes its place")
  }

  @Test func whereItCannotBeKeptThatIsSaid() throws {
    try folder.write("in the way", to: "data")
    let driver = try begin()
    _ = driver.handle(.key(KeyPress(.function(8))))
    driver.close(inGoodOrder: false)
    let notices = driver.mailbox.drain().compactMap { if case .notice(let notice) = $0 { notice.text } else { nil } }
    #expect(notices.contains { $0.hasPrefix("the layout of the panes is not remembered: ") })
  }

  @Test func memoryIsToldWithTheEngineAndReplays() throws {
    let driver = try begin(memory: { 123_456_789 })
    while driver.chat.activity != .idle || driver.chat.turn == 0 {
      for event in driver.mailbox.wait() { _ = driver.handle(event) }
      if case .ready = driver.chat.model, driver.chat.turn == 0 { _ = driver.ask("hello") }
    }
    #expect(try events(driver).count { $0 == .memoryUsed(123_456_789) } == 1, "told once while it stays the same")
    var replay = ReplayScreen(log: try SessionLog(path: try #require(driver.path)))
    replay.move(to: .max)
    #expect(replay.chat == driver.chat)
    driver.close(inGoodOrder: true)
  }

  @Test func aChatIsExportedFromItsScreen() throws {
    let driver = try begin()
    while driver.chat.turn == 0 || driver.chat.activity != .idle {
      for event in driver.mailbox.wait() { _ = driver.handle(event) }
      if case .ready = driver.chat.model, driver.chat.turn == 0 { _ = driver.ask("hello") }
    }
    let path = folder["out.json"]
    for character in "/export \(path)" { _ = driver.handle(.key(KeyPress(.character(character)))) }
    _ = driver.handle(.key(KeyPress(.enter)))
    #expect(FileKind(path: path) == .file)
    #expect(driver.chat.entries.last?.text.hasPrefix("exported: \(path), ") == true)
    _ = driver.handle(.key(KeyPress(.up)))
    _ = driver.handle(.key(KeyPress(.enter)))
    #expect(driver.chat.entries.last?.text.contains("is there and stays") == true)
    driver.close(inGoodOrder: true)
  }
}
