import Drawing
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

  /// What a screen is told for a key, with the tables that apply in the order it asks them: the standard key of the
  /// action that the key has; the key itself where it has none; `nil` where it was the standard key of an action that
  /// others do now.
  public func translated(_ press: KeyPress, in maps: [KeyMap]) -> KeyPress? {
    for (index, map) in maps.enumerated() {
      guard let entry = entry(for: press, in: map) else { continue }
      return standardPress(of: entry, behind: maps[..<index], preferring: press)
    }
    return maps.contains { $0.has(press) } ? nil : press
  }

  /// The standard key by which a screen is told an action: one that no table before the action's own takes for itself.
  func standardPress(
    of entry: KeyMap.Entry, behind maps: some Sequence<KeyMap>, preferring press: KeyPress? = nil
  ) -> KeyPress? {
    let preferred = press.map { entry.presses.contains($0) ? [$0] : [] } ?? []
    return (preferred + entry.presses).first { candidate in !maps.contains { $0.has(candidate) } }
  }

  /// A table as help, with the keys as they are bound.
  func help(of map: KeyMap) -> [KeyHelp] {
    map.entries.map { KeyHelp(KeyHelp.shown(presses(of: $0, in: map)), $0.meaning) }
  }

  /// The first keys of some actions with a word for each group, in one line: `↑↓ turn  Enter go on`. Actions without
  /// a key are left out; where there is no room for all groups, the last of them stays and those before it go.
  func hint(of map: KeyMap, _ groups: [(actions: [String], label: String)], in columns: Int = .max) -> String {
    var parts = groups.compactMap { actions, label -> String? in
      let keys = actions.compactMap { map.entry(named: $0) }.compactMap { presses(of: $0, in: map).first }
        .map { KeyHelp.shown($0) }
      if keys.isEmpty { return nil }
      return keys.joined(separator: keys.contains { $0.count > 1 } ? " " : "") + " " + label
    }
    while parts.count > 1, parts.reduce(-2, { $0 + TextWidth.columns(of: $1) + 2 }) > columns {
      parts.remove(at: parts.count - 2)
    }
    return truncated(parts.joined(separator: "  "), to: columns)
  }
}

extension KeyHelp {
  /// Keys as people write them, separated by commas.
  static func shown(_ presses: [KeyPress]) -> String {
    presses.isEmpty ? "(no key)" : presses.map { KeyHelp.shown($0) }.joined(separator: ", ")
  }
}
