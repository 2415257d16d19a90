import JSONText
import TestSupport
import Testing

@testable import Tokenization

@Suite struct HuggingFaceFixtureTests {
  static let kinds = [
    "bert-wordpiece", "gpt2-bytelevel-bpe", "llama2-bytefallback-bpe", "llama2-metaspace-bpe", "llama3-bytelevel-bpe",
    "roberta-bytelevel-bpe", "t5-unigram",
  ]

  @Test(arguments: ["llama3-bytelevel-bpe", "llama2-bytefallback-bpe", "bert-wordpiece"])
  func localCases(kind: String) throws {
    let differences = try TokenizerCases(folder: Fixtures.local + "/tokenizers/" + kind).differences()
    #expect(differences == [])
  }

  @Test(.needsSharedFixtures, arguments: kinds)
  func sharedCases(kind: String) throws {
    let differences = try TokenizerCases(folder: (Fixtures.shared ?? "") + "/tokenizers/hf/" + kind).differences()
    #expect(differences == [])
  }

  @Test(.needsSharedFixtures, arguments: kinds)
  func longInputs(kind: String) throws {
    let folder = (Fixtures.shared ?? "") + "/tokenizers/hf/" + kind
    let tokenizer = try PipelineTokenizer(tokenizerJSON: try Fixtures.bytes(folder + "/tokenizer.json"))
    let cases = try JSONValue(parsing: try Fixtures.bytes(folder + "/long.json"))["cases"]?.array ?? []
    #expect(!cases.isEmpty)
    for entry in cases {
      let text = String(repeating: entry["unit"]?.string ?? "", count: entry["repeat"]?.integer ?? 0)
      let ids = try tokenizer.encode(text, addSpecial: false, parseSpecial: true)
      #expect(ids.count == entry["count"]?.integer)
      #expect(checksum(ids) == entry["crc32"]?.integer)
    }
  }

  /// CRC-32 (IEEE 802.3) of the ids as little-endian 32-bit numbers.
  private func checksum(_ ids: [Int32]) -> Int {
    let table = (0..<256).map { (byte: UInt32) in
      (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
    var crc: UInt32 = .max
    for id in ids {
      for shift: UInt32 in [0, 8, 16, 24] {
        crc = table[Int((crc ^ UInt32(bitPattern: id) >> shift) & 0xFF)] ^ crc >> 8
      }
    }
    return Int(~crc)
  }

  @Test func controlTextStaysTextUnlessAskedFor() throws {
    let cases = try TokenizerCases(folder: Fixtures.local + "/tokenizers/llama3-bytelevel-bpe")
    let text = "a<|eot_id|>b"
    let parsed = try cases.tokenizer.encode(text, addSpecial: false, parseSpecial: true)
    let plain = try cases.tokenizer.encode(text, addSpecial: false, parseSpecial: false)
    #expect(parsed.contains(791))
    #expect(!plain.contains(791))
    #expect(cases.tokenizer.decode(plain, skipSpecial: true) == text)
    #expect(cases.tokenizer.isControl(791) && cases.tokenizer.isEndOfGeneration(791))
    #expect(cases.tokenizer.pieceBytes(of: 791) == [])
    #expect(cases.tokenizer.addsBOS && cases.tokenizer.bosToken == 790)
  }
}
