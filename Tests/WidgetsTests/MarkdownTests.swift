import Drawing
import TestSupport
import Testing

@testable import Widgets

@Suite struct MarkdownTests {
  private func rows(_ text: String, columns: Int = 40, isGrowing: Bool = false) -> [MarkdownRow] {
    Markdown(columns: columns, theme: .dark, isGrowing: isGrowing).rows(of: text)
  }

  private func lines(_ text: String, columns: Int = 40, isGrowing: Bool = false) -> [String] {
    rows(text, columns: columns, isGrowing: isGrowing).map { $0.spans.map(\.text).joined() }
  }

  /// The style of a piece of the only row.
  private func style(of piece: String, in text: String, isGrowing: Bool = false) -> Style? {
    rows(text, isGrowing: isGrowing).flatMap(\.spans).first { $0.text == piece }?.style
  }

  @Test func blocksLoseTheirMarksAndKeepTheirText() {
    let text = """
      # Title
      A paragraph with two
      lines.

      - one
        - two, which goes on for more than a row
      12. twelve
      > quoted
      ---
      #hashtag and -dash
      """
    #expect(
      lines(text, columns: 24) == [
        "Title", "A paragraph with two", "lines.", "", "• one", "  • two, which goes on", "    for more than a row",
        "12. twelve", "│ quoted", String(repeating: "─", count: 24), "#hashtag and -dash",
      ])
  }

  @Test(
    arguments: [
      ("a **b** c", "b", [.bold]), ("a *b* c", "b", [.italic]), ("a _b_ c", "b", [.italic]),
      ("a ***b*** c", "b", [.bold, .italic]), ("**a *b***", "b", [.bold, .italic]), ("**a `x` b**", " b", [.bold]),
    ] as [(String, String, Style.Attributes)]) func emphasis(text: String, piece: String, attributes: Style.Attributes)
  {
    #expect(style(of: piece, in: text)?.attributes == attributes)
    #expect(lines(text)[0] == text.filter { !"*_`".contains($0) })
  }

  @Test(arguments: [
    "2 * 3 * 4", "snake_case_name", "** not bold", "a*", "5 ` 3", "*open", "[1, 2] (3)", "\u{2A}\u{2A}\u{2A}\u{2A}x",
    "a[i](",
  ]) func marksThatCloseNothingAreText(text: String) {
    #expect(lines(text) == [text])
  }

  @Test func codeLinksAndEscapes() {
    #expect(style(of: "let x = `y`", in: "call ``let x = `y` `` now") == nil)
    #expect(style(of: "x*y*", in: "call `x*y*` now") == Theme.dark[.code])
    #expect(lines("\\*no\\* [text](http://a.b/c_d_e) ![i](j)") == ["*no* text (http://a.b/c_d_e) i (j)"])
    #expect(style(of: "text", in: "[text](u)")?.attributes == .underline)
    #expect(style(of: "https://a.b/c_d", in: "see https://a.b/c_d.")?.attributes == .underline)
    let plain = Markdown(columns: 40, theme: .monochrome).rows(of: "a `b` c")
    #expect(plain[0].spans.map(\.text).joined() == "a `b` c", "without a look for code its marks stay")
  }

  @Test func fencedCodeIsHighlighted() {
    let text = "```python\ndef f(x):  # twice\n    return 'a' * 2\n```\nend"
    #expect(lines(text) == ["  python", "  def f(x):  # twice", "      return 'a' * 2", "end"])
    #expect(style(of: "def", in: text) == Theme.dark.style(of: .keyword))
    #expect(style(of: "# twice", in: text) == Theme.dark.style(of: .comment))
    #expect(style(of: "'a'", in: text) == Theme.dark.style(of: .string))
    #expect(style(of: "2", in: text) == Theme.dark.style(of: .number))
    #expect(lines("```\n**x**") == ["  **x**"], "code that is never closed goes on to the end")
  }

  @Test(arguments: [
    ("swift", "let s = \"\"\"", "  text \\\" // no", "\"\"\" // yes"), ("c", "int a; /* x", "y", "*/ int b;"),
    ("js", "const t = `a", "b", "`; // c"), ("sh", "echo \"$#\" # x", "a#b", "'it'"),
    ("json", "{\"a\": [1, true]", "}", "\"open"), ("none", "a \" b", "/*", "'''"),
  ]) func highlightingKeepsEveryCharacter(language: String, first: String, second: String, third: String) {
    var highlighter = CodeHighlighter(language: CodeLanguage.named(language))
    for line in [first, second, third, "\\", "", "\"\\"] {
      #expect(highlighter.pieces(of: line).map(\.text).joined() == line)
    }
  }

  @Test func highlightingKnowsWhatGoesOnOverLines() {
    var highlighter = CodeHighlighter(language: CodeLanguage.named("swift"))
    #expect(highlighter.pieces(of: "let s = \"\"\"").last?.kind == .string)
    #expect(highlighter.pieces(of: "let // in text").map(\.kind) == [.string])
    #expect(highlighter.pieces(of: "\"\"\" + x").map(\.kind) == [.string, .plain])
  }

  @Test func tablesAreDrawnAndWrapTheirCells() {
    let text = "| Name | Count |\n|:--|--:|\n| **a** | 1 |\n| 你好 | 200 |"
    #expect(lines(text) == ["Name │ Count", "─────┼──────", "a    │     1", "你好 │   200"])
    let narrow = lines("| a | b |\n|---|---|\n| one two three | four |", columns: 12)
    #expect(narrow == ["a     │ b", "──────┼─────", "one   │ four", "two   │ ", "three │ "])
    #expect(lines("a | b\nno table") == ["a | b", "no table"])
    #expect(lines("| a | b | c |\n|-|-|-|\n", columns: 8) == ["| a | b", "| c |", "|-|-|-|", ""])
  }

  @Test func theWidthIsKeptAndOffsetsNeverFall() {
    for columns in [1, 2, 3, 5, 9, 20, 77] {
      for text in MarkdownTests.samples {
        var source = 0
        for row in rows(text, columns: columns) {
          let width = row.spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
          #expect(width <= max(2, columns), "\(columns): \(row.spans.map(\.text))")
          #expect(row.source >= source)
          source = row.source
        }
      }
    }
  }

  /// Letters and digits, which no mark is made of; sorted where cells of a table may be wrapped side by side.
  private func content(_ text: String, of source: String) -> String {
    let kept = text.filter { $0.isLetter || $0.isNumber }
    return source.contains("|") ? String(kept.sorted()) : kept
  }

  @Test func noTextIsLost() {
    for text in MarkdownTests.samples {
      for columns in [1, 4, 13, 80] {
        #expect(content(lines(text, columns: columns).joined(), of: text) == content(text, of: text))
      }
    }
    var mutator = ByteMutator(seed: 4)
    for _ in 0..<Fixtures.fuzzIterations(usual: 400) {
      let sample = MarkdownTests.samples[mutator.below(MarkdownTests.samples.count)]
      let text = String(decoding: mutator.mutate(Array(sample.utf8)), as: UTF8.self)
      let columns = 1 + mutator.below(60)
      let shown = lines(text, columns: columns, isGrowing: mutator.below(2) == 0).joined()
      #expect(content(shown, of: text) == content(printable(text), of: text))
    }
  }

  @Test func marksMadeOfNothingButMarks() {
    var mutator = ByteMutator(seed: 9)
    let alphabet = Array("**__``[]()|-~#>\\ \n1.aé你!")
    for _ in 0..<Fixtures.fuzzIterations(usual: 600) {
      let text = String((0..<mutator.below(60)).map { _ in alphabet[mutator.below(alphabet.count)] })
      for isGrowing in [false, true] {
        let shown = lines(text, columns: 20, isGrowing: isGrowing).joined()
        #expect(content(shown, of: text) == content(text, of: text), "\(text)")
      }
    }
  }

  @Test func growingTextShowsOpenMarksAsClosed() {
    #expect(style(of: "bol", in: "a **bol", isGrowing: true)?.attributes == .bold)
    #expect(lines("a **bold*", isGrowing: true) == ["a bold"])
    #expect(lines("a `co", isGrowing: true) == ["a co"])
    #expect(lines("text\n``", isGrowing: true) == ["text"])
    #expect(lines("text\n- ", isGrowing: true) == ["text"])
    #expect(lines("| a | b", isGrowing: true) == ["a │ b", "──┼──"])
    #expect(lines("| a | b |\n|-", isGrowing: true) == lines("| a | b |\n|-|-|", isGrowing: true))
    #expect(lines("a **bol") == ["a **bol"], "once the text is whole, what was never closed is text")
  }

  @Test func whatHasBeenShownOfALineStays() {
    let text = "Some **bold words** and `code` here, *more*.\n- item **one**\n"
    var before = ""
    for end in text.indices {
      let shown = lines(String(text[..<end]), columns: 200, isGrowing: true).joined(separator: "\n")
      #expect(shown.hasPrefix(before), "\(before) became \(shown)")
      before = shown
    }
  }

  @Test func longLinesOfMarksAreQuick() {
    for mark in ["*", "_ *", "`a", "[", "[](", "|", "**a *", "> ", "\\"] {
      let text = String(repeating: mark, count: 20_000 / mark.utf8.count)
      #expect(!rows(text, columns: 80).isEmpty)
    }
  }

  static let samples = [
    "# A\n\nText **bold *both* bold** `code` [link](http://x.y/z?q=1) <b>html</b> &amp; \\* end",
    "1. one\n2. two\n   - three\n     more\n\n> quote\n>> deeper **b**\n\n---\n***\n",
    "```swift\nlet x = \"a\" // c\n  func 你好() {}\n```\nafter\n~~~\nplain\n~~~~",
    "| 名前 | Wert | x |\n|:-:|---|--:|\n| 太郎 `a|b` | 1 \\| 2 | **y** |\n| short |\n| a | b | c | d |\n\nend",
    "你好，**世界**。這是一個很長的句子，要斷行。\n👩‍👩‍👧 *emoji* e\u{301}",
    "unclosed **bold\nunclosed `code\nunclosed [link](http://a\n```",
    "- [ ] task\n* * *\n+ plus\n\t- tab\n####### seven\n#\n",
  ]
}
