/// Cuts lines of code into pieces by what they are: enough to read by, not to compile by.
///
/// Whatever the language, every character of a line is in exactly one piece, in order.
struct CodeHighlighter {
  enum Kind: Hashable, Sendable { case plain, keyword, string, comment, number }

  private let language: CodeLanguage?
  /// What the line before left open: the text that ends it, and what it is.
  private var open: (end: [Character], kind: Kind)?

  /// Starts a piece of code; `nil` is a language that is not known.
  init(language: CodeLanguage?) { self.language = language }

  /// The pieces of the next line.
  mutating func pieces(of line: String) -> [(text: String, kind: Kind)] {
    guard let language else { return [(line, .plain)] }
    let text = Array(line)
    var pieces: [(text: String, kind: Kind)] = []
    func append(_ range: Range<Int>, _ kind: Kind) {
      guard !range.isEmpty else { return }
      if pieces.last?.kind == kind {
        pieces[pieces.count - 1].text += String(text[range])
      } else {
        pieces.append((String(text[range]), kind))
      }
    }
    var index = 0
    while index < text.count {
      let start = index
      if let open {
        index = end(of: open.end, in: text, from: index)
        append(start..<index, open.kind)
      } else if language.lineComments.contains(where: { begins(text, at: index, with: $0) }), isWordStart(text, index) {
        append(start..<text.count, .comment)
        index = text.count
      } else if let (opener, closer, kind) = language.longTexts.first(where: { begins(text, at: index, with: $0.open) })
      {
        open = (closer, kind)
        index = end(of: closer, in: text, from: index + opener.count)
        append(start..<index, kind)
      } else if language.quotes.contains(text[index]) {
        index = endOfString(text, from: index)
        append(start..<index, .string)
      } else if isWord(text[index]) {
        while index < text.count, isWord(text[index]) { index += 1 }
        append(start..<index, kind(ofWord: text[start..<index], language))
      } else {
        index += 1
        append(start..<index, .plain)
      }
    }
    return pieces
  }

  /// Behind the text that ends what is open, which then is open no more; the end of the line where it does not come.
  private mutating func end(of closer: [Character], in text: [Character], from start: Int) -> Int {
    var index = start
    while index < text.count {
      if text[index] == "\\" {
        index += 2
        continue
      }
      if begins(text, at: index, with: closer) {
        open = nil
        return index + closer.count
      }
      index += 1
    }
    return text.count
  }

  private func endOfString(_ text: [Character], from start: Int) -> Int {
    var index = start + 1
    while index < text.count {
      if text[index] == "\\" {
        index += 2
        continue
      }
      index += 1
      if text[index - 1] == text[start] { return index }
    }
    return text.count
  }

  private func begins(_ text: [Character], at index: Int, with pattern: [Character]) -> Bool {
    text[index...].starts(with: pattern)
  }

  /// Whether a comment may begin here: in the shell, `#` within a word is part of it.
  private func isWordStart(_ text: [Character], _ index: Int) -> Bool {
    text[index] != "#" || index == 0 || !isWord(text[index - 1]) && text[index - 1] != "$"
  }

  private func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "@"
  }

  private func kind(ofWord word: ArraySlice<Character>, _ language: CodeLanguage) -> Kind {
    if let first = word.first, first.isASCII, first.isNumber { return .number }
    return language.keywords.contains(String(word)) ? .keyword : .plain
  }
}
