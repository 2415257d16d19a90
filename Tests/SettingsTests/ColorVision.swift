import Drawing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How eyes see colours.
enum ColorVision: CaseIterable {
  case usual, protanopia, deuteranopia, tritanopia

  /// Machado, Oliveira and Fernandes 2009, severity 1: rows for red, green and blue in linear light.
  var matrix: [[Double]] {
    switch self {
    case .usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    }
  }
}

/// A colour in linear light.
struct LinearColor {
  var parts: [Double]

  init(parts: [Double]) { self.parts = parts }

  /// `nil` for colours that the terminal chooses.
  init?(_ color: Color) {
    guard case .rgb(let red, let green, let blue) = color else { return nil }
    parts = [red, green, blue].map { byte in
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
  }

  var luminance: Double { 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] }

  /// The contrast ratio of WCAG 2, from 1 to 21.
  func contrast(to other: LinearColor) -> Double {
    (max(luminance, other.luminance) + 0.05) / (min(luminance, other.luminance) + 0.05)
  }

  func seen(by vision: ColorVision) -> LinearColor {
    LinearColor(parts: vision.matrix.map { row in max(0, min(1, zip(row, parts).reduce(0) { $0 + $1.0 * $1.1 })) })
  }

  /// CIE L*a*b* for D65.
  private var lab: [Double] {
    let (r, g, b) = (parts[0], parts[1], parts[2])
    let xyz = [
      (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505, 0.2126 * r + 0.7152 * g + 0.0722 * b,
      (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    ].map { $0 > 0.008856 ? cbrt($0) : 7.787 * $0 + 16.0 / 116 }
    return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])]
  }

  /// CIE 1976 colour difference: 2.3 can just be told apart.
  func difference(to other: LinearColor) -> Double {
    zip(lab, other.lab).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
