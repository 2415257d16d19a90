import Sessions
import TestSupport
import Testing

@testable import Remote

@Suite struct EventStreamParserTests {
  /// All events of a stream that arrives in pieces.
  private func events(_ pieces: [[UInt8]]) throws -> [String] {
    var parser = EventStreamParser()
    var events: [String] = []
    for piece in pieces {
      parser.append(piece)
      while let data = try parser.next() { events.append(String(decoding: data, as: UTF8.self)) }
    }
    parser.finish()
    while let data = try parser.next() { events.append(String(decoding: data, as: UTF8.self)) }
    return events
  }

  private func events(_ text: String) throws -> [String] { try events([Array(text.utf8)]) }

  @Test(arguments: [
    ("data: a\n\ndata: b\n\n", ["a", "b"]),
    ("data: a\r\n\r\ndata: b\r\rdata:c\n\n", ["a", "b", "c"]),
    ("data: one\ndata: two\ndata:\n\n", ["one\ntwo\n"]),
    (": ping\n\nevent: message\nid: 7\nretry: 10\ndata: a\n\n", ["a"]),
    ("data:  two spaces\n\n", [" two spaces"]),
    ("data\n\n", [""]),
    ("data: [DONE]", ["[DONE]"]),
    ("data: no blank line\n", ["no blank line"]),
    ("data: last\r", ["last"]),
    ("\u{FEFF}data: behind a mark\n\n", ["behind a mark"]),
    ("datax: a\nxdata: b\n\n", []),
    ("\n\n\n", []),
    ("", []),
  ])
  func streamsAreSplitAsTheStandardSays(text: String, expected: [String]) throws {
    #expect(try events(text) == expected)
  }

  @Test func thePlacesOfCutsDoNotMatter() throws {
    let text = "\u{FEFF}data: Übung 你好 🙂\r\n\r\n: comment\r\ndata: x\rdata: y\n\r\ndata: [DONE]\r\n"
    let bytes = Array(text.utf8)
    let whole = try events([bytes])
    #expect(whole == ["Übung 你好 🙂", "x\ny", "[DONE]"])
    for size in 1...7 {
      let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
      #expect(try events(pieces) == whole)
    }
    var random = ByteMutator(seed: 5)
    for _ in 0..<200 {
      let cut = random.below(bytes.count)
      #expect(try events([Array(bytes[..<cut]), [], Array(bytes[cut...])]) == whole)
    }
  }

  @Test func anEventWithoutEndIsRefusedBeforeItFillsTheMemory() {
    var parser = EventStreamParser()
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    var received = 0
    let error = #expect(throws: RemoteError.self) {
      parser.append(Array("data: ".utf8))
      while received < 64 << 20 {
        parser.append(piece)
        received += piece.count
        let event = try parser.next()
        #expect(event == nil)
      }
    }
    #expect(error?.description.contains("more than \(EventStreamParser.limit) bytes") == true)
    #expect(received <= EventStreamParser.limit)
  }

  @Test func manyLinesOfOneEventAreRefused() throws {
    var parser = EventStreamParser()
    let line = Array(("data: " + String(repeating: "y", count: 1000) + "\n").utf8)
    #expect(throws: RemoteError.self) {
      for _ in 0..<10_000 {
        parser.append(line)
        let event = try parser.next()
        #expect(event == nil)
      }
    }
  }

  @Test func damagedStreamsNeverTrap() {
    let original = Array(
      (#"data: {"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}"#
        + "\n\n: ping\r\n\r\n" + #"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#
        + "\n\ndata: [DONE]\n\n").utf8)
    var mutator = ByteMutator(seed: 11)
    for _ in 0..<Fixtures.fuzzIterations(usual: 3000) {
      let bytes = mutator.mutate(original)
      var parser = EventStreamParser()
      var answer = StreamedAnswer()
      let cut = mutator.below(bytes.count + 1)
      do {
        for piece in [bytes[..<cut], bytes[cut...]] {
          parser.append(piece)
          while let data = try parser.next() {
            for token in try answer.take(try ChatChunk(parsing: data)) { #expect(token.id == -1) }
          }
        }
      } catch {
        #expect(!"\(error)".unicodeScalars.contains { $0.value < 0x20 })
      }
    }
  }
}
