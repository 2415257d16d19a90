import Drawing

/// Marks within a line: emphasis, code, links and escapes.
struct MarkdownInline {
  let theme: Theme
  /// Whether the line may go on, so that marks still open count as closed at its end.
  let isOpenEnded: Bool
  /// Emphasis within emphasis within ... is taken as text beyond this.
  private static let depthLimit = 8

  init(theme: Theme, isOpenEnded: Bool) {
    self.theme = theme
    self.isOpenEnded = isOpenEnded
  }

  /// The line in pieces of one style each.
  func spans(of text: String, _ style: Style) -> [Span] {
    guard text.utf8.contains(where: { "*_`[\\:".utf8.contains($0) }) else {
      return text.isEmpty ? [] : [Span(text, style)]
    }
    var characters = Array(text)
    // Marks at the very end may open or close: they count once it is clear which.
    if isOpenEnded { while let last = characters.last, "*_`".contains(last) { characters.removeLast() } }
    var builder = SpanBuilder()
    parse(characters[...], style, depth: 0, into: &builder)
    return builder.spans
  }

  private func parse(_ text: ArraySlice<Character>, _ style: Style, depth: Int, into builder: inout SpanBuilder) {
    var unclosed: Set<String> = []
    var index = text.startIndex
    while index < text.endIndex {
      switch text[index] {
      case "\\" where index + 1 < text.endIndex && text[index + 1].isASCII && text[index + 1].isPunctuationMark:
        builder.append(text[index + 1], style)
        index += 2
      case "`": index = parseCode(text, at: index, style, &unclosed, into: &builder)
      case "*", "_": index = parseEmphasis(text, at: index, style, depth, &unclosed, into: &builder)
      case "[":
        if depth < MarkdownInline.depthLimit, let link = Link(text, at: index) {
          if index > text.startIndex, text[index - 1] == "!" { builder.removeLast() }
          parse(link.text, theme[.link].over(style), depth: depth + 1, into: &builder)
          if !link.address.isEmpty { builder.append(contentsOf: " (" + String(link.address) + ")", theme[.muted]) }
          index = link.end
        } else {
          builder.append(text[index], style)
          index += 1
        }
      case ":":
        let length = bareAddress(text, colon: index)
        guard length > 0 else { fallthrough }
        builder.restyleLast(text[..<index].reversed().prefix { $0.isLetter }.count, theme[.link].over(style))
        builder.append(contentsOf: String(text[index..<index + length]), theme[.link].over(style))
        index += length
      default:
        builder.append(text[index], style)
        index += 1
      }
    }
  }

  /// Length of `://host/path` behind `http` or `https`; 0 for anything else.
  private func bareAddress(_ text: ArraySlice<Character>, colon: Int) -> Int {
    let scheme = String(text[..<colon].suffix(5))
    guard scheme.hasSuffix("http") || scheme == "https", text[colon...].starts(with: "://") else { return 0 }
    var length = text[colon...].prefix { !$0.isWhitespace && !"<>\"`*|".contains($0) }.count
    // Punctuation at the end belongs to the sentence.
    while length > 3, ".,;:!?)]'_".contains(text[colon + length - 1]) { length -= 1 }
    return length > 3 ? length : 0
  }

  private func parseCode(
    _ text: ArraySlice<Character>, at index: Int, _ style: Style, _ unclosed: inout Set<String>,
    into builder: inout SpanBuilder
  ) -> Int {
    let length = text[index...].prefix { $0 == "`" }.count
    let start = index + length
    let mark = String(repeating: "`", count: length)
    let close = unclosed.contains(mark) ? nil : closingTicks(text[start...], length)
    guard let end = close ?? (isOpenEnded ? text.endIndex : nil) else {
      unclosed.insert(mark)
      builder.append(contentsOf: mark, style)
      return start
    }
    var code = text[start..<end]
    if code.count > 2, code.first == " ", code.last == " " { code = code.dropFirst().dropLast() }
    let look = theme[.code].over(style)
    // A theme that shows code as any other text keeps the marks.
    let marks = look == style ? mark : ""
    builder.append(contentsOf: marks + String(code) + marks, look)
    return min(end + length, text.endIndex)
  }

  private func closingTicks(_ text: ArraySlice<Character>, _ length: Int) -> Int? {
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == "`" else {
        index += 1
        continue
      }
      let run = text[index...].prefix { $0 == "`" }.count
      if run == length { return index }
      index += run
    }
    return nil
  }

  private func parseEmphasis(
    _ text: ArraySlice<Character>, at index: Int, _ style: Style, _ depth: Int, _ unclosed: inout Set<String>,
    into builder: inout SpanBuilder
  ) -> Int {
    let run = Run(text, at: index)
    let mark = String(repeating: run.mark, count: run.length)
    if run.length <= 3, run.opens, depth < MarkdownInline.depthLimit, !unclosed.contains(mark) {
      if let end = closingRun(text, from: index + run.length, like: run) ?? (isOpenEnded ? text.endIndex : nil) {
        let attributes: Style.Attributes = [.italic, .bold, [.italic, .bold]][run.length - 1]
        parse(text[index + run.length..<end], style.adding(attributes), depth: depth + 1, into: &builder)
        return min(end + run.length, text.endIndex)
      }
      // What is not closed from here is not closed from further on either.
      unclosed.insert(mark)
    }
    builder.append(contentsOf: mark, style)
    return index + run.length
  }

  private func closingRun(_ text: ArraySlice<Character>, from start: Int, like opener: Run) -> Int? {
    var index = start
    while index < text.endIndex {
      switch text[index] {
      case "\\": index += 2
      case "`":
        let length = text[index...].prefix { $0 == "`" }.count
        index = closingTicks(text[(index + length)...], length).map { $0 + length } ?? index + length
      case opener.mark:
        let run = Run(text, at: index)
        if run.closes, index > start {
          if run.length == opener.length { return index }
          // `**bold *both***`: the inner mark comes first, ours is what is left.
          if run.length > opener.length, !run.opens { return index + run.length - opener.length }
        }
        index += run.length
      default: index += 1
      }
    }
    return nil
  }
}

/// A run of one emphasis mark, and what stands around it.
private struct Run {
  let mark: Character
  let length: Int
  let opens: Bool
  let closes: Bool

  init(_ text: ArraySlice<Character>, at index: Int) {
    let mark = text[index]
    self.mark = mark
    length = text[index...].prefix { $0 == mark }.count
    let before = index > text.startIndex ? text[index - 1] : " "
    let after = index + length < text.endIndex ? text[index + length] : " "
    let isWord = { (character: Character) in character.isLetter || character.isNumber }
    // An underscore within a word is part of a name.
    opens = !after.isWhitespace && (mark == "*" || !isWord(before))
    closes = !before.isWhitespace && (mark == "*" || !isWord(after))
  }
}

/// `[text](address)`.
private struct Link {
  let text: ArraySlice<Character>
  let address: ArraySlice<Character>
  /// Behind the closing parenthesis.
  let end: Int

  init?(_ line: ArraySlice<Character>, at start: Int) {
    // Links of models are short; a longer search would make a line of brackets slow.
    let reach = line[start...].prefix(500)
    guard let middle = Link.close(reach, "[", "]"), middle + 1 < reach.endIndex, reach[middle + 1] == "(",
      let end = Link.close(reach[(middle + 1)...], "(", ")")
    else { return nil }
    text = line[start + 1..<middle]
    address = line[middle + 2..<end]
    self.end = end + 1
    if text.isEmpty && address.isEmpty { return nil }
  }

  private static func close(_ text: ArraySlice<Character>, _ opener: Character, _ closer: Character) -> Int? {
    var depth = 0
    for index in text.indices {
      if text[index] == opener { depth += 1 }
      if text[index] == closer { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}

/// Joins characters of one style.
private struct SpanBuilder {
  var spans: [Span] = []

  mutating func append(_ character: Character, _ style: Style) {
    if let last = spans.indices.last, spans[last].style == style {
      spans[last].text.append(character)
    } else {
      spans.append(Span(String(character), style))
    }
  }

  mutating func append(contentsOf text: String, _ style: Style) {
    guard !text.isEmpty else { return }
    if let last = spans.indices.last, spans[last].style == style {
      spans[last].text += text
    } else {
      spans.append(Span(text, style))
    }
  }

  mutating func removeLast() {
    guard let last = spans.indices.last else { return }
    spans[last].text.removeLast()
    if spans[last].text.isEmpty { spans.removeLast() }
  }

  /// Gives the last characters, which lie in one span, another style.
  mutating func restyleLast(_ count: Int, _ style: Style) {
    guard let last = spans.indices.last, count > 0, spans[last].text.count >= count else { return }
    let moved = String(spans[last].text.suffix(count))
    spans[last].text.removeLast(count)
    if spans[last].text.isEmpty { spans.removeLast() }
    append(contentsOf: moved, style)
  }
}

extension Character {
  /// Whether a backslash takes a mark's meaning away.
  fileprivate var isPunctuationMark: Bool { "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".contains(self) }
}
