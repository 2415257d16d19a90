import Files
import JSONText
import Sessions
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/lathe-sessions-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit {
    for name in (try? namesInFolder(path)) ?? [] {
      for file in (try? namesInFolder(path + "/" + name)) ?? [] { unlink(path + "/" + name + "/" + file) }
      rmdir(path + "/" + name)
    }
    rmdir(path)
  }
}

@Suite struct SessionLogTests {
  let folder: TemporaryFolder
  let header = SessionHeader(
    kind: "chat", model: "smollm2-135m", created: 1_795_000_000.5, terminal: TerminalSize(columns: 80, rows: 24))

  init() throws { folder = try TemporaryFolder() }

  private func record(_ events: [TimedEvent]) throws -> String {
    let writer = try SessionWriter.create(in: folder.path, header: header)
    for event in events { try writer.append(event) }
    return writer.path
  }

  private func file(_ session: String) -> String { session + "/" + SessionLog.fileName }

  private func replace(_ session: String, with bytes: [UInt8]) throws {
    // Not written atomically: that waits for the disk, a thousand times in one of the tests.
    let stream = try #require(fopen(file(session), "wb"))
    #expect(fwrite(bytes, 1, bytes.count, stream) == bytes.count)
    fclose(stream)
  }

  static let events = [
    TimedEvent(seconds: 0, event: .opened(ChatOpening(model: "smollm2-135m"))),
    TimedEvent(seconds: 0.5, event: .key(KeyPress(.character("你")))),
    TimedEvent(seconds: 1.25, event: .asked(Question(text: "你好\nworld \"🌍\""))),
    TimedEvent(seconds: 1.25, event: .token(GeneratedToken(id: 1, text: "hi", logit: 1.5, probability: 0.5))),
    TimedEvent(seconds: 9, event: .resized(TerminalSize(columns: 20, rows: 5))),
  ]

  @Test func readsBackAllButTicks() throws {
    var events = SessionLogTests.events
    events.insert(TimedEvent(seconds: 1, event: .tick), at: 2)
    let log = try SessionLog(path: record(events))
    #expect(log.header == header)
    #expect(log.events == SessionLogTests.events)
    #expect(log.faults.isEmpty && log.tornBytes == 0 && log.notices.isEmpty)
  }

  @Test func tornAtEveryByteLosesAtMostTheLastEvent() throws {
    let path = try record(SessionLogTests.events)
    let whole = try readFile(file(path), limit: 1 << 20)
    let lineEnds = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
    for length in 0...whole.count {
      try replace(path, with: Array(whole[..<length]))
      let complete = lineEnds.count { $0 < length }
      guard complete > 0 else {
        #expect(throws: SessionError.self) { try SessionLog(path: path) }
        continue
      }
      let (writer, log) = try SessionWriter.resume(path: path)
      #expect(log.events == Array(SessionLogTests.events.prefix(complete - 1)), "cut at \(length)")
      #expect(log.tornBytes == length - (lineEnds[complete - 1] + 1))
      #expect(log.notices.isEmpty == (log.tornBytes == 0))
      try writer.append(TimedEvent(seconds: 20, event: .resumed))
      let again = try SessionLog(path: path)
      #expect(again.events == log.events + [TimedEvent(seconds: 20, event: .resumed)])
      #expect(again.faults.isEmpty && again.tornBytes == 0)
    }
  }

  @Test func malformedLinesAreNumberedAndSkipped() throws {
    let path = try record(SessionLogTests.events)
    var lines = try readFile(file(path), limit: 1 << 20).split(separator: UInt8(ascii: "\n")).map { Array($0) }
    lines[2] = [0xFF, 0x00]
    lines.insert(Array(#"{"seconds":2,"event":"key"}"#.utf8), at: 4)
    lines.insert([], at: 5)
    try replace(path, with: Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")])
    let log = try SessionLog(path: path)
    #expect(log.faults.map(\.line) == [3, 5, 6])
    #expect(log.faults[1].description == #"line 5: "key" is missing"#)
    #expect(log.events.count == SessionLogTests.events.count - 1)
    #expect(log.notices.count == 3)
  }

  @Test(arguments: [
    ("", "its log has no complete first line"),
    ("hello\n", "its first line is no session header"),
    (#"{"version":3,"width":80}"# + "\n", "its first line is no session header"),
    (#"{"lathe_session":99}"# + "\n", "it has format version 99, this program reads up to 1; a newer lathe reads it"),
  ]) func filesOfOthersAreRefusedInOneLine(content: String, reason: String) throws {
    let path = try record([])
    try replace(path, with: Array(content.utf8))
    do {
      _ = try SessionLog(path: path)
      Issue.record("was read")
    } catch {
      #expect(error.reason == reason)
      #expect(!error.description.contains("\n"))
    }
  }

  @Test func oneProgramAtATimeAppends() throws {
    let writer = try SessionWriter.create(in: folder.path, header: header)
    #expect(throws: SessionError.self) { try SessionWriter.resume(path: writer.path) }
    #expect(try SessionLibrary.summary(path: writer.path).isOpenElsewhere)
    #expect(try SessionLog(path: writer.path).events.isEmpty, "reading is always allowed")
    withExtendedLifetime(writer) {}
  }

  @Test func aGrowingLogHandsOutWholeLinesOnly() throws {
    let writer = try SessionWriter.create(in: folder.path, header: header)
    var source = try SessionSource(path: writer.path)
    #expect(try source.next() == nil)
    for event in SessionLogTests.events {
      try writer.append(event)
      #expect(try source.next() == event)
      #expect(try source.next() == nil)
    }
  }

  @Test func timeNeverGoesBack() throws {
    let path = try record([
      TimedEvent(seconds: 5, event: .resumed), TimedEvent(seconds: 3, event: .resumed),
    ])
    #expect(try SessionLog(path: path).events.map(\.seconds) == [5, 5])
  }

  @Test func seeksByTime() {
    let log = SessionLog(path: "x", header: header, events: SessionLogTests.events)
    #expect([-1, 0, 0.4999, 0.5, 1.25, 8.9, 9, 100].map { log.count(at: $0) } == [0, 1, 1, 2, 4, 4, 5, 5])
    #expect(log.seconds == 9)
  }

  @Test func summariesTellTitleTurnsAndWhetherItEnded() throws {
    let first = try record(SessionLogTests.events)
    let summary = try SessionLibrary.summary(path: first)
    #expect(summary.title == "你好 world \"🌍\"")
    #expect(summary.turns == 1 && summary.seconds == 9 && summary.isUnfinished && !summary.isOpenElsewhere)
    let second = try record([SessionLogTests.events[2], TimedEvent(seconds: 3, event: .ended)])
    #expect(first != second, "names are unique within a second")
    #expect(try !SessionLibrary.summary(path: second).isUnfinished)
    #expect(SessionLibrary(folders: [folder.path, "/nowhere"]).summaries().count == 2)
  }

  @Test func sessionsAreFoundByPathNameAndUniquePrefix() throws {
    let first = try record([])
    let second = try record([])
    let library = SessionLibrary(folders: [folder.path])
    let name = SessionLibrary.name(ofPath: first)
    #expect(name == "2026-11-18-110640")
    #expect(try library.find(name) == first)
    #expect(try library.find(name + ".session") == first)
    #expect(try library.find(name + "-") == second)
    #expect(try library.find(first + "/") == first)
    #expect(throws: SessionError.self) { try library.find("2026") }
    #expect(throws: SessionError.self) { try library.find("1999") }
  }

  @Test func calendarTimesReadBack() {
    for seconds in [0, 1_795_000_000.25, 951_782_400, 4_102_444_799.999] {
      #expect(abs((Timestamp.seconds(Timestamp.text(seconds)) ?? -1) - seconds) < 1e-3)
    }
    #expect(Timestamp.text(951_782_400) == "2000-02-29T00:00:00Z")
    for text in ["", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00Z", "x-y-zT1:2:3Z"] {
      #expect(Timestamp.seconds(text) == nil)
    }
  }

  /// Lines of tokens are read in a way of their own: whatever its form, a line must say the same in both.
  @Test(arguments: [
    #"{"seconds":1.5,"event":"token","token":7,"text":"a\u00e9\n","logit":-1.25,"probability":1e-7,"top":[[7,"x",0.1],[8,"",-3]]}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"","logit":"-inf","probability":0}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","logit":1,"probability":0.5,"later":[1,{}]}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","logit":1,"probability":0.5,"top":[]}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","text":"b","logit":1,"probability":0.5}"#,
    #"{"seconds":-1,"event":"token","token":7,"text":"a","logit":1,"probability":0.5}"#,
    #"{"seconds":1.5,"event":"token","token":70000000000,"text":"a","logit":1,"probability":0.5}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":5,"logit":1,"probability":0.5}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","probability":0.5}"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","logit":1,"probability":0.5} x"#,
    #"{"seconds":1.5,"event":"token","token":7,"text":"a","logit":1,"probability":0.5"#,
    #"{ "seconds":1.5, "event":"token","token":7,"text":"a","logit":1,"probability":0.5}"#,
  ]) func tokenLinesReadAsAnyOther(line: String) throws {
    let path = try record([])
    let whole = try readFile(file(path), limit: 1 << 20)
    try replace(path, with: whole + Array(line.utf8) + [UInt8(ascii: "\n")])
    let log = try SessionLog(path: path)
    let general = try? TimedEvent(json: JSONValue(parsing: line))
    #expect(log.events == (general.map { [$0] } ?? []))
    #expect(log.faults.count == (general == nil ? 1 : 0))
  }
}
