extension ColorPalette {
  /// At most `count` colours that stand for an image's opaque pixels: the box of colours with the widest spread is halved
  /// at its median until there are enough (Heckbert, "Color image quantization", 1982).
  public static func adapted(to image: RGBAImage, count: Int) -> ColorPalette {
    let colors = CountedColor.all(of: image)
    guard !colors.isEmpty else { return ColorPalette([]) }
    var boxes = [ColorBox(colors)]
    while boxes.count < max(1, count) {
      let widest = boxes.indices.reduce(0) { boxes[$1].spread > boxes[$0].spread ? $1 : $0 }
      guard boxes[widest].spread > 0 else { break }
      let (low, high) = boxes[widest].halved
      boxes[widest] = low
      boxes.append(high)
    }
    return ColorPalette(boxes.map(\.mean))
  }
}

/// A colour of an image, with six bits a channel: finer differences than a palette can hold.
private struct CountedColor {
  var channels: SIMD3<UInt8>
  var count: Int

  /// The colours of the pixels that are more opaque than not.
  static func all(of image: RGBAImage) -> [CountedColor] {
    var counts = [Int32](repeating: 0, count: 1 << 18)
    image.pixels.withUnsafeBufferPointer { pixels in
      for start in stride(from: 0, to: pixels.count, by: 4) where pixels[start + 3] >= 128 {
        counts[Int(pixels[start] >> 2) << 12 | Int(pixels[start + 1] >> 2) << 6 | Int(pixels[start + 2] >> 2)] += 1
      }
    }
    return counts.indices.filter { counts[$0] > 0 }.map { color in
      CountedColor(
        channels: SIMD3(UInt8(color >> 12), UInt8(color >> 6 & 63), UInt8(color & 63)), count: Int(counts[color]))
    }
  }
}

/// Some colours, and the channel in which they differ most.
private struct ColorBox {
  let colors: [CountedColor]
  let channel: Int
  let spread: UInt8

  init(_ colors: [CountedColor]) {
    self.colors = colors
    var (low, high) = (SIMD3<UInt8>(repeating: .max), SIMD3<UInt8>(repeating: 0))
    for color in colors {
      low = pointwiseMin(low, color.channels)
      high = pointwiseMax(high, color.channels)
    }
    let spreads = high &- low
    channel = (0..<3).reduce(0) { spreads[$1] > spreads[$0] ? $1 : $0 }
    spread = spreads[channel]
  }

  /// Two boxes with about as many pixels each.
  var halved: (ColorBox, ColorBox) {
    let sorted = colors.sorted { $0.channels[channel] < $1.channels[channel] }
    let half = sorted.reduce(0) { $0 + $1.count } / 2
    var (middle, passed) = (0, 0)
    while middle < sorted.count - 1, passed + sorted[middle].count <= half || middle == 0 {
      passed += sorted[middle].count
      middle += 1
    }
    return (ColorBox(Array(sorted[..<middle])), ColorBox(Array(sorted[middle...])))
  }

  var mean: LinearColor {
    let total = colors.reduce(0) { $0 + $1.count }
    let means = (0..<3).map { part in
      // The middle of the four levels that share six bits, black and white kept exact.
      let mean = colors.reduce(0) { $0 + Int($1.channels[part]) * $1.count } / total
      return UInt8(mean << 2 | mean >> 4)
    }
    return LinearColor(red: means[0], green: means[1], blue: means[2])
  }
}
