import Testing

@testable import Drawing

@Suite struct PrintableTests {
  @Test(arguments: [
    ("plain", "plain"), ("\u{1B}[31mred\u{1B}[0m", "␛[31mred␛[0m"), ("a\u{7}b", "a␇b"), ("a\0b", "a␀b"),
    ("\u{7F}", "␡"),
    ("\u{9B}2J", "\u{FFFD}2J"), ("a\rb", "a␍b"), ("a\r\nb", "a\nb"), ("a\tb\nc", "a\tb\nc"), ("\r\r\n", "␍\n"),
    ("\u{202E}abc\u{202C}", "\u{FFFD}abc\u{FFFD}"), ("\u{2066}x", "\u{FFFD}x"), ("\u{200E}", "\u{FFFD}"),
    ("ü中🙂", "ü中🙂"),
    ("a\u{2028}b", "a\u{FFFD}b"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("", ""),
  ])
  func replacesWhatATerminalWouldObey(text: String, expected: String) {
    #expect(printable(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test func everyControlIsReplaced() {
    for value in Array(0..<0x20) + Array(0x7F..<0xA0) where value != 0x09 && value != 0x0A {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      let shown = printable("x" + String(Character(scalar)) + "y")
      #expect(!shown.unicodeScalars.contains(scalar))
      #expect(shown.unicodeScalars.count == 3)
    }
  }

  @Test func oneLineHasNoBreaks() {
    #expect(printableLine("a\nb\tc\r\nd\u{1B}") == "a⏎b c⏎d␛")
  }

  @Test func asciiKeepsTheShapeOfBorders() {
    #expect(String("╭─┐│…█中".map(asciiFallback)) == "+-+|.#?")
  }
}
