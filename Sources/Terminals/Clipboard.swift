/// The clipboard of a terminal, which may be far away.
enum Clipboard {
  /// The control sequence that puts a text into it: OSC 52 of xterm's ctlseqs.
  ///
  /// A tmux between takes it for its own buffer where `set-clipboard` is on, and ignores it as it comes configured; it
  /// hands it on to the terminal around it where `allow-passthrough` is on. It is asked for both: one may be allowed.
  static func sequence(for text: String, inTmux: Bool) -> String {
    let sequence = "\u{1B}]52;c;\(base64(Array(text.utf8)))\u{7}"
    return inTmux ? sequence + passedThroughTmux(sequence) : sequence
  }
}

/// Wraps a control sequence so that tmux hands it on: every escape character within is doubled.
func passedThroughTmux(_ sequence: String) -> String {
  "\u{1B}Ptmux;" + sequence.reduce(into: "") { $0 += $1 == "\u{1B}" ? "\u{1B}\u{1B}" : String($1) } + "\u{1B}\\"
}

/// Bytes in Base64 (RFC 4648, section 4).
func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
    let bits = group[0] << 16 | group[1] << 8 | group[2]
    for (place, shift) in [18, 12, 6, 0].enumerated() {
      let isPadding = start + place > bytes.count
      result.append(isPadding ? UInt8(ascii: "=") : digits[bits >> shift & 63])
    }
  }
  return String(decoding: result, as: UTF8.self)
}
