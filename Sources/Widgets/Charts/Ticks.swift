/// What the numbers of an axis are.
public enum AxisUnit: Hashable, Sendable {
  /// Plain numbers: `0`, `2.5`, `1.2M`, `3e-4`.
  case number
  /// Seconds of a duration: `30s`, `1h30m`.
  case duration
}

/// A marked value of an axis.
public struct Tick: Hashable, Sendable {
  /// The value.
  public var value: Double
  /// How it is written.
  public var label: String
}

/// The marked values of an axis: labelled ones, and the small ones between them on a logarithmic scale.
public struct Ticks: Hashable, Sendable {
  /// The labelled values, ascending, all within the interval.
  public var major: [Tick] = []
  /// Marks without labels.
  public var minor: [Double] = []

  /// The densest ticks at round numbers whose labels have room.
  ///
  /// Steps are 1, 2 or 5 times a power of ten; of durations whole seconds, minutes, hours and days; on a logarithmic
  /// scale powers of ten, with multiples of them where there is room, and even steps where less than a power of ten is
  /// in sight.
  ///
  /// - Parameters:
  ///   - most: more ticks than this are not wanted, room or not.
  ///   - fits: whether labels at these values do not touch each other.
  public init(
    in interval: Interval, scale: AxisScale = .linear, unit: AxisUnit = .number, most: Int = 8,
    fits: ([Tick]) -> Bool = { _ in true }
  ) {
    guard most > 0 else { return }
    if scale == .logarithmic, interval.lower > 0 {
      self = Ticks(logarithmicIn: interval, unit: unit, most: most, fits: fits)
    } else {
      major = Ticks.even(in: interval, unit: unit, most: most, fits: fits)
    }
  }

  private init(logarithmicIn interval: Interval, unit: AxisUnit, most: Int, fits: ([Tick]) -> Bool) {
    let first = NumberText.exponent(of: interval.lower)
    let last = NumberText.exponent(of: interval.upper)
    let decades = first...max(first, last)
    func values(_ mantissas: [Double], every stride: Int = 1) -> [Double] {
      decades.filter { $0 % stride == 0 }.flatMap { decade in mantissas.map { $0 * NumberText.power(of: decade) } }
        .filter(interval.contains)
    }
    if decades.count <= 12 { minor = values([2, 3, 4, 5, 6, 7, 8, 9]) } else { minor = values([1]) }
    var candidates = decades.count <= 2 ? [values([1, 2, 3, 4, 5, 6, 7, 8, 9]), values([1, 2, 3, 5, 7])] : []
    if decades.count <= 4 { candidates.append(values([1, 2, 5])) }
    candidates += [1, 2, 3, 5, 10, 20, 50, 100, 200].map { values([1], every: $0) }
    for candidate in candidates where candidate.count >= 2 && candidate.count <= most {
      let ticks = Ticks.labelled(candidate, unit: unit, NumberText.logarithmicLabels(of: candidate))
      if fits(ticks) {
        major = ticks
        minor.removeAll(where: candidate.contains)
        return
      }
    }
    major = Ticks.even(in: interval, unit: unit, most: most, fits: fits)
    minor.removeAll(where: major.map(\.value).contains)
  }

  /// The finest even ticks that fit.
  private static func even(in interval: Interval, unit: AxisUnit, most: Int, fits: ([Tick]) -> Bool) -> [Tick] {
    var best: [Tick] = []
    for step in steps(from: interval.length / Double(most), unit: unit) {
      let first = (interval.lower / step.size).rounded(.up)
      let last = (interval.upper / step.size).rounded(.down)
      let count = last - first + 1
      guard count <= Double(most) else { continue }
      guard count >= 1 else { break }
      let values = (0..<Int(count)).map { step.value(first + Double($0)) }.filter(interval.contains)
      let ticks = labelled(values, unit: unit, NumberText.labels(of: values, step: step.size))
      if fits(ticks) {
        best = ticks
        break
      }
    }
    return best
  }

  private static func labelled(_ values: [Double], unit: AxisUnit, _ labels: [String]) -> [Tick] {
    zip(values, labels).map { Tick(value: $0, label: unit == .duration ? NumberText.duration($0) : $1) }
  }

  /// A step with the way to multiply it that rounds only once: 3 steps of 0.1 are 0.3.
  private struct Step {
    var mantissa: Double
    var exponent = 0
    var size: Double { value(1) }
    func value(_ count: Double) -> Double {
      exponent >= 0
        ? count * mantissa * NumberText.power(of: exponent) : count * mantissa / NumberText.power(of: -exponent)
    }
  }

  private static func steps(from least: Double, unit: AxisUnit) -> [Step] {
    let start = NumberText.exponent(of: least)
    var steps: [Step] = []
    if unit == .duration, least > 0.5 {
      let seconds: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172_800, 604_800,
      ]
      steps = seconds.map { Step(mantissa: $0) }
      for exponent in 1...13 { steps += [1, 2, 5].map { Step(mantissa: $0 * 86400, exponent: exponent) } }
      return steps.filter { $0.size >= least }
    }
    // From the step below on: as many steps as wanted may be a little shorter than their share of the length.
    for exponent in start - 1...start + 3 { steps += [1, 2, 5].map { Step(mantissa: $0, exponent: exponent) } }
    return steps
  }
}
