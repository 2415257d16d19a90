import Testing

@testable import Tokenization

@Suite struct PipelineTests {
  private func tokenizer(
    _ steps: String, vocabulary: String = #"{"type":"WordLevel","vocab":{"[UNK]":0},"unk_token":"[UNK]"}"#
  ) throws -> PipelineTokenizer {
    try PipelineTokenizer(tokenizerJSON: Array("{\(steps),\"model\":\(vocabulary)}".utf8))
  }

  private func pieces(_ step: String, _ text: String) throws -> [String] {
    let node = try PipelineTokenizer.document(Array("{\"x\":\(step)}".utf8), name: "test").required("x")
    var pieces = PieceBuffer(Array(text.utf8), isAtStart: true)
    try node.preTokenizer(mapsBytes: true).split(&pieces)
    return zip(pieces.starts, pieces.ends).map { String(decoding: pieces.bytes[Int($0)..<Int($1)], as: UTF8.self) }
  }

  private func normalized(_ step: String, _ text: String) throws -> [Unicode.Scalar] {
    let node = try PipelineTokenizer.document(Array("{\"x\":\(step)}".utf8), name: "test").required("x")
    return Array(String(decoding: try node.normalizer().normalize(Array(text.utf8)), as: UTF8.self).unicodeScalars)
  }

  @Test(arguments: [
    ("Removed", ["the", "final", "countdown"]), ("Isolated", ["the", "-", "final", "-", "-", "countdown"]),
    ("MergedWithPrevious", ["the-", "final-", "-", "countdown"]),
    ("MergedWithNext", ["the", "-final", "-", "-countdown"]), ("Contiguous", ["the", "-", "final", "--", "countdown"]),
  ])
  func splitBehaviors(behavior: String, want: [String]) throws {
    let step = #"{"type":"Split","pattern":{"String":"-"},"behavior":"\#(behavior)","invert":false}"#
    #expect(try pieces(step, "the-final--countdown") == want)
  }

  @Test(arguments: [
    (#"{"type":"Whitespace"}"#, "Hey, man!  é_1", ["Hey", ",", "man", "!", "é_1"]),
    (#"{"type":"WhitespaceSplit"}"#, " a,b \u{3000}c", ["a,b", "c"]),
    (#"{"type":"BertPreTokenizer"}"#, "a$b «c» d", ["a", "$", "b", "«", "c", "»", "d"]),
    (#"{"type":"Digits","individual_digits":true}"#, "a12b", ["a", "1", "2", "b"]),
    (#"{"type":"Digits","individual_digits":false}"#, "a12b", ["a", "12", "b"]),
    (#"{"type":"Punctuation"}"#, "a..b", ["a", ".", ".", "b"]),
    (#"{"type":"CharDelimiterSplit","delimiter":"_"}"#, "a_b__c", ["a", "b", "c"]),
    (#"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}"#, "Hey  you", ["▁Hey", "▁", "▁you"]),
    (#"{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}"#, "a b", ["a▁b"]),
    (#"{"type":"ByteLevel","add_prefix_space":true}"#, "é 1", ["ĠÃ©", "Ġ1"]),
    (#"{"type":"FixedLength","length":2}"#, "aébcd", ["aé", "bc", "d"]),
    (
      #"{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}]}"#,
      "a b", ["▁a", "b"]
    ),
  ])
  func preTokenizers(step: String, text: String, want: [String]) throws {
    #expect(try pieces(step, text) == want)
  }

  @Test(arguments: [
    (#"{"type":"NFC"}"#, "e\u{301}\u{212B}", "\u{E9}\u{C5}"),
    (#"{"type":"NFD"}"#, "\u{E9}가", "e\u{301}\u{1100}\u{1161}"),
    (#"{"type":"NFKC"}"#, "ﬁ①Ａ½", "fi1A1\u{2044}2"), (#"{"type":"NFKD"}"#, "\u{FB01}\u{E9}\u{1D400}", "fie\u{301}A"),
    (#"{"type":"Lowercase"}"#, "ÀİΣ", "ài\u{307}σ"), (#"{"type":"StripAccents"}"#, "e\u{301}a", "ea"),
    (#"{"type":"Strip"}"#, " \u{3000}a b\n", "a b"), (#"{"type":"Prepend","prepend":"x"}"#, "", ""),
    (#"{"type":"Replace","pattern":{"Regex":"a+"},"content":"$1"}"#, "baac", "b$1c"),
    (#"{"type":"Replace","pattern":{"String":""},"content":"x"}"#, "ab", "xaxbx"),
    (#"{"type":"Nmt"}"#, "a\u{200B}b\u{7}\n", "a b "), (#"{"type":"ByteLevel"}"#, " é", "ĠÃ©"),
    (#"{"type":"BertNormalizer"}"#, "É你\u{0}\t", "e 你  "),
    (#"{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}"#, "é", "e"),
  ])
  func normalizers(step: String, text: String, want: String) throws {
    #expect(try normalized(step, text) == Array(want.unicodeScalars))
  }

  @Test(arguments: [
    #""normalizer":{"type":"Magic"}"#, #""pre_tokenizer":{"type":"UnicodeScripts"}"#, #""decoder":{"type":"Magic"}"#,
    #""post_processor":{"type":"Magic"}"#,
    #""post_processor":{"type":"BertProcessing","cls":["a",5],"sep":["b",0]}"#,
    #""added_tokens":[{"id":99999999,"content":"x"}]"#,
    #""normalizer":{"type":"Precompiled","precompiled_charsmap":"!!"}"#,
    #""pre_tokenizer":{"type":"Metaspace","replacement":"ab"}"#,
  ])
  func refusesByName(step: String) {
    #expect(throws: TokenizerError.self) { try tokenizer(step) }
  }

  @Test func decoders() throws {
    let vocabulary = #"{"type":"WordLevel","vocab":{"a</w>":0,"b":1,"<0xE4>":2,"▁c":3,"<0x41>":4,"|":5}}"#
    func decoded(_ decoder: String, _ ids: [Int32]) throws -> String {
      try tokenizer("\"decoder\":\(decoder)", vocabulary: vocabulary).decode(ids, skipSpecial: false)
    }
    #expect(try decoded("null", [1, 1]) == "b b")
    #expect(try decoded(#"{"type":"BPEDecoder"}"#, [0, 1, 0]) == "a ba")
    #expect(try decoded(#"{"type":"ByteFallback"}"#, [4, 1, 2, 4, 1]) == "Ab\u{FFFD}\u{FFFD}b")
    #expect(try decoded(#"{"type":"Metaspace","replacement":"▁"}"#, [3, 3]) == "c c")
    #expect(try decoded(#"{"type":"CTC"}"#, [1, 1, 5, 1]) == "b b")
    let chain =
      #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"b","start":1,"stop":2},{"type":"Replace","pattern":{"String":"bb"},"content":"x"}]}"#
    #expect(try decoded(chain, [1, 1, 1, 3, 1, 1, 1]) == "x▁cb")
  }

  @Test func mergesInOrderOfRankAlsoInLongWords() throws {
    let model = #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"aa":3,"aab":4},"merges":["a b","a a","a ab"]}"#
    let tokenizer = try tokenizer("\"decoder\":{\"type\":\"Fuse\"}", vocabulary: model)
    #expect(try tokenizer.encode("aab", addSpecial: false, parseSpecial: false) == [4])
    let short = try tokenizer.encode(String(repeating: "aab", count: 10), addSpecial: false, parseSpecial: false)
    let long = try tokenizer.encode(String(repeating: "aab", count: 1000), addSpecial: false, parseSpecial: false)
    #expect(short == [Int32](repeating: 4, count: 10))
    #expect(long == [Int32](repeating: 4, count: 1000))
  }

  @Test(.timeLimit(.minutes(1))) func longRunsOfOneLetterAreNoTrouble() throws {
    let model = #"{"type":"BPE","vocab":{"a":0,"aa":1,"aaaa":2},"merges":["a a","aa aa"]}"#
    let tokenizer = try tokenizer("\"decoder\":{\"type\":\"Fuse\"}", vocabulary: model)
    let ids = try tokenizer.encode(String(repeating: "a", count: 100_003), addSpecial: false, parseSpecial: false)
    #expect(ids.count == 25_002)
  }
}
