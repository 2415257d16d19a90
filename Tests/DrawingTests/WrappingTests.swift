import Testing

@testable import Drawing

@Suite struct WrappingTests {
  @Test(arguments: [
    ("", 5, [""]), ("hello world", 5, ["hello", "world"]), ("hello world", 20, ["hello world"]),
    ("hello  world", 6, ["hello", "world"]), ("abcdefgh", 3, ["abc", "def", "gh"]), ("a\n\nb", 4, ["a", "", "b"]),
    ("a\n", 4, ["a", ""]), ("  indented text", 10, ["  indented", "text"]), ("中文分词", 5, ["中文", "分词"]),
    ("中文，分词", 4, ["中", "文，", "分词"]), ("an 中文 mix", 6, ["an 中", "文 mix"]), ("「中文」", 5, ["「中", "文」"]),
    ("\tx", 8, ["    x"]), ("ab\tx", 8, ["ab  x"]), ("well-known fact", 8, ["well-", "known", "fact"]),
    ("a --flag b", 6, ["a", "--flag", "b"]), ("🙂🙂🙂", 4, ["🙂🙂", "🙂"]), ("a 👨‍👩‍👧 b", 4, ["a 👨‍👩‍👧", "b"]),
    ("        x", 4, ["    ", "x"]), ("ab    ", 4, ["ab"]), ("ab  ", 4, ["ab  "]),
    ("x abcdefgh", 4, ["x", "abcd", "efgh"]),
    ("a\r\nb", 4, ["a", "b"]), ("中", 1, ["中"]), ("e\u{301}e\u{301}e\u{301}", 2, ["e\u{301}e\u{301}", "e\u{301}"]),
  ])
  func rows(text: String, columns: Int, expected: [String]) {
    #expect(wrap(text, to: columns).map(\.text) == expected)
  }

  @Test func neverLosesTextAndNeverExceedsTheWidth() {
    var random = Seeded(state: 7)
    let alphabet = [
      "a", "b", "word", " ", "  ", "\n", "\t", "-", "中", "文", "，", "「", "🙂", "e\u{301}", "👨‍👩‍👧", "\r\n", "।", "é",
    ]
    for _ in 0..<3000 {
      let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
        .joined()
      let width = Int.random(in: 2...24, using: &random)
      let lines = wrap(text, to: width)
      var offset = 0
      let bytes = Array(text.utf8)
      for line in lines {
        #expect(line.columns <= width && TextWidth.columns(of: line.text) == line.columns, "\(text.debugDescription)")
        // Between rows lies a newline or nothing.
        #expect(bytes[offset..<line.source.lowerBound].allSatisfy { $0 == 0x0A || $0 == 0x0D })
        let source = String(decoding: bytes[line.source], as: UTF8.self)
        // All that is not white space is shown.
        #expect(line.text.filter { !$0.isWhitespace } == source.filter { !$0.isWhitespace })
        offset = line.source.upperBound
      }
      #expect(bytes[offset...].isEmpty, "\(text.debugDescription)")
      #expect(lines.filter(\.endsParagraph).count == text.filter(\.isNewline).count + 1)
    }
  }

  @Test func stylesFollowTheirText() {
    let red = Style(foreground: .red)
    let rows = wrap([Span("one tw"), Span("o three", red), Span("\tfo", red), Span("ur")], to: 8)
    #expect(rows == [[Span("one tw"), Span("o", red)], [Span("three", red)], [Span("fo", red), Span("ur")]])
    for width in 1...20 {
      let joined = wrap("one two three\tfour", to: width).map(\.text)
      let styled = wrap([Span("one tw"), Span("o three\tfo", red), Span("ur")], to: width)
      #expect(styled.map { $0.map(\.text).joined() } == joined)
    }
  }

  @Test func longTextIsLinear() {
    let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 4000)
    #expect(wrap(text, to: 80).count > 2000)
    #expect(wrap(String(repeating: "x", count: 200_000), to: 80).count == 2500)
  }
}

/// A small deterministic generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
