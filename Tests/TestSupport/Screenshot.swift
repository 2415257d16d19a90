/// A picture like the screenshots that agents look at: a browser with a side bar, text, buttons, a chart and a photograph.
public enum Screenshot {
  /// The pixels, four bytes each, row by row.
  public static func pixels(width: Int, height: Int, seed: UInt64 = 1) -> [UInt8] {
    var painter = Painter(width: width, height: height, random: ByteMutator(seed: seed))
    painter.paint()
    return painter.pixels
  }

  private struct Painter {
    let width: Int
    let height: Int
    var random: ByteMutator
    var pixels: [UInt8]

    init(width: Int, height: Int, random: ByteMutator) {
      self.width = width
      self.height = height
      self.random = random
      pixels = [UInt8](repeating: 255, count: width * height * 4)
    }

    mutating func set(_ x: Int, _ y: Int, _ color: (Int, Int, Int)) {
      guard x >= 0, y >= 0, x < width, y < height else { return }
      let start = (y * width + x) * 4
      pixels[start] = UInt8(clamping: color.0)
      pixels[start + 1] = UInt8(clamping: color.1)
      pixels[start + 2] = UInt8(clamping: color.2)
    }

    mutating func fill(_ x: Int, _ y: Int, _ columns: Int, _ rows: Int, _ color: (Int, Int, Int)) {
      for row in y..<max(y, y + rows) { for column in x..<max(x, x + columns) { set(column, row, color) } }
    }

    /// Words of little strokes, as text looks from afar, with soft edges.
    mutating func text(_ x: Int, _ y: Int, _ columns: Int, height: Int, _ ink: (Int, Int, Int)) {
      var column = x
      while column < x + columns {
        for _ in 0..<2 + random.below(8) where column < x + columns {
          for row in 0..<height where random.below(5) < 2 {
            for dx in 0..<2 { set(column + dx, y + row, (ink.0 + 40 * dx, ink.1 + 40 * dx, ink.2 + 40 * dx)) }
          }
          column += max(3, height / 2)
        }
        column += height / 2 + 2
      }
    }

    /// Something smooth with noise on it.
    mutating func photograph(_ x: Int, _ y: Int, _ columns: Int, _ rows: Int) {
      for row in 0..<rows {
        for column in 0..<columns {
          let noise = random.below(24)
          let hill = abs((column * 7 / 5) % 300 - 150)
          let isSky = row < rows / 3 + hill / 3
          let color =
            isSky ? (90 + row / 3, 140 + row / 4, 220 - row / 6) : (60 + noise, 90 + hill / 3 + noise, 40 + noise)
          set(x + column, y + row, color)
        }
      }
    }

    mutating func paint() {
      fill(0, 0, width, 60, (222, 225, 230))
      fill(20, 14, width / 5, 46, (255, 255, 255))
      text(36, 30, width / 6, height: 12, (60, 64, 67))
      fill(0, 60, width, 50, (255, 255, 255))
      fill(120, 68, width - 400, 34, (241, 243, 244))
      text(140, 78, width / 3, height: 13, (95, 99, 104))
      fill(0, 110, width / 6, height - 110, (246, 248, 250))
      for item in 0..<18 {
        let y = 140 + item * 52
        if item == 3 { fill(10, y - 12, width / 6 - 20, 38, (9, 105, 218)) }
        text(30, y, width / 8, height: 13, item == 3 ? (255, 255, 255) : (36, 41, 47))
      }
      let left = width / 6 + 40
      text(left, 150, width / 2, height: 28, (36, 41, 47))
      for line in 0..<14 { text(left, 210 + line * 26, width / 2 - random.below(160), height: 12, (87, 96, 106)) }
      fill(left, 600, 160, 42, (31, 136, 61))
      text(left + 24, 614, 110, height: 14, (255, 255, 255))
      fill(left + 180, 600, 160, 42, (234, 238, 242))
      text(left + 204, 614, 110, height: 14, (36, 41, 47))
      photograph(width * 3 / 4, 150, width / 5, 330)
      for bar in 0..<24 {
        let length = 40 + random.below(220)
        fill(left + bar * 36, 980 - length, 24, length, bar % 3 == 0 ? (207, 34, 46) : (84, 174, 255))
      }
      fill(left, 982, 24 * 36, 2, (87, 96, 106))
      for row in 0..<12 {
        let y = 1030 + row * 38
        fill(left, y, width - left - 60, 37, row % 2 == 0 ? (246, 248, 250) : (255, 255, 255))
        for column in 0..<4 { text(left + 20 + column * 260, y + 12, 120 + random.below(90), height: 12, (36, 41, 47)) }
      }
    }
  }
}
