public import Drawing

/// What the terminal can show, for screens that draw images.
public struct Display: Hashable, Sendable {
  /// Colours: 0, 8, 16, 88, 256 or 2^24.
  public var colors: Int
  /// Whether characters have to be ASCII.
  public var isASCII: Bool
  /// Width and height of a cell in pixels, where known.
  public var cellPixels: Size?
  /// How it takes images in pixels, as shown to the user; empty where it does not.
  public var pixels: String

  /// Creates a display; by itself one with all colours, in characters.
  public init(colors: Int = 1 << 24, isASCII: Bool = false, cellPixels: Size? = nil, pixels: String = "") {
    self.colors = colors
    self.isASCII = isASCII
    self.cellPixels = cellPixels
    self.pixels = pixels
  }

  /// How many times as high as wide a cell is.
  var cellAspect: Double {
    guard let cellPixels, cellPixels.columns > 0, cellPixels.rows > 0 else { return 2 }
    return Double(cellPixels.rows) / Double(cellPixels.columns)
  }
}
