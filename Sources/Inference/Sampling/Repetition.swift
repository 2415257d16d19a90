import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The repetition, presence and frequency penalties.
enum RepetitionPenalties {
  /// Lowers the logits of the tokens in `recent` as the settings say.
  ///
  /// Source: Keskar et al. 2019, section 4.1 (repetition); OpenAI's API reference (presence, frequency).
  static func apply(_ settings: SamplingSettings, recent: some Sequence<Int32>, to candidates: inout Candidates) {
    let isNeutral =
      settings.repetitionPenalty == 1 && settings.presencePenalty == 0 && settings.frequencyPenalty == 0
    if isNeutral { return }
    var counts: [Int32: Int] = [:]
    for token in recent { counts[token, default: 0] += 1 }
    for (token, count) in counts {
      candidates.adjust(token) { logit in
        let scaled = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty
        return scaled - settings.presencePenalty - settings.frequencyPenalty * Float(count)
      }
    }
  }
}

/// DRY: a penalty on tokens that would continue a repetition, growing with the length of what repeats.
///
/// Source: the proposal in text-generation-webui (pull request 5677): multiplier * base ^ (length - allowed length).
struct RepeatedSequencePenalty {
  let multiplier: Float
  let base: Float
  let allowedLength: Int
  /// Tokens whose text holds a sequence breaker: no match reaches across them.
  let isBreaker: @Sendable (Int32) -> Bool

  /// The penalty per token that `history` suggests.
  func penalties(for history: [Int32]) -> [Int32: Float] {
    guard multiplier > 0, history.count > 1, let last = history.last, !isBreaker(last) else { return [:] }
    // Matches may not be longer than the stretch since the last breaker.
    let reach = history.reversed().prefix { !isBreaker($0) }.count
    let matches = RepeatedSequencePenalty.suffixMatches(history, reach: reach)
    var longest: [Int32: Int] = [:]
    for (end, length) in matches where length >= allowedLength {
      let next = history[end + 1]
      if !isBreaker(next) { longest[next] = max(longest[next] ?? 0, length) }
    }
    // Past this exponent a Float overflows; the token is out of the question long before.
    let largestExponent = base > 1.000_001 ? 88 / log(Double(base)) : 1_000
    return longest.mapValues { length in
      multiplier * Float(pow(Double(base), min(Double(length - allowedLength), largestExponent)))
    }
  }

  /// For each position before the last, how many tokens up to it equal the history's end, where more than none.
  ///
  /// The Z algorithm on the reversed history: linear time whatever repeats.
  static func suffixMatches(_ history: [Int32], reach: Int) -> [(end: Int, length: Int)] {
    let reversed = Array(history.reversed())
    let count = reversed.count
    var lengths = [Int](repeating: 0, count: count)
    var left = 0
    var right = 0
    var matches: [(end: Int, length: Int)] = []
    for start in 1..<count {
      var length = start < right ? min(right - start, lengths[start - left]) : 0
      while start + length < count, reversed[length] == reversed[start + length] { length += 1 }
      lengths[start] = length
      if start + length > right {
        left = start
        right = start + length
      }
      if length > 0 { matches.append((count - 1 - start, min(length, reach))) }
    }
    return matches
  }
}
