/// How many values fall between neighbouring edges.
public struct Histogram: Hashable, Sendable {
  /// What the legend calls it.
  public var name: String
  /// Ascending edges, one more than there are bins; empty without values.
  public let edges: [Double]
  /// Values in each bin. The last bin holds its upper edge too.
  public let counts: [Double]
  /// Values that are not finite, or that a logarithmic axis cannot place: counted here, in no bin.
  public let leftOut: Int

  /// Counts values in bins of equal width on the scale, between round edges where the scale is linear.
  ///
  /// - Parameter bins: about how many; `nil` takes as many as the cube root of twice the count asks for (Rice's rule),
  ///   at most 200.
  public init(of values: some Collection<Double>, name: String = "", bins: Int? = nil, scale: AxisScale = .linear) {
    self.name = name
    var range = Extremes()
    for value in values where scale == .linear || value > 0 { range.add(value) }
    guard !range.isEmpty else {
      (edges, counts, leftOut) = ([], [], values.count)
      return
    }
    var rice = 1
    while rice * rice * rice < values.count * 8, rice < 200 { rice += 1 }
    let wanted = min(max(1, bins ?? rice), 100_000)
    let edges = Histogram.edges(from: range.least, to: range.greatest, bins: wanted, scale: scale)
    let whole = Interval(edges[0], edges[edges.count - 1])
    var counts = [Double](repeating: 0, count: edges.count - 1)
    var leftOut = 0
    for value in values {
      guard value.isFinite, scale == .linear || value > 0 else {
        leftOut += 1
        continue
      }
      let place = scale.position(of: value, in: whole) * Double(counts.count)
      var bin = min(counts.count - 1, max(0, Int(place)))
      // Rounding may put a value that lies on an edge on its wrong side.
      if value < edges[bin], bin > 0 { bin -= 1 } else if value >= edges[bin + 1], bin < counts.count - 1 { bin += 1 }
      counts[bin] += 1
    }
    (self.edges, self.counts, self.leftOut) = (edges, counts, leftOut)
  }

  private static func edges(from least: Double, to greatest: Double, bins: Int, scale: AxisScale) -> [Double] {
    let range = Interval(least, greatest)
    if scale == .linear {
      // The finest round step that needs no more bins than wanted; one more at each end covers the extremes.
      let inner = Ticks(in: range, most: bins + 1).major.map(\.value)
      if inner.count >= 2 {
        let step = (inner[inner.count - 1] - inner[0]) / Double(inner.count - 1)
        var edges = inner
        if edges[0] > least { edges.insert(inner[0] - step, at: 0) }
        if edges[edges.count - 1] < greatest { edges.append(inner[inner.count - 1] + step) }
        return edges
      }
    }
    var edges = (0...bins).map { scale.value(at: Double($0) / Double(bins), in: range) }
    edges[0] = range.lower
    edges[bins] = range.upper
    return edges
  }

  /// The bin a value lies in.
  func bin(containing value: Double) -> Int? {
    guard let first = edges.first, let last = edges.last, value >= first, value <= last else { return nil }
    var (low, high) = (0, counts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if edges[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }

  /// The bins that share more than an edge with an interval.
  func bins(within interval: Interval) -> Range<Int> {
    guard let first = edges.first, let last = edges.last, interval.upper > first, interval.lower < last else {
      return 0..<0
    }
    let start = bin(containing: max(first, interval.lower)) ?? 0
    var end = bin(containing: min(last, interval.upper)) ?? counts.count - 1
    if end > start, edges[end] >= interval.upper { end -= 1 }
    return start..<end + 1
  }

  func extremes(within interval: Interval) -> Extremes {
    var result = Extremes()
    for bin in bins(within: interval) { result.add(counts[bin]) }
    return result
  }
}
