import Drawing
import Images
import Testing

@testable import Exports

@Suite struct FrameTests {
  private func canvas(_ lines: [String], style: Style = .plain) -> Canvas {
    var canvas = Canvas(size: Size(columns: 12, rows: lines.count))
    for (y, line) in lines.enumerated() { canvas.write(line, at: Point(x: 0, y: y), style: style) }
    return canvas
  }

  @Test func stylesBecomeEscapeSequences() {
    let style = Style(foreground: .brightRed, background: .rgb(1, 2, 3), attributes: [.bold, .underline])
    #expect(canvas(["hi"], style: style).ansiText == "\u{1B}[0;1;4;91;48;2;1;2;3mhi\u{1B}[m\n")
    let indexed = Style(foreground: .indexed(200), background: .blue)
    #expect(canvas(["x"], style: indexed).ansiText == "\u{1B}[0;38;5;200;44mx\u{1B}[m\n")
    #expect(canvas(["plain", ""]).ansiText == "plain\u{1B}[m\n\u{1B}[m\n")
  }

  @Test func updatesShowTheNextFrame() {
    var terminal = TinyTerminal(columns: 12, rows: 3)
    var shown: Canvas?
    let frames = [
      ["one", "two", "three"], ["one", "to", "three"], ["你好吗", "two", ""], ["你a吗", "", "x 世"], ["", "", ""],
    ]
    for lines in frames {
      let frame = canvas(lines)
      terminal.take(frame.ansiUpdate(from: shown))
      #expect(terminal.lines == frame.lines)
      #expect(frame.ansiUpdate(from: frame) == "")
      shown = frame
    }
  }

  @Test func everyPrintableCharacterOfLatin1HasAGlyph() {
    for value in Array(UInt32(0x21)...0x7E) + Array(0xA1...0xFF) where value != 0xAD {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let glyph = BitmapFont.glyph(of: Character(scalar), cells: 1)
      #expect(glyph.count == BitmapFont.rows && glyph.contains { $0 != 0 }, "U+\(String(value, radix: 16))")
      #expect(glyph.allSatisfy { $0 < 1 << UInt32(BitmapFont.columns) })
      #expect(glyph != BitmapFont.codeBox(value, cells: 1), "not the box of a missing one")
    }
  }

  @Test func theCharactersOurScreensDrawWithAreNoBoxes() {
    for character in "❯●✗·…“”‘’–—•→←↑↓✓◆░▒▓⏎�│─╭╮╰╯━╋┼█▌⣿⠁" {
      for scalar in character.unicodeScalars {
        #expect(BitmapFont.glyph(of: character, cells: 1) != BitmapFont.codeBox(scalar.value, cells: 1), "\(character)")
      }
    }
  }

  @Test func linesAndBlocksMeetTheirNeighbours() {
    let middle = UInt32(1) << UInt32(BitmapFont.columns / 2)
    let vertical = BitmapFont.glyph(of: "│", cells: 1)
    #expect(vertical.allSatisfy { $0 == middle })
    #expect(BitmapFont.glyph(of: "─", cells: 1)[BitmapFont.rows / 2] == 0x1FF)
    #expect(BitmapFont.glyph(of: "█", cells: 1).allSatisfy { $0 == 0x1FF })
    let (upper, lower) = (BitmapFont.glyph(of: "▀", cells: 1), BitmapFont.glyph(of: "▄", cells: 1))
    #expect(zip(upper, lower).allSatisfy { $0 ^ $1 == 0x1FF })
    let corner = BitmapFont.glyph(of: "┌", cells: 1)
    #expect(corner.last == middle && corner.first == 0)
    #expect(corner[BitmapFont.rows / 2] & 1 == 1 && corner[BitmapFont.rows / 2] & 0x100 == 0)
    for value in UInt32(0x2500)...0x259F { #expect(BitmapFont.drawnGlyph(value)?.contains { $0 != 0 } == true) }
    let dots = BitmapFont.glyph(of: "⣿", cells: 1).reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(dots == 8 * 4)
  }

  @Test func anImageHasTheFramesPixels() throws {
    var frame = canvas(["A你", "▀"])
    frame.restyle(Rectangle(x: 0, y: 1, columns: 1, rows: 1)) { _ in Style(foreground: .rgb(255, 0, 0)) }
    let image = frame.image(scale: 2)
    #expect(image.width == 12 * BitmapFont.columns * 2 && image.height == 2 * BitmapFont.rows * 2)
    let start = BitmapFont.rows * 2 * image.width * 4
    #expect(Array(image.pixels[start..<start + 4]) == [255, 0, 0, 255])
    #expect(try RGBAImage(png: image.png()) == image)
    #expect(Canvas(size: Size(columns: 0, rows: 0)).image().pixels.isEmpty)
  }
}

/// As much of a terminal as the updates use: places, text, erasing.
private struct TinyTerminal {
  private var canvas: Canvas
  var lines: [String] { canvas.lines }

  init(columns: Int, rows: Int) { canvas = Canvas(size: Size(columns: columns, rows: rows)) }

  mutating func take(_ text: String) {
    var place = Point(x: 0, y: 0)
    for part in text.split(separator: "\u{1B}[", omittingEmptySubsequences: true) {
      guard let end = part.firstIndex(where: { $0.isLetter }) else { continue }
      let numbers = part[..<end].split(separator: ";").compactMap { Int($0) }
      switch part[end] {
      case "H": place = Point(x: numbers[1] - 1, y: numbers[0] - 1)
      case "J": canvas = Canvas(size: canvas.size)
      default: break
      }
      place.x += canvas.write(String(part[part.index(after: end)...]), at: place)
    }
  }
}
