public import Drawing
public import Images

/// The colours of a drawn terminal.
public struct ImageColors: Sendable {
  /// Text and ground where a cell has none of its own, as 0xRRGGBB.
  public var foreground, background: UInt32

  /// Light text on a dark ground.
  public static let dark = ImageColors(foreground: 0xD8DEE4, background: 0x16191D)
  /// Dark text on a light ground.
  public static let light = ImageColors(foreground: 0x24292F, background: 0xFFFFFF)

  /// The colour as 0xRRGGBB; what xterm shows for the palette.
  func rgb(_ color: Color, isGround: Bool) -> UInt32 {
    switch color {
    case .standard: isGround ? background : foreground
    // xterm's own blues are too dark to be read on a dark ground.
    case .blue: 0x3B6FE0
    case .brightBlue: 0x5C9CFF
    case .indexed: UInt32(color.paletteRGB ?? 0)
    case .rgb(let red, let green, let blue): UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
    }
  }
}

extension Canvas {
  /// The frame as an image, each cell `BitmapFont.columns` x `BitmapFont.rows` pixels times `scale`.
  public func image(colors: ImageColors = .dark, scale: Int = 1) -> RGBAImage {
    let scale = max(1, scale)
    let (width, height) = (size.columns * BitmapFont.columns * scale, size.rows * BitmapFont.rows * scale)
    var painter = Painter(width: width, height: height, scale: scale)
    for y in 0..<size.rows {
      for (x, cell) in row(y).enumerated() where cell.width > 0 {
        painter.paint(cell, x: x, y: y, isUnderCursor: cursor == Point(x: x, y: y), colors: colors)
      }
    }
    return RGBAImage(width: width, height: height, pixels: painter.pixels)
  }
}

/// Puts cells into the pixels of an image.
private struct Painter {
  private(set) var pixels: [UInt8]
  private let width: Int
  private let scale: Int

  init(width: Int, height: Int, scale: Int) {
    self.width = width
    self.scale = scale
    pixels = [UInt8](repeating: 255, count: width * height * 4)
  }

  mutating func paint(_ cell: Cell, x: Int, y: Int, isUnderCursor: Bool, colors: ImageColors) {
    let style = cell.style
    var text = colors.rgb(style.foreground, isGround: false)
    var ground = colors.rgb(style.background, isGround: true)
    if style.attributes.contains(.reverse) != isUnderCursor { swap(&text, &ground) }
    if style.attributes.contains(.dim) { text = Painter.mean(text, ground) }
    let columns = BitmapFont.columns * max(1, Int(cell.width))
    var rows = BitmapFont.glyph(of: cell.character, cells: max(1, Int(cell.width)))
    // The font has one weight: bold is drawn twice, a pixel apart.
    if style.attributes.contains(.bold) { rows = rows.map { $0 | $0 >> 1 } }
    let whole = UInt32(1 << columns) - 1
    if style.attributes.contains(.underline) { rows[BitmapFont.underlineRow] = whole }
    if style.attributes.contains(.strikethrough) { rows[BitmapFont.rows / 2] = whole }
    for (row, bits) in rows.enumerated() {
      for column in 0..<columns {
        let isText = bits >> UInt32(columns - 1 - column) & 1 == 1
        fill(x * BitmapFont.columns + column, y * BitmapFont.rows + row, isText ? text : ground)
      }
    }
  }

  private mutating func fill(_ x: Int, _ y: Int, _ rgb: UInt32) {
    let bytes = (UInt8(rgb >> 16 & 255), UInt8(rgb >> 8 & 255), UInt8(rgb & 255))
    for line in y * scale..<(y + 1) * scale {
      for column in x * scale..<(x + 1) * scale {
        let pixel = (line * width + column) * 4
        (pixels[pixel], pixels[pixel + 1], pixels[pixel + 2]) = bytes
      }
    }
  }

  private static func mean(_ one: UInt32, _ other: UInt32) -> UInt32 {
    // Each channel halved on its own: the lowest bits would run into the next.
    (one >> 1 & 0x7F7F7F) + (other >> 1 & 0x7F7F7F)
  }
}
