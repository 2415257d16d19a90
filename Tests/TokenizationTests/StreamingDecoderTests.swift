import TestSupport
import Testing

@testable import Tokenization

@Suite struct StreamingDecoderTests {
  @Test(arguments: ["llama3-bytelevel-bpe", "llama2-bytefallback-bpe", "bert-wordpiece"])
  func partsAddUpToTheWhole(kind: String) throws {
    let tokenizer = try TokenizerCases(folder: Fixtures.local + "/tokenizers/" + kind).tokenizer
    var generator = SeededGenerator(state: 3)
    for _ in 0..<50 {
      let ids = (0..<20).map { _ in Int32.random(in: -1...800, using: &generator) }
      var decoder = tokenizer.streamingDecoder(skipSpecial: true)
      let parts = ids.map { decoder.push($0) }
      #expect(parts.joined() + decoder.flush() == tokenizer.decode(ids, skipSpecial: true))
    }
  }

  @Test func holdsBackHalfCharacters() throws {
    let tokenizer = try TokenizerCases(folder: Fixtures.local + "/tokenizers/llama3-bytelevel-bpe").tokenizer
    let ids = try tokenizer.encode("😀你", addSpecial: false, parseSpecial: false)
    #expect(ids.count > 2)
    var decoder = tokenizer.streamingDecoder(skipSpecial: false)
    var text = ""
    for id in ids {
      let part = decoder.push(id)
      #expect(!part.unicodeScalars.contains("\u{FFFD}"))
      text += part
    }
    #expect(text == "😀你")
    #expect(decoder.flush() == "")
  }

  @Test func flushMarksWhatStaysIncomplete() throws {
    var decoder = StreamingDecoder(stages: [.byteStream(stripsLeadingSpace: true)]) {
      DecodedPiece(bytes: $0 == 0 ? [0x20, 0xE4] : $0 == 1 ? [0xBD] : [0x41])
    }
    #expect(decoder.push(0) == "")
    #expect(decoder.push(1) == "")
    #expect(decoder.push(2) == "\u{FFFD}A")
    #expect(decoder.push(0) == " ")
    #expect(decoder.flush() == "\u{FFFD}")
    #expect(decoder.flush() == "")
  }

  @Test(
    arguments: [
      ([0xE4], 1), ([0xE4, 0xBD], 2), ([0xE4, 0xBD, 0xA0], 0), ([0x41], 0), ([0xF0, 0x9F, 0x98], 3), ([0xC0], 0),
      ([0xED, 0xA0], 0), ([0xE0, 0x80], 0), ([0xF5], 0), ([0x80], 0), ([], 0),
    ] as [([UInt8], Int)])
  func knowsWhatCouldBecomeACharacter(bytes: [UInt8], want: Int) {
    #expect(incompleteTail(bytes) == want)
  }
}
