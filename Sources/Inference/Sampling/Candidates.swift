#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// e to a power; for modules whose other imports hide the C library's name.
func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm.
func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// The tokens that may come next, with their logits; filters take away from it.
///
/// Equal logits are ordered by token id, so that every machine draws the same.
struct Candidates {
  struct Entry: Hashable {
    var logit: Float
    var id: Int32

    /// Whether this stands before another: the better logit, then the smaller id.
    func precedes(_ other: Entry) -> Bool { logit != other.logit ? logit > other.logit : id < other.id }
  }

  private(set) var entries: [Entry]
  /// The first entries that are the best ones in order.
  private var sortedCount = 0

  init(logits: UnsafeBufferPointer<Float>) {
    entries = [Entry](unsafeUninitializedCapacity: logits.count) { buffer, count in
      for id in logits.indices {
        // A NaN compares with nothing; it can only mean that the token is out of the question.
        buffer.initializeElement(at: id, to: Entry(logit: logits[id].isNaN ? -.infinity : logits[id], id: Int32(id)))
      }
      count = logits.count
    }
  }

  var count: Int { entries.count }

  /// Changes the logit of one token; only before anything was sorted, while entries stand at their id.
  mutating func adjust(_ id: Int32, _ change: (Float) -> Float) {
    let index = Int(id)
    guard sortedCount == 0, entries.indices.contains(index), entries[index].id == id else { return }
    entries[index].logit = change(entries[index].logit)
  }

  /// The best candidate.
  var best: Entry? {
    if sortedCount > 0 { return entries.first }
    return entries.min { $0.precedes($1) }
  }

  /// Brings the best `wanted` entries to the front, in order.
  mutating func sortBest(_ wanted: Int) {
    let wanted = min(wanted, entries.count)
    if wanted <= sortedCount { return }
    if wanted > entries.count / 8 {
      entries.sort { $0.precedes($1) }
      sortedCount = entries.count
    } else {
      entries.withUnsafeMutableBufferPointer { partialSort($0, wanted) }
      sortedCount = wanted
    }
  }

  /// Keeps the first `kept` entries.
  private mutating func keep(_ kept: Int) {
    entries.removeLast(entries.count - max(1, min(kept, entries.count)))
    sortedCount = min(sortedCount, entries.count)
  }

  /// Probabilities of all entries in their present order.
  func probabilities() -> [Double] {
    guard let maximum = best?.logit, maximum > -.infinity else {
      return [Double](repeating: 1 / Double(max(1, entries.count)), count: entries.count)
    }
    let weights = entries.map { exp(Double($0.logit - maximum)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// Keeps the `k` best; 0 keeps all.
  mutating func filterTopK(_ k: Int) {
    guard k > 0, k < entries.count else { return }
    sortBest(k)
    keep(k)
  }

  /// Keeps the smallest set of best tokens whose probability reaches `p` (Holtzman et al. 2020).
  mutating func filterTopP(_ p: Float) {
    guard p < 1 else { return }
    // Nearly always a few hundred tokens hold the mass: sort more only where they do not.
    for wanted in [512, entries.count] {
      sortBest(wanted)
      let probabilities = probabilities()
      var mass = 0.0
      for index in 0..<sortedCount {
        mass += probabilities[index]
        if mass >= Double(p) { return keep(index + 1) }
      }
    }
  }

  /// Keeps tokens that are at least `fraction` as probable as the best (Nguyen et al. 2024).
  mutating func filterMinP(_ fraction: Float) {
    guard fraction > 0, let best else { return }
    let threshold = best.logit + logf(min(fraction, 1))
    entries.removeAll { $0.logit < threshold }
    sortedCount = min(sortedCount, entries.count)
  }

  /// Keeps the tokens whose surprise is nearest to the entropy until their probability reaches `p`
  /// (locally typical sampling, Meister et al. 2022).
  mutating func filterTypical(_ p: Float) {
    guard p < 1 else { return }
    let probabilities = probabilities()
    let entropy = probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    let order = entries.indices
      .map { (index: $0, distance: probabilities[$0] > 0 ? abs(-log(probabilities[$0]) - entropy) : .infinity) }
      .sorted { $0.distance != $1.distance ? $0.distance < $1.distance : entries[$0.index].precedes(entries[$1.index]) }
    var mass = 0.0
    var kept: [Entry] = []
    for item in order {
      kept.append(entries[item.index])
      mass += probabilities[item.index]
      if mass > Double(p) { break }
    }
    entries = kept.sorted { $0.precedes($1) }
    sortedCount = entries.count
  }

  /// Keeps the tokens whose surprise is at most `bits`, and the best one anyhow (mirostat 2's truncation).
  mutating func filterSurprise(above bits: Double) {
    let probabilities = probabilities()
    let threshold = exp2(-bits)
    let kept = zip(entries, probabilities).filter { $0.1 >= threshold }.map(\.0)
    entries = kept.isEmpty ? best.map { [$0] } ?? [] : kept
    sortedCount = 0
    sortBest(entries.count)
  }

  /// Divides all logits by a temperature above 0.
  mutating func applyTemperature(_ temperature: Float) {
    for index in entries.indices { entries[index].logit /= temperature }
  }

  /// Draws a candidate; `uniform` lies in [0, 1).
  func draw(_ uniform: Double) -> (id: Int32, probability: Double)? {
    let probabilities = probabilities()
    var mass = 0.0
    for (entry, probability) in zip(entries, probabilities) {
      mass += probability
      if uniform < mass { return (entry.id, probability) }
    }
    // Rounding may leave the sum just below 1.
    guard let last = probabilities.lastIndex(where: { $0 > 0 }) else { return nil }
    return (entries[last].id, probabilities[last])
  }
}

/// Moves the `count` first of all entries, by `precedes`, to the front in order; the rest is left in any order.
private func partialSort(_ entries: UnsafeMutableBufferPointer<Candidates.Entry>, _ count: Int) {
  // A heap of the best so far with the worst of them on top.
  func siftDown(_ start: Int, _ end: Int) {
    var root = start
    while true {
      var worst = root
      for child in [2 * root + 1, 2 * root + 2] where child < end && entries[worst].precedes(entries[child]) {
        worst = child
      }
      if worst == root { return }
      entries.swapAt(root, worst)
      root = worst
    }
  }
  for start in stride(from: count / 2 - 1, through: 0, by: -1) { siftDown(start, count) }
  for index in count..<entries.count where entries[index].precedes(entries[0]) {
    entries.swapAt(0, index)
    siftDown(0, count)
  }
  for end in stride(from: count - 1, to: 0, by: -1) {
    entries.swapAt(0, end)
    siftDown(0, end)
  }
}
