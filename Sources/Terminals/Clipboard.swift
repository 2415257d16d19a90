import Files
import Images

/// The clipboard of a terminal, which may be far away.
enum Clipboard {
  /// The control sequence that puts a text into it: OSC 52 of xterm's ctlseqs.
  ///
  /// A tmux between takes it for its own buffer where `set-clipboard` is on, and ignores it as it comes configured; it
  /// hands it on to the terminal around it where `allow-passthrough` is on. It is asked for both: one may be allowed.
  static func sequence(for text: String, inTmux: Bool) -> String {
    let sequence = "\u{1B}]52;c;\(String(decoding: base64(text.utf8), as: UTF8.self))\u{7}"
    return inTmux ? sequence + passedThroughTmux(sequence) : sequence
  }
}

/// Wraps a control sequence so that tmux hands it on.
func passedThroughTmux(_ sequence: String) -> String {
  String(decoding: TerminalGraphics.passedThroughTmux(Array(sequence.utf8)), as: UTF8.self)
}
