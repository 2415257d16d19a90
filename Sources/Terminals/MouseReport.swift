import Sessions

/// A mouse report in the SGR form: ESC [ < button ; column ; row M, with m for a release (xterm's ctlseqs, mode 1006).
struct MouseReport {
  private let code: Int
  private let x: Int
  private let y: Int
  private let isRelease: Bool

  /// `nil` for any other control sequence and for what is malformed.
  init?(parameters: [UInt8], final: UInt8) {
    guard parameters.first == UInt8(ascii: "<"), final == UInt8(ascii: "M") || final == UInt8(ascii: "m") else {
      return nil
    }
    let fields = parameters.dropFirst().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) }
    guard fields.count == 3, let code = fields[0], let column = fields[1], let row = fields[2], code >= 0,
      (1...10000).contains(column), (1...10000).contains(row)
    else { return nil }
    self.code = code
    x = column - 1
    y = row - 1
    isRelease = final == UInt8(ascii: "m")
  }

  /// What the mouse did; `nil` for buttons and moves that the program has no use for.
  var input: MouseInput? {
    var modifiers: KeyPress.Modifiers = []
    if code & 4 != 0 { modifiers.insert(.shift) }
    if code & 8 != 0 { modifiers.insert(.alt) }
    if code & 16 != 0 { modifiers.insert(.control) }
    switch code & ~(4 | 8 | 16) {
    case 64: return isRelease ? nil : MouseInput(.wheelUp, x: x, y: y, modifiers: modifiers)
    case 65: return isRelease ? nil : MouseInput(.wheelDown, x: x, y: y, modifiers: modifiers)
    case 0...2: return MouseInput(isRelease ? .release : .press, button: button, x: x, y: y, modifiers: modifiers)
    case 32...34: return MouseInput(.drag, button: button, x: x, y: y, modifiers: modifiers)
    default: return nil
    }
  }

  private var button: MouseInput.Button { [.left, .middle, .right][code & 3] }
}
