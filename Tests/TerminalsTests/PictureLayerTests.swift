import CTerminal
import Drawing
import Images
import Testing

@testable import Terminals

@Suite struct PictureLayerTests {
  struct Plain: PixelSource {
    func pixels(width: Int, height: Int) -> [UInt8] {
      (0..<width * height).flatMap { _ in [10, 20, 30, 255] as [UInt8] }
    }
  }

  static let cell = Size(columns: 10, rows: 20)

  func canvas(_ areas: Rectangle..., image: Int = 1) -> Canvas {
    var canvas = Canvas(size: Size(columns: 30, rows: 10))
    for area in areas {
      canvas.fill(area, with: "#")
      canvas.show(
        CanvasPicture(area: area, key: CanvasPicture.Key(image: image, region: [0, 0, 1, 1]), source: Plain()))
    }
    return canvas
  }

  func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func withoutAWayTheCellsAreShown() {
    var layer = PictureLayer()
    let area = Rectangle(x: 2, y: 3, columns: 5, rows: 2)
    let change = layer.change(to: canvas(area), way: nil, cell: PictureLayerTests.cell)
    #expect(change.canvas.text == canvas(area).text && change.behind.isEmpty && change.before.isEmpty)
  }

  @Test func kittyImagesComeOnceAndGoWithTheirPicture() {
    var layer = PictureLayer()
    let area = Rectangle(x: 2, y: 3, columns: 5, rows: 2)
    let first = layer.change(to: canvas(area), way: .kitty, cell: PictureLayerTests.cell)
    #expect(text(first.behind).hasPrefix("\u{1B}7\u{1B}[4;3H\u{1B}_Ga=T,f=100,q=2,i="))
    #expect(text(first.behind).contains(",c=5,r=2,C=1") && text(first.behind).hasSuffix("\u{1B}8"))
    #expect(first.canvas[3, 3].character == "\u{A0}" && first.before.isEmpty && first.staleRows.isEmpty)
    let again = layer.change(to: canvas(area), way: .kitty, cell: PictureLayerTests.cell)
    #expect(again.behind.isEmpty && again.canvas == first.canvas)
    // Another image in its place; both have no number in common while both are known.
    let next = layer.change(to: canvas(area, image: 2), way: .kitty, cell: PictureLayerTests.cell)
    #expect(text(next.before).contains("a=d,d=I") && text(next.behind).contains("a=T"))
    let covered = layer.change(to: canvas(), way: .kitty, cell: PictureLayerTests.cell)
    #expect(text(covered.before).contains("a=d,d=I") && covered.behind.isEmpty)
    #expect(layer.removal.isEmpty)
  }

  @Test func whatOthersHaveDrawnOverIsSentAgain() {
    var layer = PictureLayer()
    let area = Rectangle(x: 0, y: 0, columns: 4, rows: 2)
    _ = layer.change(to: canvas(area), way: .kitty, cell: PictureLayerTests.cell)
    #expect(text(layer.removal).contains("a=d,d=I"))
    layer.forget()
    #expect(!layer.change(to: canvas(area), way: .kitty, cell: PictureLayerTests.cell).behind.isEmpty)
  }

  @Test func inTmuxPlaceholdersAreCells() {
    var layer = PictureLayer()
    let area = Rectangle(x: 2, y: 3, columns: 5, rows: 2)
    let change = layer.change(to: canvas(area), way: .kittyInTmux, cell: PictureLayerTests.cell)
    #expect(text(change.behind).contains("\u{1B}Ptmux;\u{1B}\u{1B}_Ga=T"))
    let cell = change.canvas[2, 4]
    #expect(cell.character.unicodeScalars.first == "\u{10EEEE}" && cell.character.unicodeScalars.count == 4)
    #expect(cell.character != change.canvas[3, 4].character && change.canvas[1, 4].character == " ")
    guard case .indexed(let number) = cell.style.foreground else { Issue.record("no colour of the palette"); return }
    #expect(number >= 16)
    _ = terminal_set_locale()
    var pieces: [[UInt32]] = []
    CellEncoder(colors: 256, isASCII: false).forEachPiece(of: cell) { scalars, _ in pieces.append(scalars) }
    #expect(pieces == [cell.character.unicodeScalars.map(\.value)])
  }

  @Test func sixelsAreErasedWithTheirRows() {
    var layer = PictureLayer()
    let way = PictureLayer.Way.sixel(registers: 16, largest: nil)
    let area = Rectangle(x: 2, y: 3, columns: 5, rows: 2)
    let first = layer.change(to: canvas(area), way: way, cell: PictureLayerTests.cell)
    #expect(text(first.behind).hasPrefix("\u{1B}7\u{1B}[4;3H\u{1B}P") && text(first.behind).contains("\"1;1;50;40"))
    // New pixels cover the old ones where they lie in the same place.
    let next = layer.change(to: canvas(area, image: 2), way: way, cell: PictureLayerTests.cell)
    #expect(next.staleRows.isEmpty && !next.behind.isEmpty)
    let gone = layer.change(to: canvas(), way: way, cell: PictureLayerTests.cell)
    #expect(gone.staleRows == [3..<5] && gone.behind.isEmpty)
  }

  @Test func largeSixelsComeInTiles() {
    var layer = PictureLayer()
    let way = PictureLayer.Way.sixel(registers: 256, largest: Size(columns: 35, rows: 45))
    let area = Rectangle(x: 1, y: 1, columns: 7, rows: 3)
    let output = text(layer.change(to: canvas(area), way: way, cell: PictureLayerTests.cell).behind)
    let places = output.split(separator: "\u{1B}7").map { $0.prefix { $0 != "H" } }
    #expect(places == ["\u{1B}[2;2", "\u{1B}[2;5", "\u{1B}[2;8", "\u{1B}[4;2", "\u{1B}[4;5", "\u{1B}[4;8"])
    #expect(output.contains("\"1;1;30;40") && output.contains("\"1;1;10;20"))
  }
}
