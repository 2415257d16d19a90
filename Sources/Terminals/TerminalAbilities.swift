public import Drawing

/// What a terminal can do beyond text, as it says itself; what it did not answer it cannot do.
public struct TerminalAbilities: Hashable, Sendable {
  /// Whether it answered at all; before, and where it never does, nothing is known.
  public internal(set) var hasAnswered = false
  /// Its name and version (XTVERSION); empty where it does not tell. Not yet `printable`.
  public internal(set) var name = ""
  /// Whether a tmux stands between the program and the terminal.
  public internal(set) var isTmux = false
  /// Whether frames can be sent so that no half of one is seen (DEC private mode 2026).
  public internal(set) var synchronizesOutput = false
  /// Whether it shows images by the Kitty graphics protocol; in tmux, passed through it.
  public internal(set) var hasKittyGraphics = false
  /// Whether it shows sixel images (device attribute 4).
  public internal(set) var hasSixel = false
  /// Colours a sixel image may have, where it tells.
  public internal(set) var sixelRegisters: Int?
  /// The largest sixel image in pixels, where it tells.
  public internal(set) var sixelSize: Size?
  /// Whether colours can be given as RGB: it repeated one, or COLORTERM says so.
  public internal(set) var hasTrueColor = false
  /// Width and height of a cell in pixels, where known: what images are scaled to.
  public internal(set) var cellPixels: Size?
  /// Its ground colour as red, green and blue from 0 to 1, where it tells.
  public internal(set) var ground: [Double]?

  /// Nothing known yet.
  public init() {}

  /// Whether its ground is dark; `nil` where it does not tell.
  public var hasDarkGround: Bool? {
    ground.map { 0.2126 * $0[0] + 0.7152 * $0[1] + 0.0722 * $0[2] < 0.5 }
  }
}

/// An answer of a terminal to a question about itself.
enum TerminalReport: Hashable, Sendable {
  /// CSI ? ... c, the primary device attributes.
  case attributes([Int])
  /// CSI ? mode ; state $ y: 0 is unknown, 1 set, 2 reset, 3 and 4 for good.
  case mode(Int, state: Int)
  /// DCS > | text ST.
  case name(String)
  /// APC G keys ; text ST.
  case graphics(String)
  /// DCS 1 $ r style m ST.
  case style(String)
  /// CSI ? 1 ; 0 ; count S.
  case sixelRegisters(Int)
  /// CSI ? 2 ; 0 ; width ; height S.
  case sixelSize(Size)
  /// CSI 6 ; height ; width t, in pixels.
  case cell(Size)
  /// OSC 11 ; rgb:rrrr/gggg/bbbb ST.
  case ground([Double])
  /// CSI 0 n, the answer to DSR 5: it has read all that came before.
  case ready

  /// A control sequence as an answer; `nil` for any other.
  init?(parameters: [UInt8], final: UInt8) {
    let text = String(decoding: parameters, as: UTF8.self)
    func numbers(_ part: Substring) -> [Int] { part.split(separator: ";").compactMap { Int($0) } }
    switch final {
    case UInt8(ascii: "n") where text == "0": self = .ready
    case UInt8(ascii: "c") where text.hasPrefix("?"): self = .attributes(numbers(text.dropFirst()))
    case UInt8(ascii: "y") where text.hasPrefix("?") && text.hasSuffix("$"):
      let values = numbers(text.dropFirst().dropLast())
      guard values.count == 2 else { return nil }
      self = .mode(values[0], state: values[1])
    case UInt8(ascii: "S") where text.hasPrefix("?"):
      let values = numbers(text.dropFirst())
      switch (values.first, values.count > 1 ? values[1] : -1) {
      case (1, 0) where values.count == 3 && (2...1 << 16).contains(values[2]): self = .sixelRegisters(values[2])
      case (2, 0) where values.count == 4 && values[2...].allSatisfy { (1...1 << 16).contains($0) }:
        self = .sixelSize(Size(columns: values[2], rows: values[3]))
      default: return nil
      }
    case UInt8(ascii: "t"):
      let values = numbers(text[...])
      guard values.count == 3, values[0] == 6, (1...1000).contains(values[1]), (1...1000).contains(values[2]) else {
        return nil
      }
      self = .cell(Size(columns: values[2], rows: values[1]))
    default: return nil
    }
  }

  /// A string (DCS, OSC, APC) as an answer; `nil` for any other.
  init?(introducer: UInt8, payload: [UInt8]) {
    let text = String(decoding: payload, as: UTF8.self)
    switch introducer {
    case UInt8(ascii: "P") where text.hasPrefix(">|"): self = .name(String(text.dropFirst(2)))
    case UInt8(ascii: "P") where text.hasPrefix("1$r"): self = .style(String(text.dropFirst(3)))
    case UInt8(ascii: "_") where text.hasPrefix("G"): self = .graphics(String(text.dropFirst()))
    case UInt8(ascii: "]") where text.hasPrefix("11;rgb:"):
      let parts = text.dropFirst(7).split(separator: "/").compactMap { part -> Double? in
        guard (1...4).contains(part.utf8.count), let value = Int(part, radix: 16) else { return nil }
        return Double(value) / Double(1 << (4 * part.utf8.count) - 1)
      }
      guard parts.count == 3 else { return nil }
      self = .ground(parts)
    default: return nil
    }
  }
}
