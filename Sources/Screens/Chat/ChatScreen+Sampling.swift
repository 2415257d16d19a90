import Drawing
import Sessions
import Widgets

/// What keys do among the sampling settings.
enum SamplingAction: String, Hashable, Sendable {
  case up, down, lower, higher, apply, reset, leave
}

/// Which sampling setting is chosen, and the new value that is being typed.
struct SamplingPanel: Hashable, Sendable {
  var selection = ListSelection(count: SamplingField.all.count)
  var typed = ""
}

// The model, the system prompt and the sampling settings, changed without leaving the chat.
extension ChatScreen {
  static let samplingTable = KeyTable<SamplingAction>([
    .init(.up, [KeyPress(.up)], "the setting above"),
    .init(.down, [KeyPress(.down), KeyPress(.tab)], "the setting below"),
    .init(.lower, [KeyPress(.left)], "a step lower"),
    .init(.higher, [KeyPress(.right)], "a step higher"),
    .init(.apply, [KeyPress(.enter)], "take the typed value; without one, back"),
    .init(.reset, [KeyPress(.delete)], "the usual value"),
    .init(.leave, [KeyPress(.escape)], "drop what is typed; then back"),
  ])

  mutating func handleInSampling(_ press: KeyPress, _ panel: SamplingPanel) -> [Effect] {
    var panel = panel
    let field = SamplingField.all[panel.selection.selected ?? 0]
    let settings = opening?.settings ?? SamplingSettings()
    guard let action = ChatScreen.samplingTable.action(for: press) else {
      switch (press.key, press.modifiers) {
      case (.character(let character), []) where panel.typed.count < 24: panel.typed.append(character)
      case (.backspace, _): _ = panel.typed.popLast()
      default: return handleAnywhere(press)
      }
      mode = .sampling(panel)
      return []
    }
    let typed = panel.typed
    panel.typed = ""
    mode = .sampling(panel)
    switch action {
    case .up, .down:
      panel.selection.move(by: action == .up ? -1 : 1)
      panel.selection.reveal(rows: max(1, size.rows - 4))
      mode = .sampling(panel)
    case .lower, .higher: return set(field.name, field.stepped(settings, by: action == .lower ? -1 : 1))
    case .reset: return set(field.name, field.text(SamplingSettings()))
    case .apply:
      if !typed.isEmpty { return set(field.name, typed) }
      mode = .writing
    case .leave: if typed.isEmpty { mode = .writing }
    }
    return []
  }

  /// Changes a setting, or says what it takes.
  mutating func set(_ name: String, _ value: String) -> [Effect] {
    guard var new = opening, let field = SamplingField.named(name) else {
      let names = SamplingField.all.map(\.name).joined(separator: ", ")
      add(Notice(.warning, "/set \(name): no such setting; there are \(names)"))
      return []
    }
    guard let settings = field.changed(new.settings, to: value) else {
      add(Notice(.warning, "\(field.name) \(value): expected \(field.expected)"))
      return []
    }
    new.settings = settings
    return new == opening ? [] : [.happen(.changed(new))]
  }

  mutating func changeModel(_ name: String) -> [Effect] {
    guard var new = opening, !name.isEmpty else {
      add(Notice(.information, "the model is \(opening?.model ?? "none")"))
      return []
    }
    guard activity == .idle, visit == nil else {
      add(Notice(.warning, "an answer is being drawn: Esc stops it, then /model \(name)"))
      return []
    }
    new.model = name
    return [.happen(.changed(new))]
  }

  mutating func changeSystem(_ text: String) -> [Effect] {
    guard var new = opening, !text.isEmpty else {
      add(Notice(.information, "system prompt: \(opening?.system ?? "the model's own")"))
      return []
    }
    new.system = text == "-" ? nil : text
    add(Notice(.information, text == "-" ? "from here on without a system prompt" : "from here on: \(text)"))
    return [.happen(.changed(new))]
  }

  func drawSampling(_ panel: SamplingPanel, on canvas: inout Canvas) {
    canvas.cursor = nil
    let frame = canvas.bounds.centered(Size(columns: 84, rows: SamplingField.all.count + 2))
    canvas.fill(frame, style: theme[.overlay])
    canvas.box(
      frame, style: theme[.focusedBorder], title: "sampling, from the next answer on", titleStyle: theme[.title])
    drawSamplingRows(panel, in: frame.inset(columns: 1, rows: 1), hasFocus: true, on: &canvas)
  }

  func drawSamplingRows(_ panel: SamplingPanel, in area: Rectangle, hasFocus: Bool, on canvas: inout Canvas) {
    let settings = opening?.settings ?? SamplingSettings()
    let usual = SamplingSettings()
    let wide = SamplingField.all.map(\.name.count).max() ?? 0
    ListView(panel.selection, hasFocus: hasFocus, theme: theme) { index in
      let field = SamplingField.all[index]
      let isTyped = index == panel.selection.selected && !panel.typed.isEmpty
      let value = isTyped ? panel.typed + "_" : field.text(settings)
      // What is not as usual is marked, not only brighter.
      let isUsual = field.text(settings) == field.text(usual)
      let name = (isUsual ? "  " : "* ") + field.name + String(repeating: " ", count: wide - field.name.count + 2)
      return [
        Span(name, theme[.text]), Span(value + String(repeating: " ", count: max(1, 14 - value.count)), theme[.strong]),
        Span(field.meaning, theme[.muted]),
      ]
    }.draw(in: area, on: &canvas)
  }
}
