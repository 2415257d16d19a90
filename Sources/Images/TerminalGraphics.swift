/// Byte strings that bring real pixels to terminals that take them, and what they share.
public enum TerminalGraphics {
  /// Wraps a control string so that tmux hands it on to the terminal around it (`set -g allow-passthrough on`).
  ///
  /// Every escape character within is doubled. Each control string must be wrapped by itself.
  public static func passedThroughTmux(_ bytes: [UInt8]) -> [UInt8] {
    var wrapped = Array("\u{1B}Ptmux;".utf8)
    for byte in bytes {
      if byte == 0x1B { wrapped.append(0x1B) }
      wrapped.append(byte)
    }
    return wrapped + Array("\u{1B}\\".utf8)
  }

  /// Base64 (RFC 4648) with padding.
  static func base64(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while !rest.isEmpty {
      let group = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      let value =
        UInt32(group[0]) << 16 | UInt32(group.count > 1 ? group[1] : 0) << 8
        | UInt32(group.count > 2 ? group[2] : 0)
      for digit in 0..<4 {
        text.append(digit <= group.count ? digits[Int(value >> UInt32(18 - 6 * digit) & 63)] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
