import CTerminal
import Drawing
import Sessions
import Testing

@testable import Terminals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One terminal can be open in a process, so these run one after the other.
@Suite(.serialized) struct TerminalTests {
  @Test func showsACanvasAndRestoresTheModes() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let before = pty.modes()
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm-256color")
    #expect(terminal.size == Size(columns: 20, rows: 5))
    #expect(pty.modes() != before)
    var canvas = Canvas(size: terminal.size)
    canvas.write("héllo 中文 👨‍👩‍👧", at: Point(x: 0, y: 0), style: Style(foreground: .rgb(255, 0, 0)))
    canvas.write("\u{1B}]0;evil\u{7}\u{9B}2J", at: Point(x: 0, y: 1))
    canvas.cursor = Point(x: 3, y: 2)
    terminal.present(canvas)
    let shown = pty.output()
    #expect(shown.contains("\u{1B}[?1049h") && shown.contains("\u{1B}[?2004h"))
    #expect(shown.contains("中文") && shown.contains("␛]0;evil␇"))
    #expect(!shown.contains("\u{1B}]0;evil") && !shown.unicodeScalars.contains("\u{9B}") && !shown.contains("\u{7}"))
    #expect(!shown.contains("\u{200D}"))
    terminal.present(canvas)
    #expect(pty.output().utf8.count < 20)
    canvas.write("X", at: Point(x: 0, y: 4))
    terminal.present(canvas)
    let change = pty.output()
    #expect(change.contains("X") && !change.contains("中") && change.utf8.count < 60)
    #expect(throws: TerminalError.alreadyOpen) { try Terminal(input: pty.user, output: pty.user, type: "xterm") }
    terminal.close()
    #expect(pty.modes() == before)
    let end = pty.output()
    #expect(end.contains("\u{1B}[?1049l") && end.contains("\u{1B}[?2004l"))
    terminal.close()
  }

  @Test func textIsCopiedThroughTheTerminal() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    defer { terminal.close() }
    terminal.copy("你好\u{1B}!")
    #expect(pty.output().contains("\u{1B}]52;c;5L2g5aW9GyE=\u{7}"))
    #expect(Clipboard.sequence(for: "foo", inTmux: false) == "\u{1B}]52;c;Zm9v\u{7}")
    #expect(
      Clipboard.sequence(for: "foo", inTmux: true)
        == "\u{1B}]52;c;Zm9v\u{7}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;Zm9v\u{7}\u{1B}\\", "asked of tmux and handed on")
  }

  @Test func enterTypedBeforehandIsEnter() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    // The terminal's line discipline makes a line feed of this Enter, as the program has not taken it yet.
    pty.type("hi\ra")
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    defer { terminal.close() }
    pty.type("\n")
    var events: [TerminalEvent] = []
    while events.count < 5 { events += terminal.nextEvents(timeout: 10000) }
    #expect(
      events == [
        .key(KeyPress(.character("h"))), .key(KeyPress(.character("i"))), .key(KeyPress(.enter)),
        .key(KeyPress(.character("a"))), .key(KeyPress(.character("j"), .control)),
      ])
  }

  @Test func keysPastesResizesAndWakes() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    defer { terminal.close() }
    pty.type("a\u{1B}[A\u{3}")
    #expect(
      terminal.nextEvents(timeout: 10000) == [
        .key(KeyPress(.character("a"))), .key(KeyPress(.up)), .key(KeyPress(.character("c"), .control)),
      ])
    pty.type("\u{1B}")
    #expect(terminal.nextEvents(timeout: 10000) == [.key(KeyPress(.escape))])
    #expect(terminal.nextEvents(timeout: 1).isEmpty)
    terminal.waker.wake()
    #expect(terminal.nextEvents(timeout: nil).isEmpty)
    pty.resize(columns: 33, rows: 7)
    // To the process: the threads that run tests block signals.
    kill(getpid(), SIGWINCH)
    #expect(terminal.nextEvents(timeout: 10000) == [.resized(Size(columns: 33, rows: 7))])
    kill(getpid(), SIGTERM)
    #expect(terminal.nextEvents(timeout: 10000) == [.terminated])
    kill(getpid(), SIGINT)
    #expect(terminal.nextEvents(timeout: 10000) == [.interrupted])
  }

  @Test(.timeLimit(.minutes(1))) func theEscapeKeyIsToldHoweverOftenTheWaitEnds() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    defer { terminal.close() }
    // An answer that streams ends the wait with every token, sooner than a lone ESC is decided.
    for endsByWaking in [true, false] {
      pty.type("\u{1B}")
      var events: [TerminalEvent] = []
      while events.isEmpty {
        if endsByWaking {
          usleep(5000)
          terminal.wake()
        }
        events = terminal.nextEvents(timeout: endsByWaking ? nil : 5)
      }
      #expect(events == [.key(KeyPress(.escape))])
    }
  }

  @Test func aTerminalIsAskedWhatItCanDo() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm-256color")
    defer { terminal.close() }
    let request = pty.output()
    #expect(request.contains("\u{1B}[?2026$p") && request.contains("\u{1B}[c") && request.contains("\u{1B}[>0q"))
    #expect(!terminal.abilities.hasAnswered)
    pty.type("\u{1B}P>|test 1\u{1B}\\a\u{1B}[?2026;2$y\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;20;10t\u{1B}[?62;4c")
    var events: [TerminalEvent] = []
    while events.count < 2 { events += terminal.nextEvents(timeout: 10000) }
    var expected = terminal.abilities
    expected.name = "test 1"
    (expected.synchronizesOutput, expected.hasKittyGraphics, expected.hasSixel) = (true, true, true)
    expected.cellPixels = Size(columns: 10, rows: 20)
    #expect(events == [.key(KeyPress(.character("a"))), .abilities(expected)])
    // From now on a frame is shown as a whole.
    var canvas = Canvas(size: terminal.size)
    canvas.write("frame", at: Point(x: 0, y: 0))
    terminal.present(canvas)
    let frame = pty.output()
    #expect(frame.contains("\u{1B}[?2026h") && frame.hasSuffix("\u{1B}[?2026l\u{1B}[5n"), "and asked for")
  }

  @Test(arguments: ["truecolor", "24bit"]) func trueColourIsUsedWhereTheEnvironmentSaysSo(value: String) throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(
      input: pty.user, output: pty.user, type: "xterm-256color",
      environment: TerminalEnvironment(colors: value, isTmux: false, refusesColor: false))
    defer { terminal.close() }
    var canvas = Canvas(size: terminal.size)
    canvas.write("rgb", at: Point(x: 0, y: 0), style: Style(foreground: .rgb(1, 2, 3), background: .indexed(200)))
    canvas.write("dark", at: Point(x: 0, y: 1), style: Style(foreground: .rgb(0, 0, 9)))
    canvas.write("named", at: Point(x: 0, y: 2), style: Style(foreground: .brightRed))
    terminal.present(canvas)
    let shown = pty.output()
    #expect(terminal.colors == 1 << 24 && shown.contains("38;2;1;2;3") && shown.contains("48;5;200"))
    // Colours of the palette stay the user's own; the darkest blues are none of them.
    #expect(shown.contains("38;2;0;1;9") && shown.contains("\u{1B}[91m"))
    // The alternate screen is entered once.
    #expect(shown.components(of: "\u{1B}[?1049h") == 1)
  }

  @Test func withoutColoursNoneAreSent() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(
      input: pty.user, output: pty.user, type: "xterm-256color",
      environment: TerminalEnvironment(colors: "truecolor", isTmux: false, refusesColor: true))
    defer { terminal.close() }
    #expect(terminal.colors == 0)
  }

  /// GNU screen passes the terminal's COLORTERM on, and takes no RGB.
  @Test func whatTakesNoRGBIsNotGivenAny() {
    func depth(_ type: String, _ colors: String, tmux: Bool = false) -> terminal_depth {
      AbilityQuery.Environment(type: type, colors: colors, isTmux: tmux).depth
    }
    #expect(depth("xterm-256color", "truecolor") == TERMINAL_DIRECT)
    #expect(depth("screen-256color", "truecolor") == TERMINAL_PALETTE)
    #expect(depth("screen-256color", "truecolor", tmux: true) == TERMINAL_DIRECT)
    #expect(depth("linux", "truecolor") == TERMINAL_PALETTE)
    #expect(depth("xterm-direct", "") == TERMINAL_DIRECT)
    #expect(depth("xterm", "") == TERMINAL_PALETTE)
  }

  @Test func imagesInPixelsAreShownWhereTheTerminalTakesThem() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(
      input: pty.user, output: pty.user, type: "xterm-256color",
      environment: TerminalEnvironment(colors: "", isTmux: false, refusesColor: false))
    defer { terminal.close() }
    var canvas = Canvas(size: terminal.size)
    let area = Rectangle(x: 2, y: 1, columns: 6, rows: 2)
    canvas.fill(area, with: "#")
    canvas.show(
      CanvasPicture(
        area: area, key: CanvasPicture.Key(image: 1, region: [0, 0, 1, 1]), source: PictureLayerTests.Plain()))
    terminal.present(canvas)
    #expect(pty.output().contains("######") && terminal.pixelFormat.isEmpty)
    pty.type("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[6;20;10t\u{1B}[?62;4c")
    // The wait also ends when the line has taken the frame.
    while !terminal.abilities.hasSixel { _ = terminal.nextEvents(timeout: 10000) }
    #expect(terminal.pixelFormat == "Kitty" && terminal.cellPixels == Size(columns: 10, rows: 20))
    while terminal.frameDelay != 0 { _ = terminal.nextEvents(timeout: 1) }
    terminal.present(canvas)
    #expect(pty.output().contains("\u{1B}[2;3H\u{1B}_Ga=T"))
    // Leaving takes it away.
    terminal.close()
    #expect(pty.output().contains("a=d,d=I"))
  }

  @Test func mouseReportsAreAskedForAndTakenBack() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    terminal.reportsMouse = true
    #expect(pty.output().contains("\u{1B}[?1002h\u{1B}[?1006h"))
    pty.type("\u{1B}[<0;3;2M")
    #expect(terminal.nextEvents(timeout: 10000) == [.mouse(MouseInput(.press, x: 2, y: 1))])
    terminal.close()
    #expect(pty.output().contains("\u{1B}[?1002l\u{1B}[?1006l"))
  }

  /// A line that takes nothing: frames are left out, keys still come, and the latest state is shown once it takes again.
  @Test(.timeLimit(.minutes(1))) func aStandingLineHoldsFramesNotKeys() throws {
    let pty = try PseudoTerminal(columns: 200, rows: 60)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm-256color")
    defer { terminal.close() }
    var round = 0
    func canvas() -> Canvas {
      var canvas = Canvas(size: terminal.size)
      for y in 0..<60 {
        for x in 0..<200 {
          canvas.write("\((x + y + round) % 10)", at: Point(x: x, y: y), style: Style(foreground: .indexed(UInt8(x))))
        }
      }
      canvas.write("round \(round)!", at: Point(x: 0, y: 0))
      return canvas
    }
    while terminal.frameDelay != nil, round < 100 {
      round += 1
      terminal.present(canvas())
    }
    #expect(terminal.frameDelay == nil)
    let before = terminal.traffic.totalFrames
    round += 1
    terminal.present(canvas())
    #expect(terminal.traffic.totalFrames == before)
    pty.type("k")
    #expect(terminal.nextEvents(timeout: 10000) == [.key(KeyPress(.character("k")))])
    var shown = ""
    while terminal.frameDelay == nil {
      shown += pty.output()
      _ = terminal.nextEvents(timeout: 10)
    }
    terminal.present(canvas())
    while terminal.frameDelay == nil {
      shown += pty.output()
      _ = terminal.nextEvents(timeout: 10)
    }
    shown += pty.output()
    // Only the number differs from the round before.
    #expect(shown.contains("\(round)!"))
  }

  /// An SSH connection takes megabytes at once that arrive much later: only the terminal itself knows when.
  @Test(.timeLimit(.minutes(1))) func framesWaitForATerminalFarAway() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm-256color")
    pty.type("\u{1B}[?62c")
    while !terminal.abilities.hasAnswered { _ = terminal.nextEvents(timeout: 10000) }
    func show(_ text: String) {
      var canvas = Canvas(size: terminal.size)
      canvas.write(text, at: Point(x: 0, y: 0))
      terminal.present(canvas)
    }
    _ = pty.output()
    show("one")
    #expect(pty.output().hasSuffix("\u{1B}[5n"), "the frame, then the question")
    // What is on its way has not arrived: after a moment the next frame waits.
    while terminal.frameDelay != nil { usleep(1000) }
    pty.type("\u{1B}[0n")
    #expect(terminal.nextEvents(timeout: nil).isEmpty, "the answer ends the wait for the next frame's turn")
    #expect(terminal.frameDelay != nil)
    show("two")
    #expect(pty.output().contains("two"))
    // At the end the answer that is on its way is taken in, not left to the shell.
    pty.type("\u{1B}[0nx")
    terminal.close()
    var count: Int32 = 0
    #expect(ioctl(pty.user, UInt(FIONREAD), &count) == 0 && count == 0)
  }

  @Test func aVanishedTerminalIsAnEvent() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let terminal = try Terminal(input: pty.user, output: pty.user, type: "xterm")
    pty.hangUp()
    #expect(terminal.nextEvents(timeout: 10000) == [.hangUp])
    #expect(terminal.nextEvents(timeout: nil) == [.hangUp])
    terminal.present(Canvas(size: terminal.size))
    terminal.close()
  }

  @Test func refusesWhatItCannotUse() throws {
    let pty = try PseudoTerminal(columns: 20, rows: 5)
    let before = pty.modes()
    #expect(throws: TerminalError.unusableType("dumb")) {
      try Terminal(input: pty.user, output: pty.user, type: "dumb")
    }
    #expect(throws: TerminalError.unusableType("no-such-terminal")) {
      try Terminal(input: pty.user, output: pty.user, type: "no-such-terminal")
    }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    #expect(throws: TerminalError.notATerminal) { try Terminal(input: ends[0], output: ends[1], type: "xterm") }
    close(ends[0])
    close(ends[1])
    #expect(pty.modes() == before)
  }

  @Test(arguments: [(0, false), (8, false), (16, false), (256, false), (1 << 24, false), (256, true)])
  func cellsKeepTheirColumns(colors: Int, isASCII: Bool) {
    let encoder = CellEncoder(colors: colors, isASCII: isASCII)
    var canvas = Canvas(size: Size(columns: 40, rows: 1))
    canvas.write("a中é👨‍👩‍👧❤\u{FE0F}🇩🇪👍🏽क्ष1\u{FE0F}\u{20E3}e\u{301}─\u{1FAE8}", at: Point(x: 0, y: 0))
    for (x, cell) in canvas.row(0).enumerated() where cell.width > 0 {
      var covered = 0
      encoder.forEachPiece(of: cell) { scalars, dx in
        #expect(dx == covered, "at \(x)")
        #expect(!scalars.isEmpty && (!isASCII || scalars.allSatisfy { $0 < 0x80 }))
        covered += scalars[0] < 0x80 ? 1 : TextWidth.columns(of: Unicode.Scalar(scalars[0]) ?? "?")
      }
      #expect(covered == Int(cell.width), "at \(x)")
    }
    for color in [Color.standard, .red, .brightBlue, .indexed(200), .rgb(1, 2, 3), .rgb(250, 250, 0)] {
      let index = encoder.index(of: color)
      #expect(index >= -1 && index < max(colors, 1))
    }
  }

  @Test func aCharsetShowsWhatItHas() {
    let encoder = CellEncoder(colors: 8, isASCII: true, extras: [0xE9]).with(colors: 0)
    var canvas = Canvas(size: Size(columns: 4, rows: 1))
    canvas.write("éü─中", at: Point(x: 0, y: 0))
    var shown: [[UInt32]] = []
    for cell in canvas.row(0) { encoder.forEachPiece(of: cell) { piece, _ in shown.append(piece) } }
    #expect(shown.first == [0xE9] && shown.dropFirst().allSatisfy { $0[0] < 0x80 })
    #expect(encoder.colors == 0 && encoder.isASCII)
  }

  @Test func coloursMapToTheNearest() {
    #expect(CellEncoder(colors: 256, isASCII: false).index(of: .rgb(255, 0, 0)) == 196)
    #expect(CellEncoder(colors: 256, isASCII: false).index(of: .rgb(128, 128, 128)) == 244)
    #expect(CellEncoder(colors: 16, isASCII: false).index(of: .rgb(255, 0, 0)) == 9)
    #expect(CellEncoder(colors: 8, isASCII: false).index(of: .brightGreen) == 2)
    #expect(CellEncoder(colors: 0, isASCII: false).index(of: .red) == -1)
  }
}

extension String {
  /// How often a text comes in this one.
  fileprivate func components(of part: String) -> Int {
    var (count, rest) = (0, self[...])
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
