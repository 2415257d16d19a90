extension Color {
  /// What xterm shows for the 16 named colours, as 0xRRGGBB; users change them.
  private static let named = [
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00,
    0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
  ]

  /// The levels of red, green and blue in the palette's cube.
  public static let cubeLevels = [0, 95, 135, 175, 215, 255]

  /// A palette colour as 0xRRGGBB, as terminals with 256 colours show it; `nil` for other colours.
  public var paletteRGB: Int? {
    guard case .indexed(let index) = self else { return nil }
    let number = Int(index)
    if number < 16 { return Color.named[number] }
    if number >= 232 { return (8 + (number - 232) * 10) * 0x010101 }
    let (cube, levels) = (number - 16, Color.cubeLevels)
    return levels[cube / 36] << 16 | levels[cube / 6 % 6] << 8 | levels[cube % 6]
  }
}
