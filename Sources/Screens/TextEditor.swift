import Drawing
import Sessions
import Widgets

/// The question being written: an input with the keys that edit it.
struct TextEditor: Hashable, Sendable {
  private var input = InputLine()

  /// The text; lines are separated by line feeds, other control characters never enter.
  var text: String { input.text }
  var isEmpty: Bool { input.isEmpty }

  mutating func replace(with newText: String) { input.set(TextEditor.clean(newText)) }

  mutating func clear() { input.set("") }

  mutating func insert(_ pasted: String) { input.paste(TextEditor.clean(pasted)) }

  /// Puts a text that was sent into the history; when it is what stands here, the input is empty then.
  mutating func remember(_ sent: String) {
    let sent = TextEditor.clean(sent)
    if input.text == sent {
      _ = input.submit()
      return
    }
    let draft = input.text
    input = InputLine(history: input.history)
    input.set(sent)
    _ = input.submit()
    if !draft.isEmpty { input.set(draft) }
  }

  /// Pasted text as it may be edited: line ends as line feeds, tabs as spaces, no other control character.
  static func clean(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return text }
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch scalar.value {
      case 0x0A where previous == "\r": break
      case 0x0A, 0x0D: result.append("\n")
      case 0x09: result.append(contentsOf: "    ".unicodeScalars)
      case 0..<0x20, 0x7F..<0xA0: break
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Edits by a key; keys that mean nothing here change nothing.
  mutating func handle(_ press: KeyPress) {
    if let action = TextEditor.table.action(for: press) { return perform(action) }
    if case .character(let character) = press.key, press.modifiers.subtracting(.shift).isEmpty {
      input.insert(TextEditor.clean(String(character)))
    }
  }

  private mutating func perform(_ action: EditingAction) {
    switch action {
    case .newLine: input.insert("\n")
    case .deleteBackward: input.deleteBackward()
    case .deleteForward: input.deleteForward()
    case .left: input.moveLeft()
    case .right: input.moveRight()
    case .wordLeft: input.moveWordLeft()
    case .wordRight: input.moveWordRight()
    case .lineStart: input.moveToStart()
    case .lineEnd: input.moveToEnd()
    case .up: if !input.moveUp() { input.historyUp() }
    case .down: if !input.moveDown() { input.historyDown() }
    case .deleteWordBackward: input.deleteWordBackward()
    case .deleteWordForward: input.deleteWordForward()
    case .killToStart: input.killToStart()
    case .killToEnd: input.killToEnd()
    case .yank: input.yank()
    case .undo: input.undo()
    case .redo: input.redo()
    }
  }

  /// The widget that shows the text.
  func view(placeholder: String, hasFocus: Bool, theme: Theme) -> InputView {
    InputView(input, prompt: "❯ ", placeholder: placeholder, hasFocus: hasFocus, theme: theme)
  }
}
