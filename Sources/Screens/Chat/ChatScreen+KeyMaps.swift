import Drawing

// The key tables of a chat by name: what can be rebound, and what applies when.
extension ChatScreen {
  /// The keys while a question is written.
  public static let keyMap = table.map(named: "chat", takesText: true)
  static let turnMap = turnTable.map(named: "chat-turns")
  static let treeMap = treeTable.map(named: "chat-tree")
  static let tokenMap = tokenTable.map(named: "chat-tokens")
  // A value is typed there.
  static let samplingMap = samplingTable.map(named: "chat-sampling", takesText: true)
  static let aboutMap = aboutTable.map(named: "chat-about")
  // These apply while a question is written, too.
  static let paneMap = paneTable.map(named: "chat-panes", takesText: true)
  static let comparisonMap = comparisonTable.map(named: "chat-comparison")

  /// All key tables of a chat.
  static let keyMaps = [
    keyMap, paneMap, turnMap, treeMap, tokenMap, samplingMap, aboutMap, comparisonMap,
  ]

  /// What keys do whatever is looked at; see `handleAnywhere`.
  private static let anywhereMap = keyMap.keeping {
    ["help", "page-up", "page-down", "repaint", "suspend", "interrupt"].contains($0)
  }

  /// The keys while something is written, which some of the others then edit.
  private static let writtenMap = keyMap.keeping { name in
    !table.bindings.contains { $0.action.wantsNothingWritten && hyphenated($0.action.rawValue) == name }
  }

  /// The tables that apply now.
  public var keyMaps: [KeyMap] {
    if helpRow != nil { return [] }
    switch mode {
    case .writing:
      return [editor.isEmpty ? ChatScreen.keyMap : ChatScreen.writtenMap, ChatScreen.paneMap, TextEditor.keyMap]
    case .turns: return [ChatScreen.turnMap, ChatScreen.paneMap, ChatScreen.anywhereMap]
    case .tree: return [ChatScreen.treeMap, ChatScreen.paneMap, ChatScreen.anywhereMap]
    case .tokens: return [ChatScreen.tokenMap, ChatScreen.paneMap, ChatScreen.anywhereMap]
    case .sampling: return [ChatScreen.samplingMap, ChatScreen.paneMap, ChatScreen.anywhereMap]
    case .about: return [ChatScreen.aboutMap, ChatScreen.paneMap, ChatScreen.anywhereMap]
    case .comparing: return [ChatScreen.comparisonMap, ChatScreen.anywhereMap]
    }
  }
}
