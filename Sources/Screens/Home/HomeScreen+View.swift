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
    drawList(in: list, on: &canvas)
    drawFoot(in: foot, on: &canvas)
    guard helpRow != nil else { return }
    KeyHelpOverlay(keys: bindings.help(HomeScreen.keys, in: keyMap), first: 0, theme: theme).draw(on: &canvas)
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

  /// The first item shown in a list of this height.
  func firstItem(rows: Int) -> Int { max(0, min(selected - rows / 2, items.count - rows)) }

  private func drawList(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let items = items
    let first = firstItem(rows: area.rows)
    for (index, item) in items.enumerated().dropFirst(first).prefix(area.rows) {
      let row = Rectangle(x: area.x, y: area.y + index - first, columns: area.columns, rows: 1)
      let isSelected = index == selected
      let style = isSelected ? theme[.selection] : theme[.text]
      canvas.fill(row, style: style)
      let (label, text, details) = describe(item)
      var x = row.x
      x += canvas.write(isSelected ? "> " : "  ", at: Point(x: x, y: row.y), style: style, in: row)
      let padded = label + String(repeating: " ", count: max(1, 10 - label.count))
      x += canvas.write(padded, at: Point(x: x, y: row.y), style: isSelected ? style : theme[.accent], in: row)
      let room = row.maxX - x - 1
      let detailColumns = TextWidth.columns(of: details)
      let shows = room > detailColumns + 16
      let shown = truncated(text, to: shows ? room - detailColumns - 2 : room)
      canvas.write(shown, at: Point(x: x, y: row.y), style: style, in: row)
      if shows {
        canvas.write(
          details, at: Point(x: row.maxX - 1 - detailColumns, y: row.y), style: isSelected ? style : theme[.muted],
          in: row)
      }
    }
  }

  private func describe(_ item: Item) -> (label: String, text: String, details: String) {
    switch item {
    case .newChat:
      return ("chat", "new chat with \(printableLine(defaultModel))", hasDefaultModel ? "" : "not here yet: pulls it")
    case .model(let model):
      let size = model.bytes > 0 ? ProgressText.bytes(model.bytes) : ""
      let details = printableLine([model.details, size].filter { !$0.isEmpty }.joined(separator: "  "))
      return (model.path == nil ? "pull" : "model", printableLine(model.name), details)
    case .session(let session):
      let tags = session.tags.map { "#\($0) " }.joined()
      let excerpt = excerpt(of: session) ?? ""
      let told = excerpt.isEmpty ? session.title : excerpt
      let title = printableLine(tags + (told.isEmpty ? "(nothing asked yet)" : told))
      let turns = session.turns == 1 ? "1 turn" : "\(session.turns) turns"
      let label = session.isOpenElsewhere ? "in use" : session.isUnfinished ? "continue" : "session"
      return (label, title, "\(turns)  \(printableLine(session.name))")
    }
  }

  private func drawFoot(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let (message, bar) = area.splitBottom(1)
    canvas.fill(bar, style: theme[.statusBar])
    canvas.write(
      prompt == nil ? " Enter choose │ / search │ r replay │ p pull │ ? help │ q quit" : " Enter done │ Esc leave",
      at: bar.origin, style: theme[.statusBar], in: bar)
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
