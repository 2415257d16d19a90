/// What decides a merge: the rank of a pair of neighbours, and the symbol they become.
protocol MergeRules {
  /// The candidate for two symbols that cover the bytes `start..<end`, or -1.
  func candidate(left: Int32, right: Int32, start: Int32, end: Int32) -> Int32
  /// The rank of a candidate, 0 first.
  func rank(of candidate: Int32) -> Int32
  /// The symbol that a candidate makes.
  func symbol(of candidate: Int32) -> Int32
  /// One more than the largest rank.
  var rankCount: Int { get }
}

/// The symbols of a word while they are merged: a linked list in arrays that are used again for the next word.
struct MergeScratch {
  var symbols: [Int32] = []
  /// Where each symbol begins, in bytes; one more entry for the end of the word.
  var starts: [Int32] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var candidates: [Int32] = []
  private var queue: MergeQueue?

  mutating func clear() {
    symbols.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func add(_ symbol: Int32, at start: Int) {
    symbols.append(symbol)
    starts.append(Int32(truncatingIfNeeded: start))
  }

  /// Merges until no pair has a rule; `end` is the length of the word in bytes.
  mutating func merge(_ rules: some MergeRules, end: Int) {
    starts.append(Int32(truncatingIfNeeded: end))
    guard symbols.count > 1 else { return }
    if symbols.count <= 48 { mergeShort(rules) } else { mergeLong(rules) }
  }

  /// Looks through all pairs for each merge: the fastest for ordinary words.
  private mutating func mergeShort(_ rules: some MergeRules) {
    candidates.removeAll(keepingCapacity: true)
    for index in 0..<symbols.count - 1 { candidates.append(candidate(rules, index)) }
    while true {
      var best = -1
      var bestRank = Int32.max
      for index in 0..<candidates.count where candidates[index] >= 0 {
        let rank = rules.rank(of: candidates[index])
        if rank < bestRank {
          bestRank = rank
          best = index
        }
      }
      if best < 0 { return }
      symbols[best] = rules.symbol(of: candidates[best])
      symbols.remove(at: best + 1)
      starts.remove(at: best + 1)
      candidates.remove(at: best)
      if best > 0 { candidates[best - 1] = candidate(rules, best - 1) }
      if best < candidates.count { candidates[best] = candidate(rules, best) }
    }
  }

  @inline(__always)
  private func candidate(_ rules: some MergeRules, _ index: Int) -> Int32 {
    rules.candidate(left: symbols[index], right: symbols[index + 1], start: starts[index], end: starts[index + 2])
  }

  private mutating func mergeLong(_ rules: some MergeRules) {
    let count = symbols.count
    var queue = self.queue.take() ?? MergeQueue(ranks: rules.rankCount)
    next = Array(1...Int32(count))
    previous = Array(-1..<Int32(count - 1))
    candidates = [Int32](repeating: -1, count: count)
    for index in 0..<count - 1 {
      let found = candidate(rules, index)
      candidates[index] = found
      if found >= 0 { queue.push(rank: rules.rank(of: found), place: Int32(index)) }
    }
    while let (rank, place) = queue.pop() {
      let left = Int(place)
      let found = candidates[left]
      // An entry is stale when its pair has changed since.
      guard found >= 0, rules.rank(of: found) == rank else { continue }
      let right = Int(next[left])
      symbols[left] = rules.symbol(of: found)
      candidates[right] = -1
      let after = Int(next[right])
      next[left] = Int32(after)
      if after < count { previous[after] = place }
      refresh(left, rules, count, &queue)
      if previous[left] >= 0 { refresh(Int(previous[left]), rules, count, &queue) }
    }
    self.queue = queue
    compact(count)
  }

  @inline(__always)
  private mutating func refresh(_ index: Int, _ rules: some MergeRules, _ count: Int, _ queue: inout MergeQueue) {
    let right = Int(next[index])
    guard right < count else {
      candidates[index] = -1
      return
    }
    let found = rules.candidate(
      left: symbols[index], right: symbols[right], start: starts[index], end: starts[Int(next[right])])
    candidates[index] = found
    if found >= 0 { queue.push(rank: rules.rank(of: found), place: Int32(truncatingIfNeeded: index)) }
  }

  private mutating func compact(_ count: Int) {
    var kept = 0
    var index = 0
    while index < count {
      symbols[kept] = symbols[index]
      starts[kept] = starts[index]
      kept += 1
      index = Int(next[index])
    }
    starts[kept] = starts[count]
    symbols.removeLast(count - kept)
    starts.removeLast(count - kept)
  }
}
