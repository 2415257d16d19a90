import TestSupport
import Testing

@testable import Tokenization

/// Texts put together from parts that may and may not hold control tokens.
@Suite struct TextSegmentTests {
  private func tokenizer() throws -> PipelineTokenizer {
    try PipelineTokenizer(
      tokenizerJSON: Fixtures.bytes(Fixtures.local + "/tokenizers/llama3-bytelevel-bpe/tokenizer.json"))
  }

  /// A control token of the vocabulary and its text.
  private func control(_ tokenizer: PipelineTokenizer) throws -> (id: Int32, text: String) {
    let token = try #require(tokenizer.parts.added.first { $0.isSpecial && $0.content.count > 4 })
    return (token.id, String(decoding: token.content, as: UTF8.self))
  }

  @Test func controlTokensCountOnlyInTrustedParts() throws {
    let tokenizer = try tokenizer()
    let (id, text) = try control(tokenizer)
    let plain = try tokenizer.encode(text, addSpecial: false, parseSpecial: false)
    #expect(!plain.contains(id))
    #expect(try tokenizer.encode([TextSegment(text, parseSpecial: true)]) == [id])
    #expect(try tokenizer.encode([TextSegment(text, parseSpecial: false)]) == plain)
    let mixed = try tokenizer.encode([
      TextSegment(text, parseSpecial: true), TextSegment(text, parseSpecial: false),
      TextSegment(text, parseSpecial: true),
    ])
    #expect(mixed == [id] + plain + [id])
  }

  @Test func noControlTokenReachesAcrossABorder() throws {
    let tokenizer = try tokenizer()
    let (id, text) = try control(tokenizer)
    for cut in 1..<text.count {
      let (first, second) = (String(text.prefix(cut)), String(text.dropFirst(cut)))
      for (left, right) in [(true, false), (false, true), (false, false)] {
        let ids = try tokenizer.encode([
          TextSegment(first, parseSpecial: left), TextSegment(second, parseSpecial: right),
        ])
        #expect(!ids.contains(id), "\(first)|\(second)")
        #expect(tokenizer.decode(ids, skipSpecial: false) == text)
      }
    }
  }

  @Test func bordersLeaveNoTrace() throws {
    var random = SeededGenerator(state: 9)
    for folder in ["llama3-bytelevel-bpe", "llama2-bytefallback-bpe", "bert-wordpiece"] {
      let tokenizer = try PipelineTokenizer(
        tokenizerJSON: Fixtures.bytes(Fixtures.local + "/tokenizers/\(folder)/tokenizer.json"))
      for _ in 0..<60 {
        let text = random.text(length: 40)
        let whole = try tokenizer.encode(text, addSpecial: false, parseSpecial: false)
        var segments: [TextSegment] = []
        var rest = Array(text.unicodeScalars)[...]
        while !rest.isEmpty {
          var part = String.UnicodeScalarView()
          part.append(contentsOf: rest.prefix(Int.random(in: 1...9, using: &random)))
          rest = rest.dropFirst(part.count)
          segments.append(TextSegment(String(part), parseSpecial: Bool.random(using: &random)))
        }
        #expect(try tokenizer.encode(segments) == whole, "\(folder): \(text.debugDescription)")
      }
      #expect(try tokenizer.encode([TextSegment]()).isEmpty)
      #expect(try tokenizer.encode([TextSegment("", parseSpecial: true)]).isEmpty)
    }
  }
}
