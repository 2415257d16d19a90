/// A piece of Markdown between line ends.
enum MarkdownBlock: Hashable, Sendable {
  case blank(source: Int)
  case rule(source: Int)
  case paragraph(MarkdownLine)
  case heading(level: Int, MarkdownLine)
  case quote(depth: Int, MarkdownLine)
  /// An item of a list: columns before the marker, the marker (`-` or `12.`) and the text.
  case item(indent: Int, marker: String, MarkdownLine)
  /// Fenced code: the fence's info string and the lines.
  case code(label: MarkdownLine?, [MarkdownLine])
  case table(MarkdownTable)

  /// Sorts lines into blocks.
  ///
  /// - Parameter isGrowing: whether the last line may go on.
  static func read(_ lines: [MarkdownLine], isGrowing: Bool) -> [MarkdownBlock] {
    var lines = lines
    if let last = lines.indices.last { lines[last].isLast = true }
    var blocks: [MarkdownBlock] = []
    var index = 0
    while index < lines.count {
      if let fence = Fence(lines[index]) {
        blocks.append(readCode(lines, fence, &index, isGrowing: isGrowing))
      } else if let table = MarkdownTable(lines[index...], isGrowing: isGrowing) {
        blocks.append(.table(table))
        index += table.lines.count
      } else {
        blocks.append(MarkdownBlock(lines[index]))
        index += 1
      }
    }
    return blocks
  }

  private static func readCode(
    _ lines: [MarkdownLine], _ fence: Fence, _ index: inout Int, isGrowing: Bool
  ) -> MarkdownBlock {
    var code: [MarkdownLine] = []
    index += 1
    while index < lines.count {
      var line = lines[index]
      index += 1
      if fence.isClosed(by: line.text) { break }
      // Code in a list item stands as far in as its fence.
      line.text = String(line.text.drop(while: { $0 == " " }, atMost: fence.indent))
      code.append(line)
    }
    return .code(label: fence.label, code)
  }

  /// A line outside code and tables.
  private init(_ line: MarkdownLine) {
    let indent = line.text.prefix { $0 == " " }.utf8.count
    let body = line.text.dropFirst(indent)
    if body.isEmpty {
      self = .blank(source: line.source)
    } else if MarkdownBlock.isRule(body) {
      self = .rule(source: line.source)
    } else if indent < 4, let (level, rest) = MarkdownBlock.heading(body) {
      self = .heading(level: level, line.with(rest))
    } else if body.first == ">" {
      let (depth, rest) = MarkdownBlock.quote(body)
      self = .quote(depth: depth, line.with(rest))
    } else if let (marker, rest) = MarkdownBlock.item(body) {
      self = .item(indent: min(indent, 24), marker: marker, line.with(rest))
    } else {
      self = .paragraph(line)
    }
  }

  private static func isRule(_ body: Substring) -> Bool {
    guard let first = body.first, "-*_".contains(first) else { return false }
    let marks = body.filter { $0 != " " }
    return marks.count >= 3 && marks.allSatisfy { $0 == first }
  }

  private static func heading(_ body: Substring) -> (level: Int, text: Substring)? {
    let level = body.prefix { $0 == "#" }.count
    let rest = body.dropFirst(level)
    guard (1...6).contains(level), rest.isEmpty || rest.first == " " else { return nil }
    return (level, rest.drop { $0 == " " })
  }

  private static func quote(_ body: Substring) -> (depth: Int, text: Substring) {
    var rest = body
    var depth = 0
    while rest.first == ">", depth < 8 {
      depth += 1
      rest = rest.dropFirst()
      if rest.first == " " { rest = rest.dropFirst() }
    }
    return (depth, rest)
  }

  private static func item(_ body: Substring) -> (marker: String, text: Substring)? {
    var rest = body
    if let first = rest.first, "-*+".contains(first) {
      rest = rest.dropFirst()
    } else {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard (1...9).contains(digits.count), let end = rest.first, ".)".contains(end) else { return nil }
      rest = rest.dropFirst()
    }
    guard rest.isEmpty || rest.first == " " else { return nil }
    return (String(body[..<rest.startIndex]), rest.drop { $0 == " " })
  }
}

extension MarkdownLine {
  /// The line with a part of its text.
  func with(_ text: Substring) -> MarkdownLine {
    MarkdownLine(text: String(text), source: source, isLast: isLast)
  }
}

/// The line that opens code.
private struct Fence {
  let mark: Character
  let length: Int
  let indent: Int
  let label: MarkdownLine?

  init?(_ line: MarkdownLine) {
    indent = line.text.prefix { $0 == " " }.utf8.count
    let body = line.text.dropFirst(indent)
    guard let mark = body.first, mark == "`" || mark == "~" else { return nil }
    length = body.prefix { $0 == mark }.count
    let info = body.dropFirst(length)
    // With backticks behind it, this is code within a line.
    guard length >= 3, mark == "~" || !info.contains("`") else { return nil }
    self.mark = mark
    var name = info.drop { $0 == " " }
    while name.last == " " { name = name.dropLast() }
    label = name.isEmpty ? nil : MarkdownLine(text: String(name), source: line.source)
  }

  func isClosed(by text: String) -> Bool {
    let body = text.drop { $0 == " " }
    let marks = body.prefix { $0 == mark }.count
    return marks >= length && body.dropFirst(marks).allSatisfy { $0 == " " }
  }
}

extension String {
  fileprivate func drop(while matches: (Character) -> Bool, atMost count: Int) -> Substring {
    var rest = self[...]
    while let first = rest.first, matches(first), self.count - rest.count < count { rest = rest.dropFirst() }
    return rest
  }
}
