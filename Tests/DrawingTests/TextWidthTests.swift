import Testing

@testable import Drawing

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("a", 1), ("Lathe", 5), ("é", 1), ("e\u{301}", 1), ("中文", 4), ("한국어", 6), ("ﾊﾝｶｸ", 4), ("Ａ", 2),
    ("あ゙", 2), ("\u{1100}\u{1161}\u{11A8}", 2), ("🙂", 2), ("👍🏽", 2), ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("🇩🇪🇫🇷", 4), ("🏳️‍🌈", 2),
    ("❤", 1), ("❤\u{FE0F}", 2), ("❤\u{FE0E}", 1), ("1\u{FE0F}\u{20E3}", 2), ("1", 1), ("#", 1), ("©", 1),
    ("©\u{FE0F}", 2),
    ("\u{200B}", 0), ("a\u{200B}b", 2), ("\u{FEFF}", 0), ("\u{AD}", 1), ("α", 1), ("…", 1), ("—", 1), ("─", 1),
    ("●", 1),
    ("กำ", 2), ("ก็", 1), ("नि", 2), ("क्ष", 2), ("☕", 2), ("⌚", 2), ("✓", 1), ("→", 1), ("\u{E000}", 1), ("𠀀", 2),
    ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 2), ("\u{1F1E9}", 1), ("、", 2), ("\u{3000}", 2),
    ("a\r\nb", 3),
  ])
  func columns(text: String, expected: Int) {
    #expect(TextWidth.columns(of: text) == expected)
  }

  @Test func cellsHoldTheWholeClusterInOrder() {
    for text in ["क्षि", "กำ", "👨‍👩‍👧", "e\u{301}", "한"] {
      for character in text {
        let cells = TextWidth.cells(of: character)
        #expect(cells.map { String($0.text) }.joined().unicodeScalars.elementsEqual(character.unicodeScalars))
        #expect(cells.allSatisfy { (1...2).contains($0.columns) })
        #expect(cells.reduce(0) { $0 + $1.columns } == TextWidth.columns(of: character))
      }
    }
  }

  @Test func tablesAreAscendingAndApart() {
    for table in [TextWidth.zeroRanges, TextWidth.wideRanges] {
      #expect(table.count % 2 == 0 && !table.isEmpty)
      for index in stride(from: 0, to: table.count, by: 2) {
        #expect(table[index] <= table[index + 1])
        if index > 0 { #expect(table[index - 1] + 1 < table[index]) }
      }
    }
  }
}
