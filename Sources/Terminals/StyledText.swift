public import Drawing

/// A canvas as lines of text with colours, for output that scrolls: what a command prints instead of a screen.
///
/// Only changes of style are written, and where a cell shows nothing but its ground the text's colour is left as it is.
/// Each line ends in the terminal's own style.
public struct StyledText: Sendable {
  private let encoder: CellEncoder
  private let hasStyles: Bool
  private var output: [UInt8] = []
  /// The numbers of the colours set last, -1 being the terminal's own.
  private var foreground = -1
  private var background = -1
  private var attributes: Style.Attributes = []

  /// Encodes a canvas.
  ///
  /// - Parameters:
  ///   - colors: colours of the terminal: 0, 8, 16, 88, 256 or 2^24.
  ///   - isASCII: whether characters have to be replaced by ASCII ones.
  ///   - hasStyles: whether attributes and colours are written at all.
  public init(_ canvas: Canvas, colors: Int, isASCII: Bool = false, hasStyles: Bool = true) {
    self.hasStyles = hasStyles
    encoder = CellEncoder(colors: colors, isASCII: isASCII)
    for y in 0..<canvas.size.rows {
      let row = canvas.row(y)
      let end = row.lastIndex { $0.character != " " || showsGround($0) }.map { $0 + 1 } ?? row.startIndex
      for cell in row[..<end] where cell.width > 0 { append(cell) }
      if foreground != -1 || background != -1 || !attributes.isEmpty { output += Array("\u{1B}[0m".utf8) }
      (foreground, background, attributes) = (-1, -1, [])
      output.append(UInt8(ascii: "\n"))
    }
  }

  /// The bytes to print, in UTF-8.
  public var bytes: [UInt8] { output }

  private func showsGround(_ cell: Cell) -> Bool {
    guard hasStyles else { return false }
    return encoder.index(of: cell.style.background) != -1
      || !cell.style.attributes.isDisjoint(with: [.reverse, .underline, .strikethrough])
  }

  private mutating func append(_ cell: Cell) {
    if hasStyles { setStyle(of: cell) }
    let isReplaced = encoder.isASCII && !cell.character.isASCII
    let shown = isReplaced ? asciiFallback(for: cell.character) : cell.character
    for _ in 0..<(isReplaced ? cell.width : 1) { output += shown.utf8 }
  }

  private mutating func setStyle(of cell: Cell) {
    let isInvisible =
      cell.character == " " && cell.style.attributes.isDisjoint(with: [.reverse, .underline, .strikethrough])
    var parameters: [String] = []
    let wanted = isInvisible ? attributes.intersection(cell.style.attributes) : cell.style.attributes
    if wanted != attributes {
      parameters.append("0")
      (foreground, background, attributes) = (-1, -1, wanted)
      for (bit, code) in StyledText.codes where wanted.contains(bit) { parameters.append(code) }
    }
    let (text, ground) = (encoder.index(of: cell.style.foreground), encoder.index(of: cell.style.background))
    if text != foreground, !isInvisible {
      parameters.append(parameter(text, base: 30))
      foreground = text
    }
    if ground != background {
      parameters.append(parameter(ground, base: 40))
      background = ground
    }
    if !parameters.isEmpty { output += Array("\u{1B}[\(parameters.joined(separator: ";"))m".utf8) }
  }

  private static let codes: [(Style.Attributes, String)] = [
    (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"), (.strikethrough, "9"),
  ]

  /// The parameter that sets a colour; `base` is 30 for text and 40 for its ground.
  private func parameter(_ index: Int, base: Int) -> String {
    switch index {
    case ..<0: "\(base + 9)"
    case 0..<8: "\(base + index)"
    case 8..<16: "\(base + 52 + index)"
    case 16..<256: "\(base + 8);5;\(index)"
    default: "\(base + 8);2;\(index >> 16 & 0xFF);\(index >> 8 & 0xFF);\(index & 0xFF)"
    }
  }
}
