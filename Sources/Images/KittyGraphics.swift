import Files

/// Control strings of the Kitty graphics protocol. Answers of the terminal are switched off.
///
/// An image is sent once under a number, then placed as often as wanted. Outside tmux it is placed at the cursor; inside
/// tmux, which knows nothing of it, cells of a private character stand for its parts, so that it scrolls and is covered
/// like text.
///
/// Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/
public struct KittyGraphics: Sendable {
  /// The image's number in the terminal, from 1 to 2^32 - 1.
  public let id: Int
  /// Whether the strings have to pass tmux.
  public let isInTmux: Bool
  /// The most base64 characters in one control string; a multiple of 4.
  static let chunk = 4096

  /// Names an image; numbers out of range are brought into it.
  public init(id: Int, isInTmux: Bool = false) {
    self.id = min(max(1, id), 0xFFFF_FFFF)
    self.isInTmux = isInTmux
  }

  /// Names an image of a program: programs on one terminal share its numbers.
  ///
  /// - Parameters:
  ///   - slot: 0 to 239, another for each image that is there at a time; it becomes a colour of the palette, which
  ///     placeholders carry through a tmux that knows no others.
  ///   - program: the process's number.
  public init(slot: Int, program: Int, isInTmux: Bool = false) {
    self.init(id: (1 + abs(program % 254)) << 24 | (16 + abs(slot % 240)), isInTmux: isInTmux)
  }

  /// Sends an image and shows it at the cursor over so many cells; the cursor stays. With tmux it is only made ready for
  /// `placeholder` cells.
  ///
  /// - Parameter png: the image as a PNG file.
  public func show(png: [UInt8], columns: Int, rows: Int) -> [UInt8] {
    let data = base64(png)
    var output: [UInt8] = []
    var start = 0
    repeat {
      let end = min(data.count, start + KittyGraphics.chunk)
      let hasMore = end < data.count ? 1 : 0
      let how = isInTmux ? ",U=1" : ",C=1"
      let keys = start == 0 ? "a=T,f=100,q=2,i=\(id),c=\(columns),r=\(rows)\(how),m=\(hasMore)" : "q=2,m=\(hasMore)"
      output += control(keys, data[start..<end])
      start = end
    } while start < data.count
    return output
  }

  /// Takes the image and all its places away and frees its memory.
  public var delete: [UInt8] { control("a=d,d=I,q=2,i=\(id)", []) }

  /// The character that stands for a cell of the image; its text colour must be `placeholderColor`. `nil` beyond the 297
  /// rows and columns that can be named.
  public func placeholder(row: Int, column: Int) -> Character? {
    let marks = KittyGraphics.marks
    guard marks.indices.contains(row), marks.indices.contains(column) else { return nil }
    var scalars = String.UnicodeScalarView()
    scalars.append("\u{10EEEE}")
    scalars.append(marks[row])
    scalars.append(marks[column])
    // What a colour does not hold of the number.
    if id >> 24 > 0 { scalars.append(marks[id >> 24]) }
    return Character(String(scalars))
  }

  /// The colour that tells the terminal which image a placeholder belongs to: below 256 one of the palette, else RGB.
  public var placeholderColor: Int { id & 0xFF_FFFF }

  private func control(_ keys: String, _ data: ArraySlice<UInt8>) -> [UInt8] {
    let payload = data.isEmpty ? [] : [UInt8(ascii: ";")] + data
    let bytes = Array("\u{1B}_G\(keys)".utf8) + payload + Array("\u{1B}\\".utf8)
    return isInTmux ? TerminalGraphics.passedThroughTmux(bytes) : bytes
  }

  /// The marks that name rows and columns: those of combining class 230 in Unicode 6.0 that neither decompose nor fuse
  /// with letters, in order, as ranges.
  private static let marks: [Unicode.Scalar] = {
    let ranges = """
      305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 5AB-5AC \
      5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D 73F-741 743 745 \
      747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F 17DD 193A 1A17 \
      1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 \
      20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 \
      AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244
      """
    return ranges.split(separator: " ").flatMap { range -> [Unicode.Scalar] in
      let ends = range.split(separator: "-").compactMap { UInt32($0, radix: 16) }
      return (ends[0]...ends[ends.count - 1]).compactMap(Unicode.Scalar.init)
    }
  }()
}
