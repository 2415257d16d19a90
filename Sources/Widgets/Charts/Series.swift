/// Points in the order they were measured, with the extremes of ever longer stretches beside them.
///
/// Blocks of 16 values are summarised, blocks of 16 summaries again, and so on: a chart asks for the extremes of a million
/// points in some dozens of steps, and no spike is ever lost on the way. Appending costs O(1), amortised, and memory grows
/// by a sixth. A series is a value; while a chart holds a copy, the next append copies the points once.
public struct Series: Sendable {
  /// What the legend calls it.
  public var name: String
  /// Places along the horizontal axis; all finite.
  public private(set) var x: [Double] = []
  /// Values; they may be NaN or infinite, which charts show as events.
  public private(set) var y: [Double] = []
  /// Whether `x` never decreases. Ordered series are drawn in time that depends on the chart's width alone.
  public private(set) var isOrdered = true
  /// Where places begin to rise anew, as where training was resumed from an earlier step; empty in an ordered series.
  private(set) var restarts: [Int] = []
  /// Points that were refused because their place is not a finite number.
  public private(set) var unplacedCount = 0
  /// The extremes of all places.
  private(set) var places = Extremes()
  /// `levels[k][i]` sums up the values `i * 16^(k+1) ..< (i+1) * 16^(k+1)`; only full blocks are here.
  private var levels: [[Extremes]] = []
  static let fanout = 16

  /// An empty series.
  public init(name: String = "") { self.name = name }

  /// A series of given points; of the longer list the surplus is left out.
  public init(name: String = "", x: some Sequence<Double>, y: some Sequence<Double>) {
    self.name = name
    for (x, y) in zip(x, y) { append(x: x, y: y) }
  }

  /// Points in the series.
  public var count: Int { y.count }

  /// Adds a point. A place that is not finite is counted in `unplacedCount` and left out.
  public mutating func append(x place: Double, y value: Double) {
    guard place.isFinite else {
      unplacedCount += 1
      return
    }
    if let last = x.last, place < last {
      isOrdered = false
      restarts.append(x.count)
    }
    x.append(place)
    y.append(value)
    places.add(place)
    if y.count % Series.fanout == 0 { closeBlock() }
  }

  private mutating func closeBlock() {
    var block = Extremes()
    for value in y.suffix(Series.fanout) { block.add(value) }
    var level = 0
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(block)
      guard levels[level].count % Series.fanout == 0 else { return }
      block = Extremes()
      for part in levels[level].suffix(Series.fanout) { block.add(part) }
      level += 1
    }
  }

  /// The extremes of the values at these positions, which must lie within the series.
  ///
  /// - Complexity: O(log of the range's length).
  func extremes(of range: Range<Int>) -> Extremes {
    var result = Extremes()
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, low % Series.fanout != 0 {
      result.add(y[low])
      low += 1
    }
    while low < high, high % Series.fanout != 0 {
      high -= 1
      result.add(y[high])
    }
    var level = 0
    (low, high) = (low / Series.fanout, high / Series.fanout)
    while low < high {
      while low < high, low % Series.fanout != 0 {
        result.add(levels[level][low])
        low += 1
      }
      while low < high, high % Series.fanout != 0 {
        high -= 1
        result.add(levels[level][high])
      }
      level += 1
      (low, high) = (low / Series.fanout, high / Series.fanout)
    }
    return result
  }

  /// In an ordered series: the first position whose place is `place` or more; `count` when there is none.
  func firstIndex(atOrAfter place: Double) -> Int { firstIndex(atOrAfter: place, in: 0..<x.count) }

  /// The same among positions between which the places never decrease.
  func firstIndex(atOrAfter place: Double, in range: Range<Int>) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if x[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// In an ordered series: the positions whose places lie within an interval.
  func indices(within interval: Interval) -> Range<Int> { indices(within: interval, of: 0..<x.count) }

  /// The same among positions between which the places never decrease.
  func indices(within interval: Interval, of range: Range<Int>) -> Range<Int> {
    let first = firstIndex(atOrAfter: interval.lower, in: range)
    let end = firstIndex(atOrAfter: interval.upper.nextUp, in: range)
    return first..<max(first, end)
  }

  /// The stretches between which the places never decrease.
  var runs: [Range<Int>] {
    let edges = [0] + restarts + [x.count]
    return zip(edges, edges.dropFirst()).map { $0..<$1 }
  }

  /// Whether it consists of so few stretches in order that each can be dealt with by itself.
  var hasFewRuns: Bool { restarts.count <= 64 }

  /// The extremes of the values whose places lie within an interval; where there is none, of the neighbours on both
  /// sides, whose connecting line crosses it.
  func extremes(within interval: Interval) -> Extremes {
    guard isOrdered else {
      if interval.lower <= places.least, interval.upper >= places.greatest { return extremes(of: 0..<count) }
      var result = Extremes()
      if hasFewRuns {
        for run in runs { result.add(extremes(of: indices(within: interval, of: run))) }
        return result
      }
      for index in x.indices where x[index] >= interval.lower && x[index] <= interval.upper { result.add(y[index]) }
      return result
    }
    let inside = indices(within: interval)
    if !inside.isEmpty { return extremes(of: inside) }
    return extremes(of: max(0, inside.lowerBound - 1)..<min(count, inside.lowerBound + 1))
  }

  /// The same points in the order of their places; those at one place keep their order.
  public var ordered: Series {
    guard !isOrdered else { return self }
    // Positions break ties, as the library's sort promises no order of equals.
    let order = x.indices.sorted { x[$0] == x[$1] ? $0 < $1 : x[$0] < x[$1] }
    var result = Series(name: name, x: order.lazy.map { x[$0] }, y: order.lazy.map { y[$0] })
    result.unplacedCount = unplacedCount
    return result
  }

  /// The place of the nearest point behind a place (before it, where `forward` is false) whose value is no finite number.
  public func eventPlace(beyond place: Double, forward: Bool) -> Double? {
    if isOrdered {
      let start = firstIndex(atOrAfter: forward ? place.nextUp : place)
      let index = forward ? y[start...].firstIndex { !$0.isFinite } : y[..<start].lastIndex { !$0.isFinite }
      return index.map { x[$0] }
    }
    let found = x.indices.lazy.filter { !y[$0].isFinite && (forward ? x[$0] > place : x[$0] < place) }.map { x[$0] }
    return forward ? found.min() : found.max()
  }

  /// The position of the point whose place is nearest to `place`; of equally near ones the first. `nil` when empty.
  public func nearestIndex(to place: Double) -> Int? {
    guard isOrdered else {
      return x.indices.min { abs(x[$0] - place) < abs(x[$1] - place) }
    }
    let after = firstIndex(atOrAfter: place)
    if after == 0 { return count == 0 ? nil : 0 }
    if after == count || place - x[after - 1] <= x[after] - place { return firstIndex(atOrAfter: x[after - 1]) }
    return after
  }
}

/// The least and greatest of some values, and what else was among them.
struct Extremes: Hashable, Sendable {
  /// The least finite value; infinite when there is none.
  private(set) var least = Double.infinity
  /// The greatest finite value; minus infinity when there is none.
  private(set) var greatest = -Double.infinity
  /// The least finite value above zero, for logarithmic axes.
  private(set) var leastPositive = Double.infinity
  /// What was not finite.
  private(set) var events: ChartEvents = []

  /// Whether no finite value was added.
  var isEmpty: Bool { least > greatest }

  mutating func add(_ value: Double) {
    guard value.isFinite else {
      events.insert(value.isNaN ? .notANumber : value > 0 ? .aboveAll : .belowAll)
      return
    }
    if value < least { least = value }
    if value > greatest { greatest = value }
    if value > 0, value < leastPositive { leastPositive = value }
  }

  mutating func add(_ other: Extremes) {
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    leastPositive = min(leastPositive, other.leastPositive)
    events.formUnion(other.events)
  }
}

/// What a chart cannot place at a height and marks instead.
struct ChartEvents: OptionSet, Hashable, Sendable {
  let rawValue: UInt8
  static let notANumber = ChartEvents(rawValue: 1)
  /// Plus infinity.
  static let aboveAll = ChartEvents(rawValue: 2)
  /// Minus infinity; on a logarithmic axis also zero and what is below.
  static let belowAll = ChartEvents(rawValue: 4)
}
