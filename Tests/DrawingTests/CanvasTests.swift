import Testing

@testable import Drawing

@Suite struct CanvasTests {
  func canvas(_ columns: Int, _ rows: Int) -> Canvas { Canvas(size: Size(columns: columns, rows: rows)) }

  @Test func writesAndReturnsColumns() {
    var frame = canvas(10, 2)
    let columns = frame.write("中a🙂", at: Point(x: 1, y: 0))
    #expect(columns == 5)
    #expect(frame.text == " 中a🙂\n\n")
    #expect(frame[1, 0].width == 2 && frame[2, 0].width == 0 && frame[3, 0].character == "a")
  }

  @Test func wideCharactersAreNeverHalfDrawn() {
    var frame = canvas(3, 1)
    frame.write("a中文", at: Point(x: 0, y: 0))
    #expect(frame.text == "a中\n")
    frame = canvas(3, 1)
    frame.write("中文", at: Point(x: 0, y: 0))
    #expect(frame[2, 0] == .blank)
    frame = canvas(3, 1)
    frame.write("中文", at: Point(x: -1, y: 0))
    #expect(frame.text == " 文\n")
    frame.write("x", at: Point(x: 2, y: 0))
    #expect(frame.text == "  x\n")
    frame = canvas(4, 1)
    frame.write("中文", at: Point(x: 0, y: 0))
    frame.write("字", at: Point(x: 1, y: 0))
    #expect(frame.text == " 字\n")
    #expect(frame[3, 0].width == 1)
  }

  @Test func clipsToAnArea() {
    var frame = canvas(8, 3)
    let area = Rectangle(x: 2, y: 1, columns: 3, rows: 1)
    frame.write("abcdef", at: Point(x: 1, y: 1), in: area)
    frame.write("zzz", at: Point(x: 2, y: 0), in: area)
    #expect(frame.text == "\n  bcd\n\n")
    frame.write("far", at: Point(x: 100, y: 100))
    frame.write("far", at: Point(x: -100, y: 1))
    #expect(frame.text == "\n  bcd\n\n")
  }

  @Test func controlsAreDrawnAsPictures() {
    var frame = canvas(12, 1)
    frame.write("\u{1B}[2J\r\n\t\u{202E}\u{9B}", at: Point(x: 0, y: 0))
    #expect(frame.text == "␛[2J␍␉\u{FFFD}\u{FFFD}\n")
    frame.fill(frame.bounds, with: "\u{7}")
    #expect(frame[3, 0].character == "␇")
  }

  @Test func emptyCanvasTakesEverything() {
    for size in [(0, 0), (1, 0), (0, 3), (1, 1)] {
      var frame = canvas(size.0, size.1)
      frame.write("中文", at: Point(x: 0, y: 0))
      frame.fill(Rectangle(x: -3, y: -3, columns: 100, rows: 100), with: "x")
      frame.box(frame.bounds, title: "title")
      frame.restyle(frame.bounds) { $0.adding(.bold) }
      #expect(frame.size == Size(columns: size.0, rows: size.1))
    }
  }

  @Test func fillCutsWideNeighbours() {
    var frame = canvas(6, 1)
    frame.write("中文字", at: Point(x: 0, y: 0))
    frame.fill(Rectangle(x: 1, y: 0, columns: 2, rows: 1), with: "-")
    #expect(frame.text == " -- 字\n")
  }

  @Test func boxes() {
    var frame = canvas(12, 3)
    frame.box(frame.bounds, kind: .light, title: "Help")
    #expect(frame.text == "┌─ Help ───┐\n│          │\n└──────────┘\n")
    var small = canvas(8, 2)
    small.box(small.bounds, kind: .ascii, title: "a long title")
    #expect(small.text == "+- a… -+\n+------+\n")
  }

  @Test func runsJoinCellsOfOneStyle() {
    var frame = canvas(6, 1)
    let red = Style(foreground: .red)
    frame.write("a", at: Point(x: 0, y: 0))
    frame.write("中b", at: Point(x: 1, y: 0), style: red)
    #expect(
      frame.runs(row: 0) == [
        StyledRun(text: "a", style: .plain, x: 0, columns: 1), StyledRun(text: "中b", style: red, x: 1, columns: 3),
        StyledRun(text: "  ", style: .plain, x: 4, columns: 2),
      ])
  }

  @Test func drawsAnotherCanvas() {
    var stamp = canvas(3, 1)
    stamp.write("中x", at: Point(x: 0, y: 0))
    var frame = canvas(4, 1)
    frame.draw(stamp, at: Point(x: 2, y: 0))
    #expect(frame.text == "  中\n")
    frame.draw(stamp, at: Point(x: -1, y: 0))
    #expect(frame.text == " x中\n")
  }

  @Test func truncatesWithAnEllipsis() {
    #expect(truncated("abcdef", to: 6) == "abcdef")
    #expect(truncated("abcdef", to: 4) == "abc…")
    #expect(truncated("中文字", to: 6) == "中文字")
    #expect(truncated("中文字", to: 5) == "中文…")
    #expect(truncated("中文字", to: 4) == "中…")
    #expect(truncated("中", to: 1) == "…")
    #expect(truncated("abc", to: 0) == "")
  }

  @Test func rectanglesSplitWithinThemselves() {
    let area = Rectangle(x: 2, y: 3, columns: 10, rows: 4)
    #expect(area.splitTop(9).rest.isEmpty)
    #expect(area.splitBottom(1).bottom == Rectangle(x: 2, y: 6, columns: 10, rows: 1))
    #expect(area.splitRight(3).right == Rectangle(x: 9, y: 3, columns: 3, rows: 4))
    #expect(area.inset(columns: 20, rows: 1).isEmpty)
    #expect(area.centered(Size(columns: 4, rows: 2)) == Rectangle(x: 5, y: 4, columns: 4, rows: 2))
  }
}
