public import Sessions

/// The keys that the user has given to actions in place of the standard ones.
///
/// Keys are translated where they come in: a screen, and the log of a session, only ever see the standard key of an
/// action, so a session replays the same whatever keys its reader has.
public struct KeyBindings: Hashable, Sendable {
  /// Everything on its standard keys.
  public static let standard = KeyBindings()

  /// New keys by the map's name and the action's; an empty list leaves the action without a key.
  private var changes: [String: [String: [KeyPress]]]

  /// Everything on its standard keys.
  public init() { changes = [:] }

  /// Gives an action these keys in place of its standard ones.
  public mutating func bind(_ action: String, of map: String, to presses: [KeyPress]) {
    changes[map, default: [:]][action] = presses
  }

  /// The keys that do an action.
  public func presses(of entry: KeyMap.Entry, in map: KeyMap) -> [KeyPress] {
    changes[map.name]?[entry.action] ?? entry.presses
  }

  /// The action that a key has.
  public func entry(for press: KeyPress, in map: KeyMap) -> KeyMap.Entry? {
    map.entries.first { presses(of: $0, in: map).contains(press) }
  }

  /// What a screen is told for a key: the standard key of the action that the key has; the key itself where it has none;
  /// `nil` where it was the standard key of an action that others do now.
  public func translated(_ press: KeyPress, in map: KeyMap) -> KeyPress? {
    guard let changed = changes[map.name] else { return press }
    if let entry = entry(for: press, in: map) {
      return changed[entry.action] == nil ? press : entry.presses.first
    }
    return map.entries.contains { $0.presses.contains(press) } ? nil : press
  }

  /// Lines of help with the keys as they are bound; lines that are no action's stay.
  public func help(_ lines: [KeyHelp], in map: KeyMap) -> [KeyHelp] {
    guard let changed = changes[map.name] else { return lines }
    return lines.map { line in
      guard let entry = map.entries.first(where: { $0.meaning == line.meaning }), let presses = changed[entry.action]
      else { return line }
      return KeyHelp(KeyHelp.shown(presses), line.meaning)
    }
  }
}

extension KeyHelp {
  /// Keys as people write them, separated by commas.
  static func shown(_ presses: [KeyPress]) -> String {
    presses.isEmpty ? "(no key)" : presses.map { KeyHelp.shown($0) }.joined(separator: ", ")
  }
}
