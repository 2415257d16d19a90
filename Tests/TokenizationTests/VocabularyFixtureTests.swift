import JSONText
import TestSupport
import Testing

@testable import Tokenization

@Suite struct VocabularyFixtureTests {
  static let names = ["gpt-2", "llama-bpe", "qwen2", "llama-spm", "bert-bge"]

  @Test(.needsSharedFixtures, arguments: names)
  func sharedCases(name: String) throws {
    let path = (Fixtures.shared ?? "") + "/tokenizers/gguf-vocab/ggml-vocab-\(name)"
    var reader = MetadataReader(bytes: try Fixtures.bytes(path + ".gguf"))
    let tokenizer = try PipelineTokenizer(vocabulary: try reader.vocabulary())
    let cases = try JSONValue(parsing: try Fixtures.bytes(path + ".cases.json"))
    var differences: [String] = []
    func check(_ text: String, _ want: [Int32], addSpecial: Bool = false, parseSpecial: Bool = false) throws {
      let got = try tokenizer.encode(text, addSpecial: addSpecial, parseSpecial: parseSpecial)
      if got != want { differences.append("\(text.debugDescription): got \(got), want \(want)") }
    }
    for entry in cases["cases"]?.array ?? [] {
      let text = entry["text"]?.string ?? ""
      try check(text, entry.ids("ids"))
      try check(text, entry.ids("ids_special"), addSpecial: true)
      if name != "bert-bge", !text.contains("▁") {
        let decoded = tokenizer.decode(entry.ids("ids"), skipSpecial: false)
        if Array(decoded.utf8) != Array(text.utf8) { differences.append("decoded \(decoded.debugDescription)") }
      }
    }
    for entry in cases["special"]?.array ?? [] {
      try check(entry["text"]?.string ?? "", entry.ids("ids_parsed"), parseSpecial: true)
      try check(entry["text"]?.string ?? "", entry.ids("ids_plain"))
    }
    let texts = String(decoding: try Fixtures.bytes(path + ".gguf.inp"), as: UTF8.self).utf8
    let lines = String(decoding: try Fixtures.bytes(path + ".gguf.out"), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let inputs = replacing(Array("\n__ggml_vocab_test__\n".utf8), in: Array(texts), with: [0]).split(
      separator: 0, omittingEmptySubsequences: false)
    for (text, line) in zip(inputs, lines) where !(text.isEmpty && line.isEmpty) {
      try check(String(decoding: text, as: UTF8.self), line.split(separator: " ").compactMap { Int32($0) })
    }
    #expect(differences == [])
  }
}

/// Reads the metadata of a well-formed GGUF file: only what these tests need.
struct MetadataReader {
  let bytes: [UInt8]
  var position = 24

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func number(_ size: Int) -> Int {
    defer { position += size }
    return (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }

  mutating func string() -> [UInt8] {
    let count = number(8)
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  enum Value {
    case number(Int)
    case string([UInt8])
    case array([Value])
  }

  mutating func value(_ type: Int) -> Value {
    switch type {
    case 0, 1, 7: return .number(number(1))
    case 2, 3: return .number(number(2))
    case 4, 5, 6: return .number(number(4))
    case 8: return .string(string())
    case 9:
      let type = number(4)
      return .array((0..<number(8)).map { _ in value(type) })
    default: return .number(number(8))
    }
  }

  mutating func vocabulary() throws -> VocabularyMetadata {
    let start = position
    position = 16
    let count = number(8)
    position = start
    var values: [String: Value] = [:]
    for _ in 0..<count {
      let key = String(decoding: string(), as: UTF8.self)
      values[key] = value(number(4))
    }
    func get(_ name: String) -> Value? { values["tokenizer.ggml." + name] }
    func integer(_ name: String) -> Int? { if case .number(let number)? = get(name) { number } else { nil } }
    func strings(_ name: String) -> [[UInt8]]? {
      guard case .array(let elements)? = get(name) else { return nil }
      return elements.map { if case .string(let text) = $0 { text } else { [] } }
    }
    func numbers(_ name: String) -> [Int]? {
      guard case .array(let elements)? = get(name) else { return nil }
      return elements.map { if case .number(let number) = $0 { number } else { 0 } }
    }
    func text(_ name: String) -> String? {
      if case .string(let text)? = get(name) { String(decoding: text, as: UTF8.self) } else { nil }
    }
    var metadata = VocabularyMetadata(model: text("model") ?? "", tokens: strings("tokens") ?? [])
    metadata.preTokenizer = text("pre")
    metadata.merges = strings("merges")
    metadata.scores = numbers("scores")?.map { Float(bitPattern: UInt32($0)) }
    metadata.tokenTypes = numbers("token_type")?.map { Int32(truncatingIfNeeded: $0) }
    metadata.bosToken = integer("bos_token_id")
    metadata.eosToken = integer("eos_token_id")
    metadata.unknownToken = integer("unknown_token_id")
    metadata.separatorToken = integer("seperator_token_id")
    metadata.addsBOS = integer("add_bos_token").map { $0 != 0 }
    metadata.addsEOS = integer("add_eos_token").map { $0 != 0 }
    metadata.addsSpacePrefix = integer("add_space_prefix").map { $0 != 0 }
    return metadata
  }
}
