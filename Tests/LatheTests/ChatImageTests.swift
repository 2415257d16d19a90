import Drawing
import Exports
import Files
import Images
import Screens
import Sessions
import Testing

@testable import lathe

/// Images of a chat, from a file through the engine to a replay without that file.
@Suite(.timeLimit(.minutes(1))) struct ChatImageTests {
  let place: TemporaryLibrary

  init() throws { place = try TemporaryLibrary() }

  private func begin(_ engine: ScriptedEngine) throws -> ChatDriver {
    try ChatDriver(
      ChatOpening(model: "tiny"),
      services: Services(engine: engine, catalogue: EmptyCatalogue(), sessionLibrary: place.sessionLibrary),
      size: TerminalSize(columns: 80, rows: 24), theme: .dark, mailbox: Mailbox())
  }

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

  /// A red image.
  private func writeImage(_ name: String) throws -> String {
    let image = RGBAImage(width: 30, height: 20, pixels: (0..<600).flatMap { _ in [255, 0, 0, 255] as [UInt8] })
    try createFolder(place.folder + "/pictures")
    try writeAtomically(try image.png(), to: place.folder + "/pictures/" + name)
    return place.folder + "/pictures/" + name
  }

  private func frame(_ replay: ReplayScreen) -> Canvas {
    var canvas = Canvas(size: Size(columns: 80, rows: 40))
    replay.chat.view(on: &canvas)
    return canvas
  }

  private func isRed(_ canvas: Canvas) -> Bool {
    (0..<canvas.size.rows).contains { canvas.row($0).contains { $0.style.background == .rgb(255, 0, 0) } }
  }

  @Test func anImageIsKeptAskedAboutAndReplayed() throws {
    let engine = ScriptedEngine(answer: ["red"], hasVision: true)
    let driver = try begin(engine)
    let path = try #require(driver.path)
    run(driver, until: isReady)
    let file = try writeImage("red.png")
    let bytes = try readFile(file, limit: 1 << 20)
    type("/attach \(file)", into: driver)
    run(driver) { !$0.attachments.isEmpty }
    // The original may go: the session has its own.
    try writeAtomically([], to: file)
    type("What is it?", into: driver)
    run(driver) { $0.activity == .idle && $0.turn == 1 }
    let request = try #require(engine.requests.last)
    let image = try #require(request.messages.last?.images.first)
    #expect(image.name == "red.png" && image.width == 30 && image.height == 20)
    #expect(try SessionBlobs.bytes(of: image, in: #require(request.session)) == bytes)

    var replay = try ReplayScreen(path: path)
    replay.move(to: .max)
    #expect(replay.chat == driver.chat && isRed(frame(replay)))
    driver.close(inGoodOrder: true)
    let log = try SessionLog(path: path)
    #expect(ConversationDocument(log, title: "t").markdown.contains("![red.png](<\(path)/blobs/\(image.sha256).png>)"))
    // Continued, it is still there to be seen and to be sent.
    let again = try ChatDriver(
      resuming: path,
      services: Services(engine: engine, catalogue: EmptyCatalogue(), sessionLibrary: place.sessionLibrary),
      size: TerminalSize(columns: 80, rows: 24), theme: .dark, mailbox: Mailbox())
    #expect(again.chat.shelf[image] != nil)
  }

  @Test func whatIsNoImageIsRefusedAndNothingIsKept() throws {
    let driver = try begin(ScriptedEngine(answer: [], hasVision: true))
    run(driver, until: isReady)
    let text = try writeImage("text.png")
    try writeAtomically(Array("no image".utf8), to: text)
    type("/attach \(text)", into: driver)
    run(driver) { $0.entries.contains { $0.kind == .notice(.error) } }
    #expect(driver.chat.entries.last?.text.contains("expected a PNG image") == true)
    #expect(throws: (any Error).self) { try driver.attach(place.folder + "/pictures/absent.png") }
    #expect(driver.chat.attachments.isEmpty)
    #expect(FileKind(path: (driver.path ?? "") + "/blobs") == .absent)
  }

  @Test func aModelWithoutVisionLeavesTheQuestionWhereItWasWritten() throws {
    let engine = ScriptedEngine(answer: ["?"])
    let driver = try begin(engine)
    try driver.attach(try writeImage("red.png"))
    type("What is it?", into: driver)
    run(driver, until: isReady)
    #expect(engine.requests.isEmpty && driver.chat.attachments.count == 1)
    #expect(driver.chat.entries.contains { $0.text.contains("tiny takes no images") })
    type("", into: driver)
    #expect(engine.requests.isEmpty && driver.chat.queue.isEmpty)
  }

  @Test func aShippedSessionIsContinuedWithItsImages() throws {
    let engine = ScriptedEngine(answer: ["red"], hasVision: true)
    let driver = try begin(engine)
    let path = try #require(driver.path)
    try driver.attach(try writeImage("red.png"))
    type("What is it?", into: driver)
    run(driver) { $0.activity == .idle && $0.turn == 1 }
    driver.close(inGoodOrder: true)
    let shipped = place.folder + "/shipped/example.session"
    try createFolder(shipped + "/blobs")
    for name in ["events.jsonl"] + (try namesInFolder(path + "/blobs")).map({ "blobs/" + $0 }) {
      try writeAtomically(try readFile(path + "/" + name, limit: 1 << 20), to: shipped + "/" + name)
    }
    let own = try place.sessionLibrary.adopt(shipped)
    #expect(try namesInFolder(own + "/blobs") == namesInFolder(path + "/blobs"))
  }
}
