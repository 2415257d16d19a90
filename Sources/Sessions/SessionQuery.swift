/// What to look for among sessions: words that must all occur, in any case; `"two words"` stay together, `tag:word` and
/// `model:name` narrow the search down.
public struct SessionQuery: Hashable, Sendable {
  /// Texts that must all occur in what was said, in the name or in the tags.
  public private(set) var terms: [String] = []
  /// Tags that the session must have.
  public private(set) var tags: [String] = []
  /// A part of the model's name.
  public private(set) var model: String?

  /// Reads a query as it is typed.
  public init(_ text: String) {
    for (word, isQuoted) in SessionQuery.words(of: text) {
      if !isQuoted, word.hasPrefix("tag:"), word.count > 4 {
        tags.append(String(word.dropFirst(4)))
      } else if !isQuoted, word.hasPrefix("model:"), word.count > 6 {
        model = String(word.dropFirst(6))
      } else if !word.isEmpty {
        terms.append(word)
      }
    }
  }

  /// Whether every session matches.
  public var isEmpty: Bool { terms.isEmpty && tags.isEmpty && model == nil }

  /// Whether a session's own facts match; its text is another matter.
  func admits(_ summary: SessionSummary) -> Bool {
    guard tags.allSatisfy(summary.tags.contains) else { return false }
    guard let model else { return true }
    return summary.model.lowercased().contains(model.lowercased())
  }

  private static func words(of text: String) -> [(word: String, isQuoted: Bool)] {
    var words: [(String, Bool)] = []
    // Every second piece stands between quotes; a quote without its pair quotes the rest.
    for (index, piece) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
      if index % 2 == 1 {
        words.append((String(piece), true))
      } else {
        words += piece.split(whereSeparator: \.isWhitespace).map { (String($0), false) }
      }
    }
    return words
  }
}

/// A session that a search has found.
public struct SessionMatch: Hashable, Sendable {
  /// The session.
  public var summary: SessionSummary
  /// The text around the first place, in one line; empty where the query names no text.
  public var excerpt: String
  /// Places at which the first of the texts occurs, 100 at most.
  public var hits: Int

  /// Creates a match.
  public init(summary: SessionSummary, excerpt: String, hits: Int) {
    self.summary = summary
    self.excerpt = excerpt
    self.hits = hits
  }
}

/// What a search has found, newest session first.
public struct SessionMatches: Hashable, Sendable {
  /// The query as it was typed.
  public var query: String
  /// The sessions.
  public var matches: [SessionMatch]

  /// Creates a result.
  public init(query: String, matches: [SessionMatch]) {
    self.query = query
    self.matches = matches
  }
}
