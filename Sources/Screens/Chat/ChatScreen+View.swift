public import Drawing
import Sessions
import Widgets

// How a chat looks, at any size.
extension ChatScreen {
  /// The parts of the screen; those without room are empty.
  struct Areas {
    /// The chat's own pane: transcript, rule and input.
    var main: Rectangle
    var transcript, rule, input, status: Rectangle
    /// The side pane and the line before it.
    var line, side: Rectangle
  }

  func areas(in size: Size) -> Areas {
    let status = Rectangle(size: size).splitBottom(size.rows >= 2 ? 1 : 0).bottom
    let all = paneArea(in: size)
    let none = Rectangle(x: all.maxX, y: all.y, columns: 0, rows: 0)
    let (main, line, side) = layout.isShown(in: size) ? layout.places(in: all) : (all, none, none)
    let inputRows = inputRows(in: Size(columns: main.columns, rows: size.rows), hasSidePane: !side.isEmpty)
    let (aboveInput, input) = main.splitBottom(max(1, min(inputRows, 8, main.rows / 3)))
    let (transcript, rule) = aboveInput.splitBottom(size.rows >= 5 ? 1 : 0)
    return Areas(
      main: main, transcript: transcript, rule: rule, input: input, status: status, line: line, side: side)
  }

  /// What the panes share: all but the status line.
  func paneArea(in size: Size) -> Rectangle { Rectangle(size: size).splitBottom(size.rows >= 2 ? 1 : 0).rest }

  private func inputRows(in size: Size, hasSidePane: Bool) -> Int {
    if case .tokens(let cursor) = mode, !hasSidePane { return tokenPanel(cursor).count }
    return editor.view(placeholder: "", hasFocus: false, theme: theme).rows(columns: size.columns)
  }

  /// Draws the whole screen, at any size.
  public func view(on canvas: inout Canvas) {
    let areas = areas(in: canvas.size)
    let hasSidePane = layout.isShown(in: canvas.size)
    let isFollowed = drawTranscript(in: areas.transcript, on: &canvas)
    drawRule(in: areas.rule, on: &canvas, isFollowed: isFollowed)
    if case .tokens(let cursor) = mode, !hasSidePane {
      drawTokenPanel(cursor, in: areas.input, on: &canvas)
    } else {
      let input = editor.view(placeholder: placeholder, hasFocus: helpRow == nil && mode == .writing, theme: theme)
      input.draw(in: areas.input, on: &canvas)
    }
    drawStatus(in: areas.status, on: &canvas)
    if hasSidePane { drawSide(areas, on: &canvas) } else { drawOverlay(on: &canvas) }
    if case .comparing(let comparison) = mode { drawComparison(comparison, on: &canvas) }
    if let helpRow { KeyHelpOverlay(keys: help, first: helpRow, theme: theme).draw(on: &canvas) }
  }

  /// What lies over the transcript where there is no side pane to show it.
  private func drawOverlay(on canvas: inout Canvas) {
    switch mode {
    case .tree(let selection): drawTree(selection, on: &canvas)
    case .sampling(let panel): drawSampling(panel, on: &canvas)
    case .about(let first): drawAbout(from: first, on: &canvas)
    case .writing, .turns, .tokens, .comparing: break
    }
  }

  private var placeholder: String {
    switch model {
    case .failed: "no model: Enter tries again, /home chooses another"
    case _ where isUnfinished:
      conversation[conversation.tip].map(conversation.canGoOn) ?? false
        ? "Enter goes on with the last answer; or write on" : "Enter asks for the last answer again; or write on"
    default: "write a question; ? for help"
    }
  }

  /// - Returns: whether the end is shown.
  private func drawTranscript(in area: Rectangle, on canvas: inout Canvas) -> Bool {
    guard !area.isEmpty else { return true }
    var layout = transcript(columns: area.columns)
    let bottom = layout.topAtBottom(rows: area.rows)
    var top = bottom
    if let scroll { top = min(bottom, layout.position(of: scroll)) }
    for (index, row) in layout.visible(from: top, rows: area.rows).enumerated() {
      canvas.write([row.mark] + row.text, at: Point(x: area.x, y: area.y + index), in: area)
    }
    return top == bottom
  }

  private func drawRule(in area: Rectangle, on canvas: inout Canvas, isFollowed: Bool) {
    guard !area.isEmpty else { return }
    canvas.fill(area, with: "─", style: theme[.border])
    var parts: [Span] = []
    if let doing { parts.append(Span(doing, theme[.accent])) }
    if turn == 0, case .ready(let model) = model, let loading = model.loading {
      parts.append(Span("model " + loading.summary, theme[.muted]))
    }
    if !queue.isEmpty {
      parts.append(Span(queue.count == 1 ? "1 question waits" : "\(queue.count) questions wait", theme[.muted]))
    }
    if let attachmentText { parts.append(Span(attachmentText, theme[.accent])) }
    if editing != nil { parts.append(Span("asked anew on a branch; Esc drops it", theme[.accent])) }
    if let keyHint = keyHint(in: area.columns - 4) {
      parts = [Span(keyHint, theme[.key])]
    } else if !isFollowed {
      parts.append(Span("↓ more below: PgDn, End", theme[.warning]))
    }
    if layout.isZoomed, hasSidePane { parts.append(Span("zoomed", theme[.warning])) }
    if let hint { parts.append(Span(hint, theme[.warning])) }
    if interrupted != nil { parts.append(Span("Ctrl-C again quits", theme[.warning])) }
    var x = area.x + 1
    for part in parts {
      let text = " " + part.text + " "
      guard x + TextWidth.columns(of: text) <= area.maxX else { break }
      x += canvas.write(text, at: Point(x: x, y: area.y), style: part.style, in: area) + 1
    }
  }

  /// What keys do where they are not written into the question; the side pane says so itself.
  private func keyHint(in columns: Int) -> String? {
    switch mode {
    case .tokens: hint(of: .tokens, in: columns)
    case .turns:
      bindings.hint(
        of: ChatScreen.turnMap,
        [
          (["up", "down"], "turn"), (["branch-left", "branch-right"], "branch"), (["edit"], "change"),
          (["again"], "again"), (["go-on"], "go on"), (["tokens"], "tokens"), (["tree"], "tree"), (["leave"], "back"),
        ], in: columns)
    case .writing, .tree, .sampling, .about, .comparing: nil
    }
  }

  /// What the program does now, if it does something.
  private var doing: String? {
    if isStopping { return "stopping" }
    switch activity {
    case .waiting: return "waiting for the model · Esc stops"
    case .delayed(let delay):
      return "asked again in \(delay.seconds) s, attempt \(delay.attempt) of \(delay.attempts) · Esc gives up"
    case .prefilling(let progress):
      return "reading the prompt \(progress.done)/\(progress.total) tokens · Esc stops"
    case .decoding: return "answering · Esc stops"
    case .idle:
      guard case .loading(let loading) = model else { return nil }
      return "loading \(printableLine(loading.name)) \(ProgressText.bar(loading.fraction, columns: 12))"
    }
  }

  private func drawStatus(in area: Rectangle, on canvas: inout Canvas) {
    guard !area.isEmpty else { return }
    let style = theme[.statusBar]
    canvas.fill(area, style: style)
    let model = " " + truncated(modelText, to: max(8, area.columns / 2))
    // On a narrow screen the numbers all stay, with shorter names.
    let isNarrow = !fits([model] + statusItems(isShort: false), in: area.columns)
    var text = model
    for item in statusItems(isShort: isNarrow) + ["? help"] where fits([text, item], in: area.columns) {
      text += " │ " + item
    }
    canvas.write(text, at: area.origin, style: style, in: area)
  }

  private func fits(_ items: [String], in columns: Int) -> Bool {
    items.reduce(-3) { $0 + TextWidth.columns(of: $1) + 3 } <= columns
  }

  /// The numbers of the status line; where there is no room, the last are given up first.
  private func statusItems(isShort: Bool) -> [String] {
    var items: [String] = []
    let name = isShort ? "ctx" : "context"
    let contextUsed = conversation.contextTokens(at: conversation.tip)
    if contextLength > 0 {
      items.append("\(name) \(contextUsed)/\(contextLength)")
    } else if contextUsed > 0 {
      items.append("\(name) \(contextUsed)")
    }
    let prefill = prefillSpeed.map { ProgressText.speed($0) }
    let decode = decodeSpeed.map { ProgressText.speed($0) }
    let memory = memoryUsed.map { "\(isShort ? "mem" : "memory") \(ProgressText.bytes($0))" }
    if isShort, let prefill, let decode {
      return items + ["pre \(prefill) dec \(decode) tok/s"] + [memory].compactMap(\.self)
    }
    if let decode { items.append("decode \(decode) tok/s") }
    if let prefill { items.append("prefill \(prefill) tok/s") }
    if let memory { items.append(memory) }
    return items
  }

  private var modelText: String {
    switch model {
    case .none: "no model"
    case .loading(let loading): printableLine(loading.name)
    case .failed: "no model"
    case .ready(let model):
      printableLine([model.name, model.quantisation].filter { !$0.isEmpty }.joined(separator: " "))
    }
  }
}
