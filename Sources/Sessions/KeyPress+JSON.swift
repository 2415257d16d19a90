import JSONText

extension KeyPress {
  private static let names: [(Key, String)] = [
    (.enter, "enter"), (.escape, "escape"), (.tab, "tab"), (.backspace, "backspace"), (.delete, "delete"),
    (.insert, "insert"), (.up, "up"), (.down, "down"), (.left, "left"), (.right, "right"), (.home, "home"),
    (.end, "end"), (.pageUp, "page-up"), (.pageDown, "page-down"),
  ]

  /// The key as logs, help and settings write it: `a`, `ctrl-c`, `alt-enter`, `shift-tab`, `f1`.
  public var name: String {
    var text = ""
    if modifiers.contains(.control) { text += "ctrl-" }
    if modifiers.contains(.alt) { text += "alt-" }
    if modifiers.contains(.shift) { text += "shift-" }
    switch key {
    case .character(" "): return text + "space"
    case .character(let character): return text + String(character)
    case .function(let number): return text + "f\(number)"
    default: return text + (KeyPress.names.first { $0.0 == key }?.1 ?? "")
    }
  }

  /// Reads what `name` writes; `nil` for anything else.
  public init?(name: String) {
    var rest = Substring(name)
    var modifiers: Modifiers = []
    for (prefix, modifier) in [("ctrl-", Modifiers.control), ("alt-", .alt), ("shift-", .shift)] {
      // A prefix alone would be a modifier without a key, so `ctrl--` is control and minus.
      guard rest.hasPrefix(prefix), rest.count > prefix.count else { continue }
      rest = rest.dropFirst(prefix.count)
      modifiers.insert(modifier)
    }
    if rest == "space" {
      self.init(.character(" "), modifiers)
    } else if rest.count == 1, let character = rest.first {
      self.init(.character(character), modifiers)
    } else if rest.first == "f", let number = Int(rest.dropFirst()), rest.dropFirst().allSatisfy(\.isNumber) {
      self.init(.function(number), modifiers)
    } else if let key = KeyPress.names.first(where: { $0.1 == rest })?.0 {
      self.init(key, modifiers)
    } else {
      return nil
    }
  }
}
