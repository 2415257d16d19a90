import Drawing
import Images

extension ColorPalette {
  /// The cube and the greys of terminals with 256 colours: the first 16 are the user's to change, so they are left out.
  static let terminal256 = ColorPalette(terminalColors: 16...255)

  /// The 16 named colours as xterm has them.
  static let terminal16 = ColorPalette(terminalColors: 0...15)

  private init(terminalColors numbers: ClosedRange<UInt8>) {
    let colors = numbers.compactMap { Color.indexed($0).paletteRGB }.map { rgb in
      LinearColor(red: UInt8(rgb >> 16 & 0xFF), green: UInt8(rgb >> 8 & 0xFF), blue: UInt8(rgb & 0xFF))
    }
    self.init(colors, indices: Array(numbers))
  }
}
