/// Fills lines with words as Python's `textwrap` does, keeping white space within them.
struct TextWrapper {
  let width: Int
  let breaksWords: Bool
  let breaksHyphens: Bool

  /// The text in lines of at most `width` scalars.
  func wrap(_ text: Text) -> [Text] {
    var chunks: [Text] = Array(chunks(of: text).reversed())
    var lines: [Text] = []
    while !chunks.isEmpty {
      var line: [Text] = []
      var length = 0
      if !lines.isEmpty, let first = chunks.last, isSpace(first) { chunks.removeLast() }
      while let chunk = chunks.last, length + chunk.scalarCount <= width {
        line.append(chunk)
        length += chunk.scalarCount
        chunks.removeLast()
      }
      if let chunk = chunks.last, chunk.scalarCount > width {
        if breaksWords {
          let cut = chunk.offset(ofScalar: max(1, width - length))
          line.append(chunk[0..<cut])
          chunks[chunks.count - 1] = chunk[cut..<chunk.count]
        } else if line.isEmpty {
          line.append(chunk)
          chunks.removeLast()
        }
      }
      if let last = line.last, isSpace(last) { line.removeLast() }
      if line.isEmpty { continue }
      var builder = TextBuilder()
      for part in line { builder.append(part) }
      lines.append(builder.text)
    }
    return lines
  }

  private func isSpace(_ text: Text) -> Bool { text.allScalars { PythonUnicode.isSpace($0) } }

  /// Words and the white space between them; a word may end behind a hyphen between letters.
  private func chunks(of text: Text) -> [Text] {
    var result: [Text] = []
    var start = 0
    var previous: Unicode.Scalar?
    var beforePrevious: Unicode.Scalar?
    text.forEachScalar { scalar, range in
      if let last = previous {
        let changes = PythonUnicode.isSpace(last) != PythonUnicode.isSpace(scalar)
        let isHyphen =
          breaksHyphens && last == "-" && PythonUnicode.isAlpha(scalar)
          && (beforePrevious.map(PythonUnicode.isAlpha) ?? false)
        if changes || isHyphen {
          result.append(text[start..<range.lowerBound])
          start = range.lowerBound
        }
      }
      beforePrevious = previous
      previous = scalar
    }
    if start < text.count { result.append(text[start..<text.count]) }
    return result
  }
}
