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
}
