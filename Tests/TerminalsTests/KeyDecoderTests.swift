import Drawing
import Sessions
import TestSupport
import Testing

@testable import Terminals

@Suite struct KeyDecoderTests {
  /// All events of the bytes, with the wait at the end over.
  func decode(_ bytes: [UInt8]) -> [TerminalEvent] {
    var decoder = KeyDecoder()
    return decoder.feed(bytes) + decoder.flush()
  }

  func key(_ key: Key, _ modifiers: KeyPress.Modifiers = []) -> TerminalEvent { .key(KeyPress(key, modifiers)) }

  static let keys: [(String, Key, KeyPress.Modifiers)] = [
    ("a", Key.character("a"), KeyPress.Modifiers()), ("中", .character("中"), []), ("🙂", .character("🙂"), []),
    (" ", .character(" "), []), ("\r", .enter, []), ("\t", .tab, []), ("\u{7F}", .backspace, []),
    ("\u{8}", .backspace, []),
    ("\n", .character("j"), .control), ("\u{3}", .character("c"), .control), ("\u{1A}", .character("z"), .control),
    ("\0", .character(" "), .control), ("\u{1F}", .character("_"), .control), ("\u{1C}", .character("\\"), .control),
    ("\u{1B}", .escape, []), ("\u{1B}a", .character("a"), .alt), ("\u{1B}\r", .enter, .alt),
    ("\u{1B}é", .character("é"), .alt),
    ("\u{1B}\u{7F}", .backspace, .alt), ("\u{1B}[", .character("["), .alt), ("\u{1B}O", .character("O"), .alt),
    ("\u{1B}]", .character("]"), .alt), ("\u{1B}P", .character("P"), .alt),
    ("\u{1B}\u{3}", .character("c"), [.alt, .control]),
    ("\u{1B}[A", .up, []), ("\u{1B}OA", .up, []), ("\u{1B}[B", .down, []), ("\u{1B}[C", .right, []),
    ("\u{1B}[D", .left, []),
    ("\u{1B}[H", .home, []), ("\u{1B}[F", .end, []), ("\u{1B}OH", .home, []), ("\u{1B}[1~", .home, []),
    ("\u{1B}[4~", .end, []),
    ("\u{1B}[2~", .insert, []), ("\u{1B}[3~", .delete, []), ("\u{1B}[5~", .pageUp, []), ("\u{1B}[6~", .pageDown, []),
    ("\u{1B}[1;5A", .up, .control), ("\u{1B}[1;2D", .left, .shift), ("\u{1B}[1;3C", .right, .alt),
    ("\u{1B}[1;8B", .down, [.shift, .alt, .control]),
    ("\u{1B}[3;5~", .delete, .control), ("\u{1B}[Z", .tab, .shift), ("\u{1B}OP", .function(1), []),
    ("\u{1B}[15~", .function(5), []),
    ("\u{1B}[24~", .function(12), []), ("\u{1B}[1;5P", .function(1), .control), ("\u{1B}[[C", .function(3), []),
    ("\u{1B}[21;2~", .function(10), .shift),
    ("\u{1B}\u{1B}[A", .up, .alt), ("\u{1B}\u{1B}OB", .down, .alt), ("\u{1B}Oa", .up, .control),
    ("\u{1B}[d", .left, .shift),
    ("\u{1B}[13;5u", .enter, .control), ("\u{1B}[97;5u", .character("a"), .control),
    ("\u{1B}[97;2u", .character("A"), []),
    ("\u{1B}[49:33;2u", .character("!"), []), ("\u{1B}[27u", .escape, []), ("\u{1B}[27;5;13~", .enter, .control),
    ("\u{1B}[127;5u", .backspace, .control), ("\u{1B}OM", .enter, []), ("\u{1B}Oq", .character("1"), []),
    ("\u{1B}[57400u", .character("1"), []),
  ]

  /// What a terminal sends by itself can follow the escape key at once.
  @Test(arguments: ["\u{1B}[0n", "\u{1B}[<35;4;5M", "\u{1B}[M   ", "\u{1B}[I", "\u{1B}[O", "\u{1B}P1$r0m\u{1B}\\"])
  func theEscapeKeyIsNotLostBeforeAReport(report: String) {
    var decoder = KeyDecoder()
    #expect(decoder.feed("\u{1B}\(report)".utf8) == [.key(KeyPress(.escape))])
    #expect(
      decoder.feed("\u{1B}\u{1B}\(report)x".utf8).suffix(3) == [
        .key(KeyPress(.escape)), .key(KeyPress(.escape)), .key(KeyPress(.character("x"))),
      ])
    #expect(decoder.flush().isEmpty)
  }

  @Test func theEscapeKeyIsNotLostBeforeAWheelOrAPaste() {
    var decoder = KeyDecoder()
    #expect(
      decoder.feed("\u{1B}\u{1B}[<64;4;5M".utf8)
        == [.key(KeyPress(.escape)), .mouse(MouseInput(.wheelUp, x: 3, y: 4))])
    #expect(
      decoder.feed("\u{1B}\u{1B}[200~a\u{1B}[201~".utf8) == [.key(KeyPress(.escape)), .paste("a")])
  }

  @Test(arguments: keys)
  func oneKey(bytes: String, expected: Key, modifiers: KeyPress.Modifiers) {
    #expect(decode(Array(bytes.utf8)) == [key(expected, modifiers)])
  }

  @Test(arguments: [
    "\u{1B}[I", "\u{1B}[O", "\u{1B}[<35;10;20M", "\u{1B}[<64;1;1m", "\u{1B}[<0;0;1M", "\u{1B}[<0;1M", "\u{1B}[M !!",
    "\u{1B}[?1;2c", "\u{1B}[24;80R" + "",
    "\u{1B}]11;rgb:0000/0000/0000\u{7}", "\u{1B}]0;t\u{1B}\\", "\u{1B}P>|xterm\u{1B}\\", "\u{1B}_Gi=1;OK\u{1B}\\",
    "\u{1B}[?2026;2$y",
    "\u{1B}[201~", "\u{1B}[97;1:3u", "\u{1B}[99~", "\u{1B}[", "",
  ])
  func reportsAreDropped(bytes: String) {
    let after = decode(Array((bytes + "x").utf8))
    if bytes == "\u{1B}[" {
      #expect(after.isEmpty)
    } else if bytes == "\u{1B}[24;80R" {
      #expect(after.last == key(.character("x")))
    } else {
      #expect(after == [key(.character("x"))])
    }
  }

  @Test(arguments: [
    ("\u{1B}[<0;10;20M", MouseInput(.press, x: 9, y: 19)), ("\u{1B}[<0;10;20m", MouseInput(.release, x: 9, y: 19)),
    ("\u{1B}[<2;1;1M", MouseInput(.press, button: .right, x: 0, y: 0)),
    ("\u{1B}[<32;300;200M", MouseInput(.drag, x: 299, y: 199)), ("\u{1B}[<64;5;6M", MouseInput(.wheelUp, x: 4, y: 5)),
    ("\u{1B}[<81;5;6M", MouseInput(.wheelDown, x: 4, y: 5, modifiers: .control)),
  ])
  func theMouseIsReported(bytes: String, expected: MouseInput) {
    #expect(decode(Array(bytes.utf8)) == [.mouse(expected)])
  }

  @Test(arguments: [
    ("\u{1B}[?62;4;22c", TerminalReport.attributes([62, 4, 22])), ("\u{1B}[?2026;2$y", .mode(2026, state: 2)),
    ("\u{1B}P>|XTerm(390)\u{1B}\\", .name("XTerm(390)")), ("\u{1B}_Gi=31;OK\u{1B}\\", .graphics("i=31;OK")),
    ("\u{1B}P1$r0;48:2:1:2:3m\u{1B}\\", .style("0;48:2:1:2:3m")),
    ("\u{1B}[6;20;10t", .cell(Size(columns: 10, rows: 20))),
    ("\u{1B}]11;rgb:ffff/0000/00\u{7}", .ground([1, 0, 0])),
  ])
  func answersAreKeptApart(bytes: String, expected: TerminalReport) {
    var decoder = KeyDecoder()
    #expect(decoder.feed(Array((bytes + "x").utf8)) == [key(.character("x"))])
    #expect(decoder.takeReports() == [expected])
    #expect(decoder.takeReports().isEmpty)
  }

  @Test func answersThatAreTooLongOrMalformedAreDropped() {
    var decoder = KeyDecoder()
    let long = "\u{1B}P>|" + String(repeating: "x", count: 100_000) + "\u{1B}\\"
    for bytes in [long, "\u{1B}]11;rgb:12345/0/0\u{7}", "\u{1B}[6;0;99999t", "\u{1B}[?2026$y", "\u{1B}P>|cut\u{18}"] {
      #expect(decoder.feed(Array(bytes.utf8)).isEmpty)
      #expect(decoder.takeReports().isEmpty, "\(bytes.prefix(20).debugDescription)")
    }
  }

  @Test func malformedTextBecomesReplacements() {
    #expect(decode([0xFF]) == [key(.character("\u{FFFD}"))])
    #expect(decode([0xE4, 0xB8]) == [key(.character("\u{FFFD}"))])
    #expect(decode([0xE4, 0x41]) == [key(.character("\u{FFFD}")), key(.character("A"))])
    #expect(decode([0xC0, 0x80]).count == 2)
    #expect(decode([0xC2, 0x9B]) == [key(.character("\u{FFFD}"))])
  }

  @Test func bytesAreWhatTheLocaleSays() {
    // ISO 8859-15: a euro sign where ISO 8859-1 has a currency sign.
    let charset = ByteCharset { $0 < 0xA0 ? nil : $0 == 0xA4 ? "€" : Unicode.Scalar($0) }
    var decoder = KeyDecoder(charset: charset)
    let got = decoder.feed([0x61, 0xE9, 0xFC, 0xA4, 0x1B, 0xE9, 0x90])
    #expect(
      got == [
        key(.character("a")), key(.character("é")), key(.character("ü")), key(.character("€")),
        key(.character("é"), .alt), key(.character("\u{FFFD}")),
      ])
    #expect(decoder.patience == nil, "no byte waits for another")
    let pasted = decoder.feed(Array("\u{1B}[200~".utf8) + [0x63, 0xF4, 0x74, 0xE9] + Array("\u{1B}[201~".utf8))
    #expect(pasted == [.paste("côté")])
  }

  @Test func pastesComeWhole() {
    let text = "one\r\ntwo\rthree\nfour \u{1B}[A 中🙂"
    let bytes = Array("\u{1B}[200~\(text)\u{1B}[201~x".utf8)
    #expect(decode(bytes) == [.paste("one\ntwo\nthree\nfour \u{1B}[A 中🙂"), key(.character("x"))])
  }

  @Test func longPastesLoseNothing() {
    let text = String(repeating: "中文 and more\r\n", count: 200_000)
    var decoder = KeyDecoder()
    var pasted = ""
    var parts = 0
    for event in decoder.feed(Array("\u{1B}[200~\(text)\u{1B}[201~".utf8)) {
      guard case .paste(let part) = event else { continue }
      pasted += part
      parts += 1
    }
    #expect(parts > 1)
    #expect(pasted == String(repeating: "中文 and more\n", count: 200_000))
  }

  @Test func aPasteWithoutEndDoesNotTrap() {
    var decoder = KeyDecoder()
    #expect(decoder.feed(Array("\u{1B}[200~abc".utf8)).isEmpty)
    let got1 = decoder.flush()
    #expect(got1 == [.paste("abc")])
    #expect(decoder.patience == nil)
    let got2 = decoder.feed([0x03])
    #expect(got2 == [key(.character("c"), .control)])
    let got3 = decoder.feed([0x61])
    #expect(got3 == [key(.character("a"))])
  }

  @Test func aPauseInTheEndMarkerDoesNotHideIt() {
    var decoder = KeyDecoder()
    var events = decoder.feed(Array("\u{1B}[200~abc\u{1B}[20".utf8)) + decoder.flush()
    #expect(events == [.paste("abc")] && decoder.patience == nil)
    events = decoder.feed(Array("1~x".utf8))
    #expect(events == [key(.character("x"))])
  }

  @Test func theCutMakesNoDifference() {
    let bytes = Array(
      "a中\u{1B}[1;5A\u{1B}OP\u{1B}[200~p\r\nq\u{1B}[201~\u{1B}x\u{1B}[<0;1;1Me\u{301}\u{1B}\u{1B}[D\u{1B}[M abz".utf8)
    let whole = decode(bytes)
    for cut in 0...bytes.count {
      var decoder = KeyDecoder()
      let got4 = decoder.feed(bytes[..<cut]) + decoder.feed(bytes[cut...]) + decoder.flush()
      #expect(got4 == whole)
    }
  }

  @Test func anyBytesAreDecodedAndNeverStall() {
    var state: UInt64 = 42
    func random(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    let parts = [
      "\u{1B}", "\u{1B}[", "\u{1B}O", ";", "5", "200~", "\u{1B}[201~", "~", "u", ":", "A", "中", "M", "<", "]", "\u{7}",
    ]
    .map { Array($0.utf8) }
    let iterations = Fixtures.environment("LATHE_FUZZ_ITERATIONS").flatMap { Int($0) } ?? 4000
    for _ in 0..<iterations {
      var bytes: [UInt8] = []
      for _ in 0..<random(30) { bytes += random(3) == 0 ? [UInt8(random(256))] : parts[random(UInt64(parts.count))] }
      let whole = decode(bytes)
      var decoder = KeyDecoder()
      var cut: [TerminalEvent] = []
      for byte in bytes { cut += decoder.feed([byte]) }
      let got5 = cut + decoder.flush()
      #expect(got5 == whole)
      // After the wait only a paste can still be open, and Ctrl-C leads out of it.
      _ = decoder.flush()
      _ = decoder.feed([0x03])
      let got6 = decoder.feed(Array("x".utf8))
      #expect(got6 == [key(.character("x"))])
    }
  }
}
