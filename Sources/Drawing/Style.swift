/// The colour of a cell's text or ground.
public enum Color: Hashable, Sendable {
  /// What the terminal uses by itself.
  case standard
  /// The terminal's palette: 0-15 are the named colours, 16-231 a 6x6x6 cube, 232-255 greys.
  case indexed(UInt8)
  /// Red, green and blue in sRGB; mapped to the nearest colour a lesser terminal has.
  case rgb(UInt8, UInt8, UInt8)

  /// Palette colour 0.
  public static let black = Color.indexed(0)
  /// Palette colour 1.
  public static let red = Color.indexed(1)
  /// Palette colour 2.
  public static let green = Color.indexed(2)
  /// Palette colour 3.
  public static let yellow = Color.indexed(3)
  /// Palette colour 4.
  public static let blue = Color.indexed(4)
  /// Palette colour 5.
  public static let magenta = Color.indexed(5)
  /// Palette colour 6.
  public static let cyan = Color.indexed(6)
  /// Palette colour 7, light grey.
  public static let white = Color.indexed(7)
  /// Palette colour 8, dark grey.
  public static let brightBlack = Color.indexed(8)
  /// Palette colour 9.
  public static let brightRed = Color.indexed(9)
  /// Palette colour 10.
  public static let brightGreen = Color.indexed(10)
  /// Palette colour 11.
  public static let brightYellow = Color.indexed(11)
  /// Palette colour 12.
  public static let brightBlue = Color.indexed(12)
  /// Palette colour 13.
  public static let brightMagenta = Color.indexed(13)
  /// Palette colour 14.
  public static let brightCyan = Color.indexed(14)
  /// Palette colour 15.
  public static let brightWhite = Color.indexed(15)
}

/// How a cell looks: two colours and attributes.
public struct Style: Hashable, Sendable {
  /// Attributes a terminal can give text.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Heavier or brighter.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// Slanted, where the terminal can.
    public static let italic = Attributes(rawValue: 4)
    /// Underlined.
    public static let underline = Attributes(rawValue: 8)
    /// Text and ground colours exchanged.
    public static let reverse = Attributes(rawValue: 16)
    /// Struck through, where the terminal can.
    public static let strikethrough = Attributes(rawValue: 32)
  }

  /// The colour of the text.
  public var foreground: Color
  /// The colour of the ground.
  public var background: Color
  /// The attributes.
  public var attributes: Attributes

  /// Creates a style; without arguments the terminal's own.
  public init(foreground: Color = .standard, background: Color = .standard, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own look.
  public static let plain = Style()

  /// This style with the attributes added.
  public func adding(_ attributes: Attributes) -> Style {
    var style = self
    style.attributes.formUnion(attributes)
    return style
  }

  /// This style over another: colours that are `.standard` are taken from `below`, attributes are joined.
  public func over(_ below: Style) -> Style {
    Style(
      foreground: foreground == .standard ? below.foreground : foreground,
      background: background == .standard ? below.background : background,
      attributes: attributes.union(below.attributes))
  }
}

/// A piece of text in one style.
public struct Span: Hashable, Sendable {
  /// The text.
  public var text: String
  /// How it looks.
  public var style: Style

  /// Creates a span.
  public init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }
}
