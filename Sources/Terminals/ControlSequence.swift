import Sessions

/// A control sequence (ESC [ parameters final) and the key it stands for.
///
/// Sources: xterm's ctlseqs (PC-style function keys, modifyOtherKeys), the kitty keyboard protocol (CSI u), rxvt and the
/// Linux console.
struct ControlSequence {
  let parameters: [UInt8]
  let final: UInt8

  /// The key, `nil` for reports (mouse, focus, answers to queries) and for what is malformed.
  var keyPress: KeyPress? {
    if parameters.first == UInt8(ascii: "[") { return linuxFunctionKey }
    // Private markers (< = > ?) and intermediates belong to reports.
    guard parameters.allSatisfy({ (0x30...0x3B).contains($0) }) else { return nil }
    let fields = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { field in
      field.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Self.number)
    }
    let first = fields.first?.first ?? 0
    let second = fields.count > 1 ? fields[1] : []
    // Key releases, which only the kitty protocol reports, are not presses.
    if second.count > 1 && second[1] == 3 { return nil }
    let modifiers = Self.modifiers(second.first ?? 0)
    switch final {
    case UInt8(ascii: "~"):
      if first == 27 && fields.count == 3 { return Self.unicodeKey(fields[2].first ?? 0, nil, modifiers) }
      return Self.tildeKey(first).map { KeyPress($0, modifiers) }
    case UInt8(ascii: "u"):
      guard !parameters.isEmpty else { return nil }
      let shifted = fields[0].count > 1 ? fields[0][1] : nil
      return Self.unicodeKey(first, shifted, modifiers)
    case UInt8(ascii: "Z"): return KeyPress(.tab, modifiers.union(.shift))
    case UInt8(ascii: "a")...UInt8(ascii: "d"):
      return parameters.isEmpty ? KeyPress(Self.arrows[Int(final - UInt8(ascii: "a"))], .shift) : nil
    case UInt8(ascii: "I"), UInt8(ascii: "O"): return nil
    default: return Self.letterKey(final).map { KeyPress($0, modifiers) }
    }
  }

  /// The key of ESC O and a letter.
  static func singleShift(_ byte: UInt8) -> KeyPress? {
    if let key = letterKey(byte) { return KeyPress(key) }
    switch byte {
    case UInt8(ascii: "M"): return KeyPress(.enter)
    case UInt8(ascii: "I"): return KeyPress(.tab)
    case UInt8(ascii: "a")...UInt8(ascii: "d"): return KeyPress(arrows[Int(byte - UInt8(ascii: "a"))], .control)
    case UInt8(ascii: "X"): return KeyPress(.character("="))
    // The keypad's characters lie 0x40 above their own.
    case UInt8(ascii: "j")...UInt8(ascii: "y"): return KeyPress(.character(Character(Unicode.Scalar(byte - 0x40))))
    default: return nil
    }
  }

  private static let arrows: [Key] = [.up, .down, .right, .left]

  private var linuxFunctionKey: KeyPress? {
    guard parameters.count == 1, (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(final) else { return nil }
    return KeyPress(.function(Int(final - UInt8(ascii: "A")) + 1))
  }

  /// A decimal number; empty is 0, absurd ones are capped.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1 << 24) }
  }

  /// Modifiers are sent as one more than their bits: shift 1, alt 2, control 4, and super, hyper, meta, locks above.
  private static func modifiers(_ value: Int) -> KeyPress.Modifiers {
    guard value > 1 else { return [] }
    let bits = value - 1
    var result = KeyPress.Modifiers(rawValue: UInt8(bits & 7))
    if bits & 0x20 != 0 { result.insert(.alt) }
    return result
  }

  private static func letterKey(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(byte - UInt8(ascii: "P")) + 1)
    default: nil
    }
  }

  private static func tildeKey(_ number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23...26: .function(number - 12)
    case 28, 29: .function(number - 13)
    case 31...34: .function(number - 14)
    default: nil
    }
  }

  private static func unicodeKey(_ code: Int, _ shifted: Int?, _ modifiers: KeyPress.Modifiers) -> KeyPress? {
    switch code {
    case 8, 127: return KeyPress(.backspace, modifiers)
    case 9: return KeyPress(.tab, modifiers)
    case 13, 57414: return KeyPress(.enter, modifiers)
    case 27: return KeyPress(.escape, modifiers)
    // The kitty protocol's keypad digits; its other private codes are keys by themselves (locks, media, modifiers).
    case 57399...57408: return KeyPress(.character(Character(Unicode.Scalar(UInt8(code - 57399 + 0x30)))), modifiers)
    case 57358...57454: return nil
    default: break
    }
    guard code >= 0x20, !(0x7F...0x9F).contains(code), let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
    guard modifiers.contains(.shift) else { return KeyPress(.character(Character(scalar)), modifiers) }
    // The shifted character says shift by itself.
    let given = shifted.flatMap { Unicode.Scalar(UInt32($0)) }.map { String(Character($0)) }
    let upper = given ?? Character(scalar).uppercased()
    let character = upper.count == 1 ? Character(upper) : Character(scalar)
    return KeyPress(.character(character), modifiers.subtracting(.shift))
  }
}
