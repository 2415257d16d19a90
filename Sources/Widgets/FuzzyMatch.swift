/// How well a few typed letters fit a text, and where: the letters in their order, with anything between them.
///
/// Letters at the start of words and in a row count for more, gaps for less, and the best of all placements is taken
/// (the scoring of fzf, as a dynamic program over letters and places).
public struct FuzzyMatch: Hashable, Sendable {
  /// Higher fits better; only differences mean something.
  public let score: Int
  /// The places of the letters, counted in characters.
  public let positions: [Int]

  private static let match = 16
  private static let wordStart = 8
  private static let consecutive = 12
  private static let gap = 1

  /// Matches; `nil` where the letters do not occur in this order. Case and spaces in the pattern do not matter.
  public init?(_ pattern: String, in text: String) {
    let letters = pattern.lowercased().filter { !$0.isWhitespace }.map { $0 }
    let places = text.lowercased().map { $0 }
    guard !letters.isEmpty else {
      score = 0
      positions = []
      return
    }
    guard letters.count <= places.count else { return nil }
    // best[i][j]: the score of the first i + 1 letters with the last of them at place j.
    var best = Array(repeating: [Int?](repeating: nil, count: places.count), count: letters.count)
    var origin = Array(repeating: [Int](repeating: -1, count: places.count), count: letters.count)
    for (i, letter) in letters.enumerated() {
      // The best end of the letters before, with what the gap from there has cost so far.
      var running: (score: Int, place: Int)?
      for j in places.indices {
        if i > 0, j > 0 {
          if let now = running { running = (now.score - FuzzyMatch.gap, now.place) }
          if let before = best[i - 1][j - 1], before >= running?.score ?? .min { running = (before, j - 1) }
        }
        guard letter == places[j] else { continue }
        let isStart = j == 0 || !(places[j - 1].isLetter || places[j - 1].isNumber)
        let own = FuzzyMatch.match + (isStart ? FuzzyMatch.wordStart : 0)
        if i == 0 {
          best[i][j] = own
        } else {
          let apart = running.map { ($0.score + own, $0.place) }
          let joined = j > 0 ? best[i - 1][j - 1].map { ($0 + own + FuzzyMatch.consecutive, j - 1) } : nil
          guard let chosen = [apart, joined].compactMap({ $0 }).max(by: { $0.0 < $1.0 }) else { continue }
          (best[i][j], origin[i][j]) = (chosen.0, chosen.1)
        }
      }
    }
    let last = letters.count - 1
    guard let end = places.indices.filter({ best[last][$0] != nil }).max(by: { best[last][$0]! < best[last][$1]! })
    else { return nil }
    var found = [end]
    for i in stride(from: last, to: 0, by: -1) { found.append(origin[i][found[found.count - 1]]) }
    // Of two texts that fit alike, the shorter is meant.
    score = (best[last][end] ?? 0) * 64 - min(places.count, 63)
    positions = found.reversed()
  }
}
