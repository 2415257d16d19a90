/// A key as the program sees it: what was pressed, not the bytes the terminal sent for it.
public enum Key: Hashable, Sendable {
  /// A printable character (one grapheme cluster).
  case character(Character)
  case enter, escape, tab, backspace, delete, insert
  case up, down, left, right, home, end, pageUp, pageDown
  /// F1 is `function(1)`.
  case function(Int)
}

/// A key with the modifiers that were held.
public struct KeyPress: Hashable, Sendable {
  /// Modifier keys; shift is only reported where the key alone does not say it (shift-tab, shift-arrows).
  public struct Modifiers: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The shift key.
    public static let shift = Modifiers(rawValue: 1)
    /// The alt or meta key.
    public static let alt = Modifiers(rawValue: 2)
    /// The control key.
    public static let control = Modifiers(rawValue: 4)
  }

  /// The key.
  public var key: Key
  /// The modifiers held with it.
  public var modifiers: Modifiers

  /// Creates a key press.
  public init(_ key: Key, _ modifiers: Modifiers = []) {
    self.key = key
    self.modifiers = modifiers
  }
}
