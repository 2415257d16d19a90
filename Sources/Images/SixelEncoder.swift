/// An image as sixels: bands of six rows, one layer for each colour of a band.
///
/// Source: DEC STD 070, chapter on Sixel, and VT340 programmer reference (DCS q, raster attributes, colour registers).
public struct SixelEncoder: Sendable {
  /// The most colours; terminals have 16 to 1024 registers.
  public var colors: Int

  /// Creates an encoder.
  public init(colors: Int = 256) { self.colors = min(max(2, colors), 256) }

  /// The control string that draws an image at the cursor. Pixels that are more transparent than not are not drawn.
  public func encode(_ image: RGBAImage) -> [UInt8] {
    guard image.width > 0, image.height > 0 else { return [] }
    let palette = ColorPalette.adapted(to: image, count: colors)
    let indices = SixelEncoder.indices(of: image, in: palette)
    // P2 = 1: what is not drawn keeps its colour.
    var output = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
    for (register, color) in palette.colors.enumerated() {
      let (red, green, blue) = color.sRGB
      let percents = [red, green, blue].map { "\((Int($0) * 100 + 127) / 255)" }
      output += Array("#\(register);2;\(percents.joined(separator: ";"))".utf8)
    }
    for top in stride(from: 0, to: image.height, by: 6) {
      appendBand(indices, image.width, top..<min(image.height, top + 6), palette.colors.count, to: &output)
    }
    return output + Array("\u{1B}\\".utf8)
  }

  /// The register of each pixel; -1 where nothing is drawn.
  private static func indices(of image: RGBAImage, in palette: ColorPalette) -> [Int16] {
    // What has been looked up, by the six upper bits of each channel, which the palette was made from as well.
    var known = [Int16](repeating: -1, count: 1 << 18)
    return image.pixels.withUnsafeBufferPointer { pixels in
      (0..<pixels.count / 4).map { pixel in
        let (red, green, blue) = (pixels[pixel * 4], pixels[pixel * 4 + 1], pixels[pixel * 4 + 2])
        guard pixels[pixel * 4 + 3] >= 128, !palette.colors.isEmpty else { return -1 }
        let key = Int(red >> 2) << 12 | Int(green >> 2) << 6 | Int(blue >> 2)
        if known[key] >= 0 { return known[key] }
        let parts = [red, green, blue].map { $0 & 0xFC | $0 >> 6 }
        let color = LinearColor(red: parts[0], green: parts[1], blue: parts[2])
        known[key] = Int16(palette.nearest(to: PerceptualColor(color)))
        return known[key]
      }
    }
  }

  private func appendBand(
    _ indices: [Int16], _ width: Int, _ rows: Range<Int>, _ registers: Int, to output: inout [UInt8]
  ) {
    // For each register of the band, the six bits of every column.
    var layers: [[UInt8]?] = Array(repeating: nil, count: registers)
    for (bit, row) in rows.enumerated() {
      for x in 0..<width {
        let register = Int(indices[row * width + x])
        guard register >= 0 else { continue }
        if layers[register] == nil { layers[register] = [UInt8](repeating: 0, count: width) }
        layers[register]?[x] |= 1 << UInt8(bit)
      }
    }
    var isFirst = true
    for (register, layer) in layers.enumerated() {
      guard let layer else { continue }
      // $ goes back to the band's start.
      if !isFirst { output.append(UInt8(ascii: "$")) }
      isFirst = false
      output += Array("#\(register)".utf8)
      var x = 0
      let end = (layer.lastIndex { $0 != 0 } ?? -1) + 1
      while x < end {
        var run = 1
        while x + run < end, layer[x + run] == layer[x] { run += 1 }
        let sixel = layer[x] + 0x3F
        output += run > 3 ? Array("!\(run)".utf8) + [sixel] : Array(repeating: sixel, count: run)
        x += run
      }
    }
    output.append(UInt8(ascii: "-"))
  }
}
