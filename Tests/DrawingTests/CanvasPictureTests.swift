import Drawing
import Testing

@Suite struct CanvasPictureTests {
  struct Plain: PixelSource {
    func pixels(width: Int, height: Int) -> [UInt8] { [UInt8](repeating: 255, count: width * height * 4) }
  }

  func picture(_ x: Int, _ y: Int, _ columns: Int, _ rows: Int, image: Int = 1) -> CanvasPicture {
    CanvasPicture(
      area: Rectangle(x: x, y: y, columns: columns, rows: rows),
      key: CanvasPicture.Key(image: image, region: [0, 0, 1, 1]), source: Plain())
  }

  @Test func whatIsDrawnOverAPictureLeavesItsCells() {
    var canvas = Canvas(size: Size(columns: 20, rows: 10))
    canvas.fill(Rectangle(x: 2, y: 2, columns: 6, rows: 4), with: "#")
    canvas.show(picture(2, 2, 6, 4))
    canvas.write("beside", at: Point(x: 8, y: 2))
    canvas.restyle(canvas.bounds) { $0.adding(.dim) }
    #expect(canvas.pictures == [picture(2, 2, 6, 4)])
    canvas.write("over", at: Point(x: 0, y: 3))
    #expect(canvas.pictures.isEmpty && canvas.lines[2] == "  ######beside" && canvas.lines[3] == "over####")
    canvas.show(picture(2, 2, 6, 4))
    canvas.fill(Rectangle(x: 7, y: 5, columns: 1, rows: 1))
    #expect(canvas.pictures.isEmpty)
  }

  @Test func picturesDoNotReachOutOrOverlap() {
    var canvas = Canvas(size: Size(columns: 20, rows: 10))
    for outside in [picture(15, 0, 6, 2), picture(-1, 0, 3, 3), picture(0, 9, 2, 2), picture(3, 3, 0, 2)] {
      canvas.show(outside)
    }
    #expect(canvas.pictures.isEmpty)
    canvas.show(picture(0, 0, 4, 4))
    canvas.show(picture(2, 2, 4, 4, image: 2))
    #expect(canvas.pictures == [picture(2, 2, 4, 4, image: 2)])
  }

  @Test func picturesGoWithTheirCanvas() {
    var inner = Canvas(size: Size(columns: 8, rows: 4))
    inner.show(picture(1, 1, 4, 2))
    var canvas = Canvas(size: Size(columns: 20, rows: 10))
    canvas.draw(inner, at: Point(x: 3, y: 2))
    #expect(canvas.pictures == [picture(4, 3, 4, 2)])
    var cut = Canvas(size: Size(columns: 20, rows: 10))
    cut.draw(inner, at: Point(x: 17, y: 2))
    #expect(cut.pictures.isEmpty)
  }
}
