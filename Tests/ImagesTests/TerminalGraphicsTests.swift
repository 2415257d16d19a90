import Files
import TestSupport
import Testing

@testable import Images

@Suite struct TerminalGraphicsTests {
  /// The control strings of an output: what stands between `ESC _ G` and `ESC \`.
  func controls(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\u{1B}\\").map { String($0.dropFirst(3)) }
  }

  @Test func kittySendsAnImageInPieces() {
    let png = (0..<8000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let parts = controls(KittyGraphics(id: 7).show(png: png, columns: 40, rows: 12))
    #expect(parts.count == 3)
    #expect(parts[0].hasPrefix("a=T,f=100,q=2,i=7,c=40,r=12,C=1,m=1;"))
    #expect(parts[1].hasPrefix("q=2,m=1;") && parts[2].hasPrefix("q=2,m=0;"))
    let data = parts.map { $0.drop { $0 != ";" }.dropFirst() }
    #expect(data.allSatisfy { $0.utf8.count <= 4096 } && data[0].utf8.count % 4 == 0)
    #expect(data.joined() == String(decoding: base64(png), as: UTF8.self))
    #expect(controls(KittyGraphics(id: 7).delete) == ["a=d,d=I,q=2,i=7"])
    #expect(KittyGraphics(id: -5).id == 1 && KittyGraphics(id: 1 << 40).id == 0xFFFF_FFFF)
    // Programs that share a terminal do not take each other's numbers; what placeholders carry is a colour of the palette.
    let ids = (0..<240).flatMap { slot in (0..<254).map { KittyGraphics(slot: slot, program: $0).id } }
    #expect(Set(ids).count == 240 * 254 && ids.allSatisfy { (16...255).contains($0 & 0xFF_FFFF) && $0 >> 24 < 256 })
  }

  @Test func insideTmuxPlaceholdersStandForCells() throws {
    let graphics = KittyGraphics(id: 0x010203, isInTmux: true)
    let output = String(decoding: graphics.show(png: [1, 2, 3], columns: 2, rows: 1), as: UTF8.self)
    #expect(output == "\u{1B}Ptmux;\u{1B}\u{1B}_Ga=T,f=100,q=2,i=66051,c=2,r=1,U=1,m=0;AQID\u{1B}\u{1B}\\\u{1B}\\")
    #expect(graphics.placeholderColor == 0x010203)
    let character = try #require(graphics.placeholder(row: 0, column: 2))
    #expect(character.unicodeScalars.map(\.value) == [0x10EEEE, 0x305, 0x30E])
    #expect(graphics.placeholder(row: 296, column: 0)?.unicodeScalars.dropFirst().first?.value == 0x1D244)
    #expect(graphics.placeholder(row: 297, column: 0) == nil && graphics.placeholder(row: 0, column: -1) == nil)
    let own = try #require(KittyGraphics(slot: 3, program: 1).placeholder(row: 0, column: 0))
    #expect(own.unicodeScalars.map(\.value) == [0x10EEEE, 0x305, 0x305, 0x30E])
  }

  /// Reads sixels back, as a terminal would.
  func decoded(_ bytes: [UInt8], width: Int, height: Int) throws -> [[Int]?] {
    var picture = [[Int]?](repeating: nil, count: width * height)
    var registers: [Int: [Int]] = [:]
    let text = Array(String(decoding: bytes, as: UTF8.self).dropFirst().dropLast(2))
    var position = try #require(text.firstIndex(of: "\""))
    var (register, x, top) = (0, 0, 0)
    func numbers() -> [Int] {
      var list = ""
      while position < text.count, text[position].isNumber || text[position] == ";" {
        list.append(text[position])
        position += 1
      }
      return list.split(separator: ";").compactMap { Int($0) }
    }
    while position < text.count {
      let character = text[position]
      position += 1
      var count = 1
      var sixel = character
      switch character {
      case "\"": #expect(numbers() == [1, 1, width, height])
      case "#":
        let list = numbers()
        register = list[0]
        if list.count == 5 { registers[register] = Array(list[2...]) }
      case "$": x = 0
      case "-": (x, top) = (0, top + 6)
      default:
        if character == "!" {
          count = numbers()[0]
          sixel = text[position]
          position += 1
        }
        let bits = try Int(#require(sixel.asciiValue)) - 0x3F
        for _ in 0..<count {
          for bit in 0..<6 where bits >> bit & 1 == 1 { picture[(top + bit) * width + x] = registers[register] }
          x += 1
        }
      }
    }
    return picture
  }

  @Test(arguments: [(1, 1), (7, 5), (20, 13), (3, 6)]) func sixelsReadBack(width: Int, height: Int) throws {
    let colors: [[UInt8]] = [
      [255, 0, 0, 255], [0, 255, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0], [0, 0, 0, 255],
    ]
    var random = ByteMutator(seed: 9)
    let chosen = (0..<width * height).map { $0 / 3 % 2 == 0 ? 2 : random.below(colors.count) }
    let image = RGBAImage(width: width, height: height, pixels: chosen.flatMap { colors[$0] })
    let picture = try decoded(SixelEncoder().encode(image), width: width, height: height)
    for (index, color) in chosen.enumerated() {
      let expected = colors[color][3] == 0 ? nil : colors[color].prefix(3).map { Int($0) * 100 / 255 }
      #expect(picture[index] == expected, "pixel \(index)")
    }
  }

  @Test func photographsFitTheRegisters() {
    var random = ByteMutator(seed: 10)
    let pixels = (0..<60 * 40 * 4).map { $0 % 4 == 3 ? 255 : UInt8(random.below(256)) }
    let image = RGBAImage(width: 60, height: 40, pixels: pixels)
    let text = String(decoding: SixelEncoder(colors: 16).encode(image), as: UTF8.self)
    #expect(text.contains("#15;2;") && !text.contains("#16;2;"))
    #expect(SixelEncoder().encode(RGBAImage(width: 0, height: 3, pixels: [])).isEmpty)
  }
}
