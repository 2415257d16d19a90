/// One row of wrapped text.
public struct WrappedLine: Hashable, Sendable {
  /// What is shown: tabs expanded, spaces that hang over the edge at a break left out.
  public var text: String
  /// The columns of `text`.
  public var columns: Int
  /// The UTF-8 bytes of the source this row stands for; the rows' ranges follow each other and, with the newlines
  /// between paragraphs, cover the whole source.
  public var source: Range<Int>
  /// Whether a newline or the end of the text follows, rather than a break for want of room.
  public var endsParagraph: Bool
}

/// Breaks text into rows of at most `columns` columns (at least one; a wide character in one column gets its own row).
///
/// Breaks after spaces and hyphens and around wide characters (Chinese, Japanese), never before their closing
/// punctuation; a word longer than a row is broken where it must be, between grapheme clusters. Leading spaces stay,
/// tabs advance to multiples of `tabWidth`. Text is expected to be `printable`. Linear in the length of the text.
public func wrap(_ text: String, to columns: Int, tabWidth: Int = 4) -> [WrappedLine] {
  var text = text
  text.makeContiguousUTF8()
  var wrapper = Wrapper(text: text, limit: max(1, columns), tabWidth: max(1, tabWidth))
  return wrapper.run()
}

/// Breaks styled text; see `wrap(_:to:tabWidth:)`. Each row is a list of spans.
public func wrap(_ spans: [Span], to columns: Int, tabWidth: Int = 4) -> [[Span]] {
  let text = spans.map(\.text).joined()
  let lines = wrap(text, to: columns, tabWidth: tabWidth)
  if spans.count <= 1 {
    return lines.map { $0.text.isEmpty ? [] : [Span($0.text, spans.first?.style ?? .plain)] }
  }
  var ends: [Int] = []
  for span in spans { ends.append((ends.last ?? 0) + span.text.utf8.count) }
  var current = 0
  return lines.map { line in
    var row: [Span] = []
    var offset = line.source.lowerBound
    var column = 0
    for character in text[text.utf8Range(line.source)] where column < line.columns {
      while current < spans.count - 1 && ends[current] <= offset { current += 1 }
      let isTab = character == "\t"
      let width = isTab ? tabWidth - column % tabWidth : TextWidth.columns(of: character)
      let shown = isTab ? String(repeating: " ", count: min(width, line.columns - column)) : String(character)
      if row.last?.style == spans[current].style {
        row[row.count - 1].text += shown
      } else {
        row.append(Span(shown, spans[current].style))
      }
      offset += character.utf8.count
      column += width
    }
    return row
  }
}

extension String {
  /// The indices of a range of UTF-8 offsets.
  package func utf8Range(_ offsets: Range<Int>) -> Range<Index> {
    let start = utf8.index(utf8.startIndex, offsetBy: offsets.lowerBound)
    return start..<utf8.index(start, offsetBy: offsets.count)
  }
}

/// The state of breaking one text.
struct Wrapper {
  let text: String
  let limit: Int
  let tabWidth: Int
  var lines: [WrappedLine] = []
  /// Where the row began.
  var start = 0
  /// Columns of the row so far, spaces included.
  var column = 0
  /// The end and columns of what must be shown: after the last cluster that is not a space.
  var inked = (offset: 0, column: 0)
  /// Where the row may end, with the columns up to there, and what is shown of it.
  var breakable: (offset: Int, column: Int, inked: (offset: Int, column: Int))?
  var previous = Kind.start

  enum Kind { case start, space, letter, hyphen, dash, wide, opening, closing }

  mutating func run() -> [WrappedLine] {
    var position = text.startIndex
    var offset = 0
    let utf8 = text.utf8
    while position < utf8.endIndex {
      let byte = utf8[position]
      var next = utf8.index(after: position)
      // Two ASCII bytes in a row are two clusters, CR LF apart: the common case needs no search for the boundary.
      let isSimple = byte < 0x80 && byte != 0x0D && (next == utf8.endIndex || utf8[next] < 0x80)
      if !isSimple { next = text.index(after: position) }
      let length = isSimple ? 1 : utf8.distance(from: position, to: next)
      let isNewline = byte == 0x0A || byte == 0x0D && length == 2
      if isNewline {
        finish(at: offset)
        begin(at: offset + length)
      } else if byte == 0x20 && length == 1 || byte == 0x09 {
        addSpace(at: offset, tab: byte == 0x09)
      } else {
        let kind = isSimple ? Kind.ofASCII(byte) : Kind.of(text[position])
        add(kind, columns: isSimple ? 1 : TextWidth.columns(of: text[position]), at: offset, length: length)
      }
      position = next
      offset += length
    }
    finish(at: offset)
    return lines
  }

  private mutating func addSpace(at offset: Int, tab: Bool) {
    column += tab ? tabWidth - column % tabWidth : 1
    if inked.offset > start { breakable = (offset + 1, column, inked) }
    previous = .space
  }

  private mutating func add(_ kind: Kind, columns: Int, at offset: Int, length: Int) {
    if inked.offset > start && previous.allowsBreak(before: kind) { breakable = (offset, column, inked) }
    if column + columns > limit && offset > start {
      if let place = breakable {
        emit(shown: place.inked, end: place.offset)
        start = place.offset
        column -= place.column
        inked = inked.offset > place.offset ? (inked.offset, inked.column - place.column) : (place.offset, 0)
        breakable = nil
      }
      // Leading spaces wider than the row, or a word that is: what is there becomes a row of its own.
      if column + columns > limit && offset > start {
        emit(shown: inked.offset > start ? inked : (offset, min(column, limit)), end: offset)
        begin(at: offset)
      }
    }
    column += columns
    inked = (offset + length, column)
    // A hyphen parts words only inside one: `--flag` and `-1` stay whole.
    previous = kind == .hyphen && previous != .letter ? .dash : kind
  }

  /// Ends the row where the paragraph or the text ends; spaces at the end are shown as far as they fit.
  private mutating func finish(at offset: Int) {
    let shown = column <= limit ? (offset, column) : (inked.offset > start ? inked : (offset, min(column, limit)))
    emit(shown: shown, end: offset, endsParagraph: true)
  }

  private mutating func begin(at offset: Int) {
    start = offset
    column = 0
    inked = (offset, 0)
    breakable = nil
    previous = .start
  }

  private mutating func emit(shown: (offset: Int, column: Int), end: Int, endsParagraph: Bool = false) {
    var visible = String(text[text.utf8Range(start..<max(start, shown.offset))])
    if visible.utf8.contains(0x09) { visible = expanded(visible) }
    // Only a row of nothing but spaces can be wider than it shows.
    if visible.utf8.count > shown.column && visible.utf8.allSatisfy({ $0 == 0x20 }) {
      visible = String(repeating: " ", count: shown.column)
    }
    lines.append(
      WrappedLine(text: visible, columns: shown.column, source: start..<end, endsParagraph: endsParagraph))
  }

  private func expanded(_ line: String) -> String {
    var result = ""
    var column = 0
    for character in line {
      if character == "\t" {
        let count = tabWidth - column % tabWidth
        result += String(repeating: " ", count: count)
        column += count
      } else {
        result.append(character)
        column += TextWidth.columns(of: character)
      }
    }
    return result
  }
}

extension Wrapper.Kind {
  static func ofASCII(_ byte: UInt8) -> Self {
    byte == 0x2D ? .hyphen : .letter
  }

  static func of(_ character: Character) -> Self {
    if TextWidth.columns(of: character) < 2 { return character == "-" ? .hyphen : .letter }
    if closingPunctuation.contains(character) { return .closing }
    return openingPunctuation.contains(character) ? .opening : .wide
  }

  /// Whether a row may end between a cluster of this kind and one of the next.
  func allowsBreak(before next: Self) -> Bool {
    switch (self, next) {
    case (_, .closing), (.opening, _): false
    case (.wide, _), (.closing, _), (_, .wide), (_, .opening): true
    case (.hyphen, .letter): true
    default: false
    }
  }
}

private let closingPunctuation: Set<Character> = Set("、。，．：；？！）］｝」』】〉》〕〗〙〛ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％")
private let openingPunctuation: Set<Character> = Set("（［｛「『【〈《〔〖〘〚￥＄")
