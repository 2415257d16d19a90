import Sessions

/// What keys do while a text is written, beside typing it.
enum EditingAction: String, Hashable, Sendable {
  case newLine, deleteBackward, deleteForward, left, right, wordLeft, wordRight, lineStart, lineEnd, up, down
  case deleteWordBackward, deleteWordForward, killToStart, killToEnd, yank, undo, redo
}

extension TextEditor {
  /// The editing keys as they can be rebound, the same wherever a text is written.
  static let keyMap = table.map(named: "editor", takesText: true)

  /// The editing keys, as readline has them.
  static let table = KeyTable<EditingAction>([
    .init(.newLine, [KeyPress(.enter, .alt), control("j")], "a new line in the text"),
    .init(.up, [KeyPress(.up), control("p")], "a line up; in the first, the earlier text"),
    .init(.down, [KeyPress(.down), control("n")], "a line down; in the last, the later text"),
    .init(.left, [KeyPress(.left), control("b")], "a character left"),
    .init(.right, [KeyPress(.right), control("f")], "a character right"),
    .init(.wordLeft, [KeyPress(.left, .control), alt("b"), KeyPress(.left, .alt)], "a word left"),
    .init(.wordRight, [KeyPress(.right, .control), alt("f"), KeyPress(.right, .alt)], "a word right"),
    .init(.lineStart, [KeyPress(.home), control("a")], "to the begin of the line"),
    .init(.lineEnd, [KeyPress(.end), control("e")], "to the end of the line"),
    .init(.deleteBackward, [KeyPress(.backspace)], "delete the character before"),
    .init(.deleteForward, [KeyPress(.delete), control("d")], "delete the character behind"),
    .init(.deleteWordBackward, [control("w"), KeyPress(.backspace, .alt)], "delete the word before"),
    .init(.deleteWordForward, [alt("d"), KeyPress(.delete, .control)], "delete the word behind"),
    .init(.killToStart, [control("u")], "delete to the begin of the line"),
    .init(.killToEnd, [control("k")], "delete to the end of the line"),
    .init(.yank, [control("y")], "insert what was deleted last"),
    .init(.undo, [control("_"), alt("u")], "undo"),
    .init(.redo, [alt("r")], "do again what was undone"),
  ])

  private static func control(_ letter: Character) -> KeyPress { KeyPress(.character(letter), .control) }
  private static func alt(_ letter: Character) -> KeyPress { KeyPress(.character(letter), .alt) }
}
