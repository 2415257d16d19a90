import TestSupport
import Testing

@testable import Widgets

@Suite struct SeriesTests {
  /// Values with everything that logs hold: steps, spikes, NaN, infinities, zeros.
  static func values(_ count: Int, seed: UInt64) -> [Double] {
    var random = ByteMutator(seed: seed)
    return (0..<count).map { _ in
      switch random.below(40) {
      case 0: .nan
      case 1: .infinity
      case 2: -.infinity
      case 3: 0
      case 4: Double(random.below(1_000_000))
      default: Double(random.below(2000)) / 100 - 5
      }
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 255, 256, 257, 4095, 4096, 5000])
  func extremesOfAnyRangeAreThoseOfItsValues(count: Int) {
    let values = SeriesTests.values(count, seed: UInt64(count))
    let series = Series(x: (0..<count).map(Double.init), y: values)
    var random = ByteMutator(seed: 7)
    for round in 0..<200 {
      let a = round == 0 ? 0 : random.below(count + 1)
      let b = round == 0 ? count : random.below(count + 1)
      var expected = Extremes()
      for value in values[min(a, b)..<max(a, b)] { expected.add(value) }
      #expect(series.extremes(of: min(a, b)..<max(a, b)) == expected, "\(min(a, b))..<\(max(a, b)) of \(count)")
    }
  }

  @Test func placesAreFoundByBisection() {
    let series = Series(x: [1, 2, 2, 2, 5, 9], y: [0, 1, 2, 3, 4, 5])
    #expect(series.isOrdered)
    #expect(series.indices(within: Interval(2, 5)) == 1..<5)
    #expect(series.indices(within: Interval(6, 8)).isEmpty)
    #expect([0, 1.4, 2, 3.4, 3.6, 100].map { series.nearestIndex(to: $0) } == [0, 0, 1, 1, 4, 5])
    #expect(Series().nearestIndex(to: 3) == nil)
    // Between two points their connecting line is what is seen.
    #expect(series.extremes(within: Interval(6, 8)).greatest == 5)
  }

  @Test func placesThatAreNoNumberAreCounted() {
    let series = Series(x: [1, .nan, .infinity, 0], y: [1, 2, 3, 4])
    #expect(series.count == 2 && series.unplacedCount == 2 && !series.isOrdered)
    #expect(series.nearestIndex(to: 0.2) == 1)
  }

  @Test func orderedPointsStayWithTheirValues() {
    let series = Series(name: "a", x: [3, 1, .nan, 2, 1], y: [30, 10, 0, 20, 11])
    let ordered = series.ordered
    #expect(ordered.x == [1, 1, 2, 3] && ordered.y == [10, 11, 20, 30])
    #expect(ordered.isOrdered && ordered.name == "a" && ordered.unplacedCount == 1)
  }

  @Test func eventsAreFoundOnBothSides() {
    for x in [[0.0, 1, 2, 3, 4], [4, 3, 2, 1, 0]] {
      var y = x
      for index in x.indices where [1, 3].contains(x[index]) { y[index] = x[index] == 1 ? .nan : -.infinity }
      let series = Series(x: x, y: y)
      #expect(series.eventPlace(beyond: -.infinity, forward: true) == 1)
      #expect(series.eventPlace(beyond: 1, forward: true) == 3)
      #expect(series.eventPlace(beyond: 3, forward: true) == nil)
      #expect(series.eventPlace(beyond: .infinity, forward: false) == 3)
      #expect(series.eventPlace(beyond: 3, forward: false) == 1)
      #expect(series.eventPlace(beyond: 1, forward: false) == nil)
    }
  }
}
