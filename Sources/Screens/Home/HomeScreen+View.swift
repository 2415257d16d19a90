public import Drawing
import Sessions
import Widgets

extension HomeScreen {
  /// Draws the whole screen, at any size.
  public func view(on canvas: inout Canvas) {
    let (head, list, foot) = areas(in: canvas.size)
    if !head.isEmpty {
      canvas.write("lathe", at: Point(x: head.x + 2, y: head.y), style: theme[.title], in: head)
      canvas.write(subtitle, at: Point(x: 10, y: head.y), style: theme[.muted], in: head)
    }
    table(in: list.columns).draw(in: list, on: &canvas)
    drawFoot(in: foot, on: &canvas)
    guard let helpRow else { return }
    KeyHelpOverlay(keys: help, first: helpRow, theme: theme).draw(on: &canvas)
  }

  private var subtitle: String {
    guard let found else { return "a workbench for language models" }
    let count = found.matches.count == 1 ? "1 session" : "\(found.matches.count) sessions"
    return printableLine("\(count) with \(found.query)")
  }

  /// The parts of the screen from top to bottom; those without room are empty.
  func areas(in size: Size) -> (head: Rectangle, list: Rectangle, foot: Rectangle) {
    let (head, belowHead) = Rectangle(size: size).splitTop(size.rows >= 8 ? 2 : 0)
    let hasMessage = prompt != nil || pull != nil || notice != nil
    let (list, foot) = belowHead.splitBottom(size.rows >= 3 ? (hasMessage ? 2 : 1) : 0)
    return (head, list, foot)
  }

  private func drawFoot(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let (message, bar) = area.splitBottom(1)
    canvas.fill(bar, style: theme[.statusBar])
    canvas.write(" " + keyHint(in: bar.columns - 2), at: bar.origin, style: theme[.statusBar], in: bar)
    guard !message.isEmpty else { return }
    if let prompt {
      let label = Rectangle(x: message.x + 1, y: message.y, columns: min(prompt.label.count, message.columns), rows: 1)
      canvas.write(prompt.label, at: label.origin, style: theme[.accent], in: message)
      let input = message.splitLeft(label.maxX + 1 - message.x).rest
      editor.view(placeholder: prompt.hint, hasFocus: true, theme: theme).draw(in: input, on: &canvas)
    } else if let pull {
      canvas.write(describe(pull), at: Point(x: message.x + 1, y: message.y), style: theme[.accent], in: message)
    } else if let notice {
      let style =
        notice.severity == .error ? theme[.error] : notice.severity == .warning ? theme[.warning] : theme[.text]
      canvas.write(
        truncated(printableLine(notice.text), to: message.columns - 2), at: Point(x: message.x + 1, y: message.y),
        style: style, in: message)
    }
  }

  private func keyHint(in columns: Int) -> String {
    guard prompt == nil else { return "Enter done  Esc leave" }
    return bindings.hint(
      of: HomeScreen.keyMap,
      [
        (["choose"], "choose"), (["search"], "search"), (["sort"], "sort"), (["replay"], "replay"), (["pull"], "pull"),
        (["help"], "help"), (["quit"], "quit"),
      ], in: columns)
  }

  private func describe(_ pull: PullProgress) -> String {
    let name = printableLine(pull.name)
    switch pull.state {
    case .receiving(let bytes, let total) where total > 0:
      let bar = ProgressText.bar(Double(bytes) / Double(total), columns: 20)
      return "pulling \(name) \(bar)  \(ProgressText.bytes(bytes)) of \(ProgressText.bytes(total)) · Esc gives up"
    case .receiving(let bytes, _): return "pulling \(name)  \(ProgressText.bytes(bytes)) · Esc gives up"
    case .verifying: return "checking \(name)"
    default: return name
    }
  }
}
