import Drawing
import Screens
import Sessions
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Damaged and forged logs: read, replayed and drawn without a crash; LATHE_FUZZ_ITERATIONS raises the count.
@Suite struct DamagedLogTests {
  @Test func mutatedLogsAreReadReplayedAndDrawn() throws {
    var template = Array("/tmp/lathe-fuzz-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      unlink(folder + "/" + SessionLog.fileName)
      rmdir(folder)
    }
    let original = try seedLog(in: folder)
    var random = Random(state: 42)
    let count = Fixtures.environment("LATHE_FUZZ_ITERATIONS").flatMap { Int($0) } ?? 300
    for iteration in 0..<count {
      var bytes = original
      for _ in 0...random.below(4) { mutate(&bytes, &random) }
      try write(bytes, to: folder)
      guard let log = try? SessionLog(path: folder) else { continue }
      var replay = ReplayScreen(log: log)
      replay.move(to: log.events.count)
      replay.move(to: log.events.count / 2)
      var canvas = Canvas(size: Size(columns: random.below(90), rows: random.below(30)))
      replay.view(on: &canvas)
      _ = try SessionLibrary.summary(path: folder)
      #expect(replay.position == log.events.count / 2, "iteration \(iteration)")
    }
  }

  private func seedLog(in folder: String) throws -> [UInt8] {
    var chat = ScriptedChat(columns: 40, rows: 10)
    chat.ask("你好?")
    chat.press(KeyPress(.pageUp))
    let header = SessionHeader(
      kind: "chat", model: "tiny", created: 1, terminal: TerminalSize(columns: 40, rows: 10))
    let parent = folder + "/log"
    let writer = try SessionWriter.create(in: parent, header: header)
    for event in chat.events { try writer.append(event) }
    let bytes = try Fixtures.bytes(writer.path + "/" + SessionLog.fileName)
    writer.discard()
    rmdir(parent)
    return bytes
  }

  private func write(_ bytes: [UInt8], to folder: String) throws {
    let stream = try #require(fopen(folder + "/" + SessionLog.fileName, "wb"))
    fwrite(bytes, 1, bytes.count, stream)
    fclose(stream)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout Random) {
    guard !bytes.isEmpty else { return }
    let place = random.below(bytes.count)
    let numbers = [
      "-1", "9223372036854775807", "1e308", "-9007199254740992", "1e-320", "null", "\"\\u0000\"", "[]", "{}",
    ]
    switch random.below(5) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 60)], at: place)
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.below(200)))
    default:
      // Another value for a number or a text, where there is one near.
      guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
      let end = bytes[colon...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? colon
      bytes.replaceSubrange((colon + 1)..<max(end, colon + 1), with: Array(numbers[random.below(numbers.count)].utf8))
    }
  }

  private struct Random {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }
  }
}
