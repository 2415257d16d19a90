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
    switch (press.key, press.modifiers) {
    case (.character(let character), let modifiers) where modifiers.subtracting(.shift).isEmpty:
      input.insert(TextEditor.clean(String(character)))
    case (.enter, .alt), (.character("j"), .control): input.insert("\n")
    case (.backspace, []), (.character("h"), .control): input.deleteBackward()
    case (.delete, []), (.character("d"), .control): input.deleteForward()
    case (.left, []), (.character("b"), .control): input.moveLeft()
    case (.right, []), (.character("f"), .control): input.moveRight()
    case (.left, .control), (.character("b"), .alt): input.moveWordLeft()
    case (.right, .control), (.character("f"), .alt): input.moveWordRight()
    case (.home, []), (.character("a"), .control): input.moveToStart()
    case (.end, []), (.character("e"), .control): input.moveToEnd()
    case (.character("w"), .control), (.backspace, .alt): input.deleteWordBackward()
    case (.character("d"), .alt): input.deleteWordForward()
    case (.character("u"), .control): input.killToStart()
    case (.character("k"), .control): input.killToEnd()
    case (.character("y"), .control): input.yank()
    case (.character("_"), .control): input.undo()
    case (.character("p"), .control), (.up, []): if !input.moveUp() { input.historyUp() }
    case (.character("n"), .control), (.down, []): if !input.moveDown() { input.historyDown() }
    default: break
    }
  }

  /// The widget that shows the text.
  func view(placeholder: String, hasFocus: Bool, theme: Theme) -> InputView {
    InputView(input, prompt: "❯ ", placeholder: placeholder, hasFocus: hasFocus, theme: theme)
  }
}
