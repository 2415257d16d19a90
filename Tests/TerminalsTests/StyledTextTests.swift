import Drawing
import Testing

@testable import Terminals

@Suite struct StyledTextTests {
  func text(colors: Int, isASCII: Bool = false, _ draw: (inout Canvas) -> Void) -> String {
    var canvas = Canvas(size: Size(columns: 6, rows: 1))
    draw(&canvas)
    return String(decoding: StyledText(canvas, colors: colors, isASCII: isASCII).bytes, as: UTF8.self)
  }

  @Test func onlyChangesAreWritten() {
    let drawn = text(colors: 256) {
      $0.write("ab", at: Point(x: 0, y: 0), style: Style(foreground: .indexed(200)))
      $0.write("c", at: Point(x: 3, y: 0), style: Style(foreground: .indexed(200), background: .blue))
    }
    #expect(drawn == "\u{1B}[38;5;200mab \u{1B}[44mc\u{1B}[0m\n")
    #expect(text(colors: 256) { $0.write("中é", at: Point(x: 0, y: 0)) } == "中é\n")
  }

  @Test func colourDepths() {
    func orange(_ colors: Int) -> String {
      text(colors: colors) { $0.write("x", at: Point(x: 0, y: 0), style: Style(foreground: .rgb(255, 135, 0))) }
    }
    #expect(orange(1 << 24) == "\u{1B}[38;2;255;135;0mx\u{1B}[0m\n")
    #expect(orange(256) == "\u{1B}[38;5;208mx\u{1B}[0m\n")
    #expect(orange(16).hasSuffix("mx\u{1B}[0m\n") && orange(16).count == "\u{1B}[33mx\u{1B}[0m\n".count)
    #expect(orange(0) == "x\n")
  }

  @Test func attributesAndGrounds() {
    let drawn = text(colors: 0) {
      $0.write("a", at: Point(x: 0, y: 0), style: Style(attributes: [.bold, .underline]))
      $0.write("b ", at: Point(x: 1, y: 0), style: Style(attributes: .reverse))
    }
    #expect(drawn == "\u{1B}[0;1;4ma\u{1B}[0;7mb \u{1B}[0m\n")
    #expect(text(colors: 8) { $0.fill($0.bounds, style: Style(background: .red)) } == "\u{1B}[41m      \u{1B}[0m\n")
    #expect(text(colors: 8, isASCII: true) { $0.write("─中", at: Point(x: 0, y: 0)) } == "-??\n")
  }
}
