public import Sessions

/// The actions of one of a screen's key tables with their standard keys, by name: what can be rebound and what a palette
/// can offer.
public struct KeyMap: Hashable, Sendable {
  /// An action.
  public struct Entry: Hashable, Sendable {
    /// Its name in settings, words joined by hyphens.
    public var action: String
    /// Its standard keys; the first stands for the action when another key does it.
    public var presses: [KeyPress]
    /// What it does.
    public var meaning: String

    /// Creates an entry.
    public init(action: String, presses: [KeyPress], meaning: String) {
      self.action = action
      self.presses = presses
      self.meaning = meaning
    }
  }

  /// The table's name in settings: the screen's, and for a part of a screen a word more, as `chat-turns`.
  public var name: String
  /// The actions in the order of the help.
  public var entries: [Entry]
  /// Whether characters are written into a text here, so that they cannot be keys of actions.
  public var takesText: Bool

  /// Creates a map.
  public init(name: String, entries: [Entry], takesText: Bool = false) {
    self.name = name
    self.entries = entries
    self.takesText = takesText
  }

  /// The key tables of all screens.
  public static let screens =
    [HomeScreen.keyMap] + ChatScreen.keyMaps
    + [TextEditor.keyMap, ReplayScreen.keyMap, PlotScreen.keyMap, PictureScreen.keyMap]

  /// The action of a name.
  public func entry(named action: String) -> Entry? { entries.first { $0.action == action } }

  /// Whether a key is a standard key here.
  func has(_ press: KeyPress) -> Bool { entries.contains { $0.presses.contains(press) } }

  /// The table with some of its actions only.
  func keeping(_ isKept: (String) -> Bool) -> KeyMap {
    var map = self
    map.entries.removeAll { !isKept($0.action) }
    return map
  }
}
