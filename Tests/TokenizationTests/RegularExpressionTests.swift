import Testing

@testable import Tokenization

@Suite struct RegularExpressionTests {
  private func pieces(_ pattern: String, _ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    return try RegularExpression(pattern).matches(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(arguments: [
    ("a|ab", "ab", ["a"]), ("ab|a", "ab", ["ab"]), ("(a|ab)(c|bcd)", "abcd", ["abcd"]), ("a*?b", "aab", ["aab"]),
    ("a+?", "aaa", ["a", "a", "a"]), ("a{2}", "aaaaa", ["aa", "aa"]), ("a{1,3}", "aaaaa", ["aaa", "aa"]),
    ("a{,2}b", "aaab", ["aab"]), ("x{a", "x{a", ["x{a"]), ("(?i:'s|'LL)", "'S'lL's", ["'S", "'lL", "'s"]),
    ("(?i)k", "kK\u{212A}", ["k", "K", "\u{212A}"]), ("[^a-c]+", "abxyzc", ["xyz"]), ("[\\]a-]+", "]a-b", ["]a-"]),
    ("\\p{Lu}\\P{Lu}", "aBc", ["Bc"]), ("[\\p{L}&&\\d]", "", []), ("\\s+(?!\\S)", "a   b", ["  "]),
    ("\\s+$", "a  \nb ", ["  ", " "]), ("^b", "a\nb", ["b"]), ("\\bfoo\\b", "foo foobar foo", ["foo", "foo"]),
    ("\\d{1,3}(?=(?:\\d{3})*\\b)", "1234567", ["1", "234", "567"]), ("(?<=a)b", "ab b", ["b"]),
    ("(?<!a)b", "ab b", ["b"]), ("a++b", "aaab", ["aaab"]), ("a++a", "aaa", []), ("a?+a", "aa", ["aa"]),
    ("[^\\r\\n\\p{L}]?+\\p{L}+", " ab!c", [" ab", "!c"]), ("(?>a)", "", []), ("\\x41\\u0042", "AB", ["AB"]),
    ("[[:digit:]x]+", "1x2", ["1x2"]), ("日本|語", "日本語", ["日本", "語"]), ("(a*)*", "aa", ["aa"]),
  ])
  func prefersAsOnigurumaDoes(pattern: String, text: String, want: [String]) throws {
    if pattern.contains("&&") || pattern.contains("(?>") {
      #expect(throws: TokenizerError.self) { try RegularExpression(pattern) }
      return
    }
    #expect(try pieces(pattern, text) == want)
  }

  @Test(arguments: [
    "(", ")", "a)", "[a", "[b-a]", "*", "a**?(", "\\", "\\p{Nope}", "(?z)", "a{3,1}", "(?<n", "\\1", "[[:no:]]", "\\q",
  ])
  func refusesWhatItDoesNotKnow(pattern: String) {
    #expect(throws: TokenizerError.self) { try RegularExpression(pattern) }
  }

  @Test func nestedQuantifiersStayLinear() throws {
    let text = [UInt8](repeating: 0x61, count: 20_000) + [0x62]
    for pattern in ["(a+)+$", "(a|a)*c", "(a*)*c", "(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)[^a-z]"] {
      #expect(try RegularExpression(pattern).matches(in: text) == [], "\(pattern)")
    }
  }

  @Test func refusesProgramsThatGrowWithoutMeasure() {
    let deep = String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000)
    for pattern in [deep, "((a{1000}){1000}){1000}", "a{100000}"] {
      #expect(throws: TokenizerError.self) { try RegularExpression(pattern) }
    }
  }

  @Test(arguments: [
    "llama3", "dbrx", "deepseek-llm", "deepseek-coder", "olmo", "starcoder", "tiny_aya", "superbpe", "qwen35", "bloom",
    "viking", "bailingmoe", "seed-coder", "ufakzeka", "exaone-moe", "jais-2", "minicpm5", "laguna", "gemma4", "glm4",
  ])
  func everyNamedRuleSplitsWithoutLoss(name: String) throws {
    var generator = SeededGenerator(state: 9)
    for pattern in try SplitRules(named: name).patterns {
      let expression = try RegularExpression(pattern)
      for _ in 0..<10 {
        let text = Array(generator.text(length: 40).utf8)
        var end = 0
        for match in expression.matches(in: text) {
          #expect(match.lowerBound >= end)
          end = match.upperBound
        }
        #expect(end <= text.count)
      }
    }
  }

  /// The automaton against plain backtracking on the patterns that tokenizers use.
  @Test(arguments: ["gpt-2", "llama-bpe", "qwen2", "smollm", "gpt-4o", "tekken", "deepseek-v3", "falcon", "default"])
  func equalsBacktracking(name: String) throws {
    var generator = SeededGenerator(state: 7)
    for pattern in try SplitRules(named: name).patterns {
      let expression = try RegularExpression(pattern)
      var parser = RegexParser(pattern)
      let reference = Backtracker(node: try parser.parse(), tables: parser.tables)
      for _ in 0..<60 {
        let text = generator.text(length: Int.random(in: 0...24, using: &generator))
        let found = expression.matches(in: Array(text.utf8))
        #expect(found == reference.matches(in: text), "\(pattern) on \(text.debugDescription)")
      }
    }
  }
}

/// A matcher that tries the alternatives in order: slow, and plainly right.
struct Backtracker {
  let node: RegexNode
  let tables: RegexTables

  func matches(in text: String) -> [Range<Int>] {
    let scalars = text.unicodeScalars.map(\.value)
    var offsets = [0]
    for scalar in text.unicodeScalars { offsets.append(offsets[offsets.count - 1] + String(scalar).utf8.count) }
    var found: [Range<Int>] = []
    var start = 0
    while start <= scalars.count {
      if let end = match(node, scalars, start, { $0 }), end > start {
        found.append(offsets[start]..<offsets[end])
        start = end
      } else {
        start += 1
      }
    }
    return found
  }

  private func match(_ node: RegexNode, _ text: [UInt32], _ at: Int, _ rest: @escaping (Int) -> Int?) -> Int? {
    switch node {
    case .empty: return rest(at)
    case .set(let set): return at < text.count && tables.sets[set].contains(text[at]) ? rest(at + 1) : nil
    case .concatenation(let nodes):
      guard let first = nodes.first else { return rest(at) }
      return match(first, text, at) { match(.concatenation(Array(nodes.dropFirst())), text, $0, rest) }
    case .alternation(let nodes):
      for node in nodes { if let end = match(node, text, at, rest) { return end } }
      return nil
    case .repetition(let node, let least, let most, let isGreedy):
      let more: () -> Int? = {
        if let most, most == 0 { return nil }
        return match(node, text, at) { next in
          next == at && least == 0
            ? nil
            : match(
              .repetition(node, least: max(least - 1, 0), most: most.map { $0 - 1 }, isGreedy: isGreedy), text, next,
              rest)
        }
      }
      if least > 0 { return more() }
      return isGreedy ? more() ?? rest(at) : rest(at) ?? more()
    case .assertion(let assertion):
      guard case .next(let set, let isNegated, let atEnd) = tables.assertions[assertion] else { return nil }
      let holds = at == text.count ? atEnd : tables.sets[set].contains(text[at]) != isNegated
      return holds ? rest(at) : nil
    }
  }
}
