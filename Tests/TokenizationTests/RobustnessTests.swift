import JSONText
import TestSupport
import Testing

@testable import Tokenization

@Suite struct RobustnessTests {
  @Test(.needsSharedFixtures) func malformedFilesAreRefused() throws {
    let folder = (Fixtures.shared ?? "") + "/malformed/"
    let files = try JSONValue(parsing: try Fixtures.bytes(folder + "manifest.json"))["files"]?.array ?? []
    let mine = files.filter { $0["kind"] == "tokenizer.json" }
    #expect(!mine.isEmpty)
    for file in mine {
      let name = file["file"]?.string ?? ""
      let result = Result { try PipelineTokenizer(tokenizerJSON: try Fixtures.bytes(folder + name)) }
      switch file["expect"] {
      case .string("error"):
        #expect(throws: TokenizerError.self, "\(name)") { try result.get() }
      case .object:
        let expected = file["expect"] ?? .null
        let ids = try result.get().encode(expected["text"]?.string ?? "", addSpecial: false, parseSpecial: true)
        #expect(ids.map { Int($0) } == expected["ids"]?.array?.compactMap(\.integer))
      default:
        _ = try? result.get().encode(file["text"]?.string ?? "a", addSpecial: true, parseSpecial: true)
      }
      if case .failure(let error) = result { #expect(!"\(error)".contains("\n"), "\(name)") }
    }
  }

  @Test(arguments: ["llama3-bytelevel-bpe", "llama2-bytefallback-bpe", "bert-wordpiece"])
  func anyTextIsTokenised(kind: String) throws {
    let tokenizer = try TokenizerCases(folder: Fixtures.local + "/tokenizers/" + kind).tokenizer
    var generator = SeededGenerator(state: 11)
    for _ in 0..<Self.iterations(200) {
      let text = generator.text(length: Int.random(in: 0...60, using: &generator))
      let ids = try tokenizer.encode(text, addSpecial: false, parseSpecial: false)
      let decoded = tokenizer.decode(ids, skipSpecial: false)
      if kind.contains("bytelevel") { #expect(Array(decoded.utf8) == Array(text.utf8)) }
    }
  }

  /// Mutated files are read or refused; what was read tokenises text or says why not.
  @Test(arguments: ["llama3-bytelevel-bpe", "llama2-bytefallback-bpe", "bert-wordpiece"])
  func mutatedFilesDoNoHarm(kind: String) throws {
    let file = try Self.trimmed(try Fixtures.bytes(Fixtures.local + "/tokenizers/\(kind)/tokenizer.json"))
    var generator = SeededGenerator(state: 5)
    var read = 0
    for _ in 0..<Self.iterations(150) {
      let bytes = Self.mutated(file, &generator)
      guard let tokenizer = try? PipelineTokenizer(tokenizerJSON: bytes) else { continue }
      read += 1
      let text = generator.text(length: 30) + "<|eot_id|> [CLS] aab"
      let ids = (try? tokenizer.encode(text, addSpecial: true, parseSpecial: true)) ?? []
      _ = tokenizer.decode(ids + [-1, 5, 100_000], skipSpecial: false)
    }
    #expect(read > 0)
  }

  @Test func brokenVocabulariesAreRefused() throws {
    func vocabulary(_ model: String, _ change: (inout VocabularyMetadata) -> Void) throws -> PipelineTokenizer {
      var metadata = VocabularyMetadata(model: model, tokens: ["<unk>", "a", "b", "ab", "▁a"].map { Array($0.utf8) })
      change(&metadata)
      return try PipelineTokenizer(vocabulary: metadata)
    }
    #expect(throws: TokenizerError.self) { try vocabulary("gpt2") { _ in } }
    #expect(throws: TokenizerError.self) { try vocabulary("rwkv") { _ in } }
    #expect(throws: TokenizerError.self) { try vocabulary("llama") { $0.scores = [1, 2] } }
    #expect(throws: TokenizerError.self) { try vocabulary("llama") { $0.scores = [1, 2, .nan, 0, 0] } }
    #expect(throws: TokenizerError.self) { try vocabulary("t5") { $0.precompiledMap = [255, 255, 0, 0, 1] } }
    #expect(throws: TokenizerError.self) { try vocabulary("llama") { $0.tokens = [] } }
    #expect(throws: TokenizerError.self) {
      try vocabulary("gpt2") {
        $0.merges = []
        $0.preTokenizer = "nobody-knows"
      }
    }
    let odd = try vocabulary("gpt2") {
      $0.merges = ["a b", "a", "", " ", "q r", "ab ab"].map { Array($0.utf8) }
      $0.bosToken = 77
      $0.addsBOS = true
    }
    #expect(try odd.encode("ab", addSpecial: true, parseSpecial: true) == [3])
    #expect(try odd.encode("abab", addSpecial: false, parseSpecial: true) == [1, 2, 1, 2])
  }

  @Test func unigramVocabularyFindsTheBestSum() throws {
    var metadata = VocabularyMetadata(
      model: "t5", tokens: ["<pad>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁ab"].map { Array($0.utf8) })
    metadata.scores = [0, 0, 0, -2, -3, -3, -4, -5]
    metadata.tokenTypes = [3, 3, 2, 1, 1, 1, 1, 1]
    metadata.removesExtraSpaces = true
    let tokenizer = try PipelineTokenizer(vocabulary: metadata)
    #expect(try tokenizer.encode("  ab  ba é", addSpecial: true, parseSpecial: false) == [7, 3, 5, 4, 3, 2, 1])
    #expect(tokenizer.decode([7, 3, 5, 4], skipSpecial: true) == "ab ba")
    #expect(tokenizer.eosToken == 1 && !tokenizer.addsBOS)
  }

  static func iterations(_ count: Int) -> Int {
    Fixtures.environment("LATHE_FUZZ_ITERATIONS").flatMap { Int($0) } ?? count
  }

  /// The file with a vocabulary of a few tokens, so that mutations hit the rest.
  private static func trimmed(_ bytes: [UInt8]) throws -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let vocabulary = text.range(of: "\"vocab\":{") else { return bytes }
    // The vocabulary ends at the merges or, with the model, at the end of the file.
    let end = text.range(of: "},\"merges\":[")?.lowerBound ?? text.index(text.endIndex, offsetBy: -3)
    let small = ###""a":0,"b":1,"ab":2,"Ġ":3,"▁":4,"[UNK]":5,"<unk>":6,"##b":7,"<0x41>":8"###
    var result = text[..<vocabulary.upperBound] + small + text[end...]
    if let merges = result.range(of: "\"merges\":[") {
      result = result[..<merges.upperBound] + "[\"a\",\"b\"]]}}"
    }
    return Array(result.utf8)
  }

  private static func mutated(_ file: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = file
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] = Array("0123456789-[]{}\",:\\aeu".utf8).randomElement(using: &generator) ?? 0x30
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &generator), at: place)
      case 4:
        let end = min(place + Int.random(in: 1...40, using: &generator), bytes.count)
        bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      default:
        let end = min(place + Int.random(in: 1...40, using: &generator), bytes.count)
        bytes.removeSubrange(place..<end)
      }
    }
    return bytes
  }
}

extension String {
  fileprivate func range(of text: String) -> Range<String.Index>? { self[...].range(of: text) }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
