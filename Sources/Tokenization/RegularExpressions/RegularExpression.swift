import Synchronization

/// A compiled pattern. Matching takes time linear in the text for the patterns of tokenizers, and never exponential:
/// an automaton with Oniguruma's preference (leftmost, then first alternative), made deterministic as it runs.
package final class RegularExpression: Sendable {
  let pattern: String
  let tables: RegexTables
  let program: RegexProgram
  /// Finds the places where a match begins, read backwards.
  let reversedProgram: RegexProgram
  private let idle = Mutex<[RegexMatcher]>([])

  /// Compiles a pattern.
  ///
  /// - Throws: `TokenizerError` for a pattern that is malformed or uses what is not known here.
  package init(_ pattern: String) throws(TokenizerError) {
    var parser = RegexParser(pattern)
    let node = try parser.parse()
    self.pattern = pattern
    tables = parser.tables
    program = try RegexProgram(node)
    reversedProgram = try RegexProgram(node.reversed)
  }

  /// Calls the body with a matcher that nobody else uses; the automaton it has built is kept for the next time.
  func withMatcher<Result>(_ body: (RegexMatcher) -> Result) -> Result {
    let matcher =
      idle.withLock { $0.popLast() } ?? RegexMatcher(tables: tables, program: program, reversed: reversedProgram)
    defer { idle.withLock { if $0.count < 8 { $0.append(matcher) } } }
    return body(matcher)
  }

  /// The matches in a text as offsets of bytes, for tests and short texts.
  package func matches(in text: [UInt8]) -> [Range<Int>] {
    text.withUnsafeBufferPointer { bytes in
      withMatcher { matcher in
        var found: [Range<Int>] = []
        matcher.forEachMatch(in: bytes) { found.append($0..<$1) }
        return found
      }
    }
  }
}
