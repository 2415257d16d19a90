public import Drawing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What the terminal does with images in pixels.
extension Terminal {
  /// How images in pixels are brought to this terminal, if it takes them.
  var pictureWay: PictureLayer.Way? {
    // A line too slow for colours is too slow for pixels.
    guard encoder.colors >= 256 else { return nil }
    if abilities.hasKittyGraphics { return abilities.isTmux ? .kittyInTmux : .kitty }
    guard abilities.hasSixel, cellPixels != nil, !isASCII else { return nil }
    return .sixel(registers: abilities.sixelRegisters ?? 256, largest: abilities.sixelSize)
  }

  /// What images in pixels are called that this terminal takes; empty where it takes none.
  public var pixelFormat: String {
    switch pictureWay {
    case .kitty, .kittyInTmux: "Kitty"
    case .sixel: "sixel"
    case nil: ""
    }
  }

  /// Width and height of a cell in pixels, where the terminal or its line tells.
  public var cellPixels: Size? {
    if let told = abilities.cellPixels { return told }
    var window = winsize()
    guard ioctl(input, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else { return nil }
    let cell = Size(columns: Int(window.ws_xpixel / window.ws_col), rows: Int(window.ws_ypixel / window.ws_row))
    return cell.columns > 0 && cell.rows > 0 ? cell : nil
  }
}
