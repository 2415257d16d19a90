import JSONText

/// What the mouse did, at a cell of the terminal.
public struct MouseInput: Hashable, Sendable {
  /// What happened. `drag` is a move while a button is held.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case press, release, drag
    case wheelUp = "wheel up"
    case wheelDown = "wheel down"
  }

  /// Which button.
  public enum Button: String, Hashable, Sendable, CaseIterable {
    case left, middle, right
  }

  /// What happened.
  public var kind: Kind
  /// Which button; `left` for the wheel.
  public var button: Button
  /// The column, from 0 at the left.
  public var x: Int
  /// The row, from 0 at the top.
  public var y: Int
  /// The modifiers held with it.
  public var modifiers: KeyPress.Modifiers

  /// Creates an input.
  public init(_ kind: Kind, button: Button = .left, x: Int, y: Int, modifiers: KeyPress.Modifiers = []) {
    self.kind = kind
    self.button = button
    self.x = x
    self.y = y
    self.modifiers = modifiers
  }

  /// Whether the left button was pressed.
  public var isClick: Bool { kind == .press && button == .left }

  /// -1 for the wheel turned up, 1 for down, `nil` for anything else.
  public var wheelDirection: Int? {
    switch kind {
    case .wheelUp: -1
    case .wheelDown: 1
    default: nil
    }
  }
}

extension MouseInput: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["action"] = .string(kind.rawValue)
    if button != .left { object["button"] = .string(button.rawValue) }
    object["x"] = .integer(x)
    object["y"] = .integer(y)
    if !modifiers.isEmpty { object["modifiers"] = .integer(Int(modifiers.rawValue)) }
  }

  init(_ fields: Fields) throws(EventFormatError) {
    let action = try fields.string("action")
    guard let kind = Kind(rawValue: action) else {
      throw EventFormatError(description: "\"action\": unknown mouse action \(JSONValue.string(action).text)")
    }
    let name = try fields.optional("button", fields.string) ?? Button.left.rawValue
    guard let button = Button(rawValue: name) else {
      throw EventFormatError(description: "\"button\": unknown mouse button \(JSONValue.string(name).text)")
    }
    let bits = try fields.optional("modifiers", fields.integer) ?? 0
    self.init(
      kind, button: button, x: try fields.integer("x"), y: try fields.integer("y"),
      modifiers: KeyPress.Modifiers(rawValue: UInt8(truncatingIfNeeded: bits & 7)))
  }
}
