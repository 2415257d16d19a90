import TestSupport
import Testing

@testable import Widgets

@Suite struct AxisTests {
  func labels(_ low: Double, _ high: Double, _ scale: AxisScale = .linear, _ unit: AxisUnit = .number, most: Int = 8)
    -> [String]
  {
    Ticks(in: Interval(low, high), scale: scale, unit: unit, most: most).major.map(\.label)
  }

  @Test func ticksAreRoundNumbers() {
    #expect(labels(0, 10, most: 6) == ["0", "2", "4", "6", "8", "10"])
    #expect(labels(-0.31, 0.29, most: 8) == ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"])
    #expect(labels(1.9, 3.1, most: 4) == ["2.0", "2.5", "3.0"])
    #expect(labels(0, 2_000_000, most: 5) == ["0", "0.5M", "1M", "1.5M", "2M"])
    #expect(labels(0, 60_000, most: 4) == ["0", "20k", "40k", "60k"])
    #expect(labels(0, 3.2e-4, most: 4) == ["0", "1e-4", "2e-4", "3e-4"])
    #expect(labels(0, 3e18, most: 4) == ["0", "1e18", "2e18", "3e18"])
    #expect(labels(1_000_000, 1_000_004, most: 5) == ["1000000", "1000001", "1000002", "1000003", "1000004"])
  }

  @Test func logarithmicTicks() {
    #expect(labels(1e-5, 1, .logarithmic) == ["1e-5", "1e-4", "1e-3", "1e-2", "1e-1", "1e0"])
    #expect(labels(1, 1000, .logarithmic, most: 4) == ["1", "10", "100", "1000"])
    #expect(labels(1, 100, .logarithmic, most: 7) == ["1", "2", "5", "10", "20", "50", "100"])
    #expect(labels(1e15, 1e24, .logarithmic, most: 5) == ["1e16", "1e18", "1e20", "1e22", "1e24"])
    #expect(labels(2.1, 3.4, .logarithmic, most: 4) == ["2.5", "3.0"])
    let ticks = Ticks(in: Interval(1, 1000), scale: .logarithmic, most: 4)
    #expect(ticks.minor.count == 24 && !ticks.minor.contains(10))
  }

  @Test func durations() {
    #expect(labels(0, 7200, .linear, .duration, most: 5) == ["0s", "30m", "1h", "1h30m", "2h"])
    #expect(labels(0, 90, .linear, .duration, most: 4) == ["0s", "30s", "1m", "1m30s"])
    #expect(labels(0, 864_000, .linear, .duration, most: 3) == ["0s", "7d"])
  }

  @Test func singleValues() {
    #expect(
      [0, 2.34567, 9.99999, 1234.56, 12_345.6, 1_234_567, 3.1234e-5, -0.5, 1e18, .nan, -.infinity].map {
        NumberText.significant($0)
      } == ["0", "2.346", "10", "1235", "12.35k", "1.235M", "3.123e-5", "-0.5", "1e18", "NaN", "-inf"])
    #expect(NumberText.fixed(-0.0001, decimals: 2) == "0.00")
    #expect([90061, 60, 0, -3600].map(NumberText.duration) == ["1d1h1m1s", "1m", "0s", "-1h"])
  }

  /// Random intervals of every size: ticks lie within, ascend evenly, have distinct labels that read back as values.
  @Test func ticksOfRandomIntervals() throws {
    var random = ByteMutator(seed: 11)
    for round in 0..<3000 {
      let magnitude = NumberText.power(of: random.below(40) - 20)
      let low = (Double(random.below(20_001)) - 10_000) * magnitude
      let interval = Interval(low, low + Double(1 + random.below(100_000)) * magnitude / 10)
      let scale: AxisScale = round % 2 == 0 ? .linear : .logarithmic
      let shown = interval.shown(on: scale)
      let most = 2 + random.below(12)
      let ticks = Ticks(in: shown, scale: scale, most: most)
      let values = ticks.major.map(\.value)
      #expect(values.count <= most)
      #expect(values.allSatisfy(shown.contains) && ticks.minor.allSatisfy(shown.contains), "\(shown)")
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
      #expect(Set(ticks.major.map(\.label)).count == values.count, "\(ticks.major.map(\.label)) in \(shown)")
      if most >= 4, scale == .linear { #expect(values.count >= 2, "\(values) in \(shown)") }
      // A step, or for decades a ratio, of 1, 2 or 5 times a power of ten.
      if scale == .linear, values.count > 1 {
        let step = values[1] - values[0]
        let mantissa = step / NumberText.power(of: NumberText.exponent(of: step * 1.0001))
        #expect([1, 2, 5, 10].contains { abs(mantissa - $0) < 1e-3 }, "step \(step) in \(shown)")
      }
    }
  }

  @Test func degenerateIntervalsAreWidened() {
    for (low, high) in [
      (0, 0), (5, 5), (-3, -3), (.nan, .nan), (.infinity, -.infinity), (1e308, -1e308), (1e17, 1e17 + 8),
      (0, .leastNonzeroMagnitude),
    ] as [(Double, Double)] {
      let interval = Interval(low, high)
      #expect(interval.lower < interval.upper && interval.length.isFinite)
      for scale in AxisScale.allCases {
        let shown = interval.shown(on: scale)
        #expect(shown.lower < shown.upper && (scale == .linear || shown.lower > 0), "\(low) \(high)")
        _ = Ticks(in: shown, scale: scale)
        for position in [-0.5, 0, 0.3, 1, 2] { #expect(scale.value(at: position, in: shown).isFinite) }
      }
    }
  }

  @Test(arguments: AxisScale.allCases) func zoomKeepsTheAnchorAndStaysWithinAll(scale: AxisScale) {
    let all = Interval(1, 1000)
    var random = ByteMutator(seed: 3)
    var view = Viewport()
    for _ in 0..<500 {
      let seen = view.x ?? all
      let anchor = scale.value(at: Double(random.below(101)) / 100, in: seen)
      if random.below(2) == 0 {
        let factor = [0.5, 0.8, 1.25, 3][random.below(4)]
        let zoomed = seen.zoomed(by: factor, around: anchor, on: scale)
        let (before, after) = (scale.position(of: anchor, in: seen), scale.position(of: anchor, in: zoomed))
        if zoomed.length > 1e-6 { #expect(abs(before - after) < 1e-3) }
        view = view.zoomedX(by: factor, around: anchor, of: all, on: scale)
      } else {
        view = view.pannedX(by: Double(random.below(21)) / 10 - 1, of: all, on: scale)
      }
      let now = view.x ?? all
      #expect(now.lower >= all.lower * 0.999_999 && now.upper <= all.upper * 1.000_001 && now.lower < now.upper)
    }
    #expect(Viewport(x: Interval(10, 20)).zoomedX(by: 1e9, of: all) == Viewport())
  }
}
