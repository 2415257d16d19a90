import Drawing
import Sessions
import Widgets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A place in an answer's tokens.
struct TokenCursor: Hashable, Sendable {
  var answer: Int
  /// The token, from 0.
  var index: Int
  /// The alternative that is chosen, an index of the token's `top`; `nil` is the token itself.
  var alternative: Int?
}

/// An answer token by token: each marked by how much it surprised the model, the one at the cursor set off.
struct TokenText {
  let tokens: [GeneratedToken]
  let cursor: Int?
  let theme: Theme

  /// Rows of the text as it was written: marks of Markdown are tokens, too.
  func rows(columns: Int) -> [MarkdownRow] { wrapped(spans, at: 0, columns: columns) }

  private var spans: [Span] {
    tokens.enumerated().map { index, token in
      var text = TokenText.shown(token)
      let isAtCursor = index == cursor
      // A token without text (the end, a part of a character) still has a place.
      if isAtCursor, text.allSatisfy({ $0.isWhitespace }) { text = "·" + text }
      return Span(text, isAtCursor ? theme[.selection] : theme.style(ofSurprise: token.surprise))
    }
  }

  /// Bytes of the shown text before a token.
  func offset(of index: Int) -> Int { spans.prefix(index).reduce(0) { $0 + $1.text.utf8.count } }

  private static func shown(_ token: GeneratedToken) -> String {
    printable(token.text).split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    ")
  }
}

extension GeneratedToken {
  /// How unexpected the token was to the model, in bits.
  var surprise: Double { probability > 0 ? -log2(Double(probability)) : .infinity }

  /// The model's probability (0...1) of another token at this place.
  func probability(of candidate: TokenCandidate) -> Double {
    Double(probability) * exp(Double(candidate.logit) - Double(logit))
  }
}

extension Theme {
  /// How a token looks that was unexpected by so many bits: by colour, and in every theme by attributes.
  func style(ofSurprise bits: Double) -> Style {
    switch bits {
    case ..<1: self[.assistant]
    case ..<3: self[.tool].adding(.italic)
    case ..<6: self[.warning].adding(.underline)
    default: self[.error].adding([.underline, .bold])
    }
  }
}
