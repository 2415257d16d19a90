import Drawing
import Testing

@testable import Widgets

@Suite struct WidgetsTests {
  func frame(_ columns: Int, _ rows: Int, _ widget: some Widget) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    widget.draw(in: canvas.bounds, on: &canvas)
    return canvas
  }

  @Test func textScrollsAndStreams() {
    var layout = TextLayout(columns: 9)
    layout.append("one two three", indent: 2)
    layout.append("中文")
    #expect(layout.rowCount == 3)
    #expect(frame(10, 3, TextView(layout)).text == "  one two\n  three\n中文\n")
    layout.replaceLast([Span("中文和更多的字\u{1B}[31m")])
    #expect(layout.rowCount == 5)
    #expect(frame(10, 2, TextView(layout, offset: 99)).text == "多的字\n␛[31m\n")
    layout.setColumns(40)
    #expect(layout.rowCount == 2 && layout.firstRow(ofParagraph: 1) == 1)
    #expect(frame(4, 2, TextView(layout, offset: -5, hasScrollBar: true)).lines.count == 2)
  }

  @Test func inputShowsItsCursor() {
    var input = InputLine()
    #expect(frame(12, 1, InputView(input, placeholder: "Ask…")).text == "> Ask…\n")
    input.insert("hi 中")
    var canvas = frame(12, 1, InputView(input))
    #expect(canvas.text == "> hi 中\n" && canvas.cursor == Point(x: 7, y: 0))
    input.insert(" and more words")
    #expect(InputView(input).rows(columns: 12) == 3)
    canvas = frame(12, 2, InputView(input))
    #expect(canvas.text == "> more\n  words\n" || canvas.text == "  and more\n  words\n")
    #expect(canvas.cursor == Point(x: 7, y: 1))
    input.paste("\nx\u{1B}")
    canvas = frame(12, 1, InputView(input))
    #expect(canvas.lines[0].contains("x␛"))
  }

  @Test func listsAskOnlyForWhatIsSeen() {
    var selection = ListSelection(count: 1_000_000)
    selection.move(by: 500_000)
    selection.reveal(rows: 3)
    nonisolated(unsafe) var asked = 0
    let list = ListView(selection) { row in
      asked += 1
      return [Span("row \(row)")]
    }
    let canvas = frame(16, 3, list)
    #expect(asked == 3)
    #expect(canvas.lines[2].hasPrefix("▸ row 500000"))
    selection.move(by: Int.max)
    #expect(selection.selected == 999_999)
    selection.move(by: Int.min)
    #expect(selection.selected == 0)
    selection.setCount(0)
    #expect(selection.selected == nil)
    selection.move(by: 1)
    #expect(selection.selected == nil)
  }

  @Test func barsAndProgress() {
    let status = StatusLine(left: [Span("model")], right: [Span("12 tok/s")], style: .plain)
    #expect(frame(20, 1, status).text == " model     12 tok/s\n")
    #expect(frame(10, 1, status).text == " model\n")
    #expect(frame(16, 1, CommandBar([("?", "help"), ("Esc", "stop")])).text == " ? help\n")
    #expect(frame(20, 1, ProgressBar(fraction: 0.5)).text == "███████░░░░░░░░  50%\n")
    #expect(frame(30, 1, ProgressBar(fraction: 1, secondsLeft: 65)).text.hasSuffix("█ 100% 1m05s left\n"))
    for fraction in [Double.nan, -1, 7, .infinity] { _ = frame(20, 1, ProgressBar(fraction: fraction)) }
    #expect(
      [0, 59.6, 3599, 7260, 200_000, .nan, -1].map(durationText) == [
        "0s", "1m00s", "59m59s", "2h01m", "2d07h", "?", "?",
      ])
  }

  @Test func overlays() {
    let help = HelpOverlay(keys: [("Esc", "stop"), ("Ctrl-C", "quit")])
    #expect(
      frame(20, 6, help).text
        == "\n  ╭─ Keys ───────╮\n  │ Esc     stop │\n  │ Ctrl-C  quit │\n  ╰──────────────╯\n\n")
    let dialog = Dialog(title: "Quit", message: "Stop the answer?", choices: ["Yes", "No"])
    #expect(frame(24, 5, dialog).lines[1].contains("Stop the answer?"))
    #expect(frame(24, 5, dialog).lines[3].contains("[Yes]  No"))
    #expect(frame(24, 4, Toast("saved", kind: .success)).lines[1].hasSuffix("│ ✓ saved │"))
  }

  @Test func everyWidgetIsSafeAtEverySize() {
    var layout = TextLayout(columns: 5)
    layout.append("some 中文 text that goes on")
    var input = InputLine()
    input.paste("line one\nline 中文 two\u{1B}")
    let widgets: [any Widget] = [
      TextView(layout, offset: 1, hasScrollBar: true), InputView(input, placeholder: "x"),
      ListView(ListSelection(count: 9)) { [Span("row 中 \($0)")] },
      StatusLine(left: [Span("left 中文")], right: [Span("right")], style: .plain), CommandBar([("a", "b")]),
      ProgressBar(fraction: 0.4, label: "load", secondsLeft: 3), HelpOverlay(keys: [("k", "label 中文"), ("l", "m")]),
      Dialog(title: "t", message: "message 中文", choices: ["Yes", "No"]), Toast("note 中文", kind: .error),
    ]
    for widget in widgets {
      for columns in 0...14 {
        for rows in 0...6 {
          var canvas = Canvas(size: Size(columns: 20, rows: 10))
          canvas.fill(canvas.bounds, with: "@")
          let area = Rectangle(x: 3, y: 2, columns: columns, rows: rows)
          widget.draw(in: area, on: &canvas)
          for y in 0..<10 {
            for x in 0..<20 where !area.contains(Point(x: x, y: y)) {
              #expect(canvas[x, y].character == "@", "\(type(of: widget)) \(columns)x\(rows) at \(x),\(y)")
            }
          }
          if let cursor = canvas.cursor { #expect(area.contains(cursor)) }
          widget.draw(in: Rectangle(x: -2, y: -1, columns: columns, rows: rows), on: &canvas)
        }
      }
    }
  }
}
