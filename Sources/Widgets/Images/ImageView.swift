public import Drawing
public import Images

/// How an image is drawn with cells.
public struct ImageRendering: Hashable, Sendable {
  /// The characters that make up pixels.
  public enum Pixels: String, Hashable, Sendable, CaseIterable {
    /// Two pixels a cell, one above the other.
    case halfBlocks
    /// Two by two pixels a cell, in two colours.
    case quarterBlocks
    /// Two by four dots a cell, lit or not: for terminals without colours.
    case braille
    /// Letters that are more or less dense: for terminals without UTF-8.
    case ascii
  }

  /// The colours there are.
  public enum Colors: Int, Hashable, Sendable, CaseIterable {
    /// The text's colour alone.
    case none = 0
    /// The 16 named colours; pixels are dithered.
    case named16 = 16
    /// The cube and the greys.
    case palette256 = 256
    /// Any colour.
    case trueColor = 16_777_216
  }

  /// The characters.
  public var pixels: Pixels
  /// The colours.
  public var colors: Colors
  /// The most bytes the picture may cost with 256 colours or more, if they are counted: colours that hardly differ from
  /// their neighbours' become equal to them until it is kept.
  public var byteBudget: Int?

  /// Creates a rendering.
  public init(pixels: Pixels = .quarterBlocks, colors: Colors = .palette256, byteBudget: Int? = nil) {
    self.pixels = pixels
    self.colors = colors
    self.byteBudget = byteBudget
  }

  /// The best for a terminal with this many colours.
  public init(colors: Int, isASCII: Bool = false, byteBudget: Int? = nil) {
    let depth: Colors = colors >= 1 << 24 ? .trueColor : colors >= 256 ? .palette256 : colors >= 8 ? .named16 : .none
    let pixels: Pixels =
      isASCII ? .ascii : depth == .none ? .braille : depth == .named16 ? .halfBlocks : .quarterBlocks
    self.init(pixels: pixels, colors: depth, byteBudget: byteBudget)
  }

  /// Pixels in a cell, across and down.
  public var pixelsInCell: (across: Int, down: Int) {
    switch pixels {
    case .halfBlocks: (1, 2)
    case .quarterBlocks: colors == .named16 ? (1, 2) : (2, 2)
    case .braille: (2, 4)
    case .ascii: (1, 1)
    }
  }
}

/// An image drawn with cells, as large as it fits, in the middle of its area.
public struct ImageView: Widget, Sendable {
  /// The image.
  public var image: ImagePyramid
  /// The part that is seen.
  public var viewport: ImageViewport
  /// How it is drawn.
  public var rendering: ImageRendering
  /// How many times as high as wide a cell is.
  public var cellAspect: Double
  /// What lies below transparent pixels.
  public var ground: LinearColor

  /// Creates a view.
  public init(
    _ image: ImagePyramid, viewport: ImageViewport = ImageViewport(), rendering: ImageRendering = ImageRendering(),
    cellAspect: Double = 2, ground: LinearColor = LinearColor(red: 0, green: 0, blue: 0)
  ) {
    self.image = image
    self.viewport = viewport
    self.rendering = rendering
    self.cellAspect = cellAspect.isFinite && cellAspect > 0.1 ? min(10, cellAspect) : 2
    self.ground = ground
  }

  /// The cells the picture takes in an area, and the part of the image that they show; `nil` when there is nothing to
  /// show.
  public func layout(in area: Rectangle) -> (cells: Rectangle, region: ImageRegion)? {
    guard !area.isEmpty, image.image.width > 0, image.image.height > 0 else { return nil }
    let (region, filled) = viewport.region(
      of: image.image, width: Double(area.columns), height: Double(area.rows) * cellAspect)
    let columns = min(area.columns, max(1, Int(filled.x.rounded())))
    let rows = min(area.rows, max(1, Int((filled.y / cellAspect).rounded())))
    return (area.centered(Size(columns: columns, rows: rows)), region)
  }

  /// Draws into `area`.
  public func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard let (cells, region) = layout(in: area) else { return }
    let (across, down) = rendering.pixelsInCell
    var pixels = image.sampled(region, width: cells.columns * across, height: cells.rows * down)
    for index in pixels.pixels.indices { pixels.pixels[index] = pixels.pixels[index].over(ground) }
    let picture = CellPicture(pixels, size: cells.size, rendering: rendering)
    for y in 0..<cells.rows {
      for x in 0..<cells.columns { canvas.put(picture[x, y], at: Point(x: cells.x + x, y: cells.y + y)) }
    }
  }
}
