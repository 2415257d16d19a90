#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A stretch of an axis in data coordinates: finite, and never so narrow that its ends cannot be told apart.
public struct Interval: Hashable, Sendable {
  /// The least value.
  public let lower: Double
  /// The greatest value; more than `lower`.
  public let upper: Double

  /// The stretch between two values in either order.
  ///
  /// Values that are not finite count as 0, huge ones are cut at 1e300. A stretch without length, or shorter than twelve
  /// digits can tell, is widened around its middle.
  public init(_ a: Double, _ b: Double) {
    func tame(_ value: Double) -> Double { value.isFinite ? min(1e300, max(-1e300, value)) : 0 }
    let (low, high) = (min(tame(a), tame(b)), max(tame(a), tame(b)))
    let magnitude = max(abs(low), abs(high))
    if low == high {
      let half = magnitude == 0 ? 1 : max(magnitude / 2, 1e-300)
      (lower, upper) = (low - half, high + half)
    } else if high - low < max(magnitude * 1e-12, 1e-300) {
      let middle = low / 2 + high / 2
      let half = max(magnitude * 1e-12, 1e-300)
      (lower, upper) = (middle - half, middle + half)
    } else {
      (lower, upper) = (low, high)
    }
  }

  /// Its length.
  public var length: Double { upper - lower }

  /// Whether a value lies within, the ends included.
  public func contains(_ value: Double) -> Bool { value >= lower && value <= upper }

  /// The part that a scale can show: a logarithmic one needs values above zero, so that what reaches below begins at
  /// `leastPositive`, or a thousandth of the upper end.
  public func shown(on scale: AxisScale, leastPositive: Double = .infinity) -> Interval {
    guard scale == .logarithmic, lower <= 0 else { return self }
    guard upper > 0 else { return Interval(0.1, 10) }
    let start = leastPositive > 0 && leastPositive < upper ? leastPositive : upper / 1000
    return Interval(max(start, 1e-290), upper).positive
  }

  /// The interval with a margin on both sides, as a share of its length on the scale.
  func padded(by share: Double, on scale: AxisScale) -> Interval {
    Interval(scale.value(at: -share, in: self), scale.value(at: 1 + share, in: self)).shown(on: scale)
  }

  /// The interval, `factor` times as long on the scale; the anchor keeps its place on the chart.
  ///
  /// - Parameters:
  ///   - factor: below 1 looks closer, above 1 from farther off.
  ///   - anchor: a value of the axis; `nil` is the middle.
  public func zoomed(by factor: Double, around anchor: Double? = nil, on scale: AxisScale = .linear) -> Interval {
    guard factor.isFinite, factor > 0 else { return self }
    let place = anchor.map { scale.position(of: $0, in: self) } ?? 0.5
    let fixed = place.isFinite ? place : 0.5
    return Interval(
      scale.value(at: fixed - fixed * factor, in: self), scale.value(at: fixed + (1 - fixed) * factor, in: self)
    ).shown(on: scale)
  }

  /// The interval moved by a share of its length on the scale; 1 moves by a whole chart to greater values.
  public func panned(by share: Double, on scale: AxisScale = .linear) -> Interval {
    guard share.isFinite else { return self }
    return Interval(scale.value(at: share, in: self), scale.value(at: 1 + share, in: self)).shown(on: scale)
  }

  /// The interval moved, and only where it is longer cut, so that it lies within another.
  public func kept(within whole: Interval, on scale: AxisScale = .linear) -> Interval {
    let (start, end) = (scale.position(of: lower, in: whole), scale.position(of: upper, in: whole))
    guard start.isFinite, end.isFinite, end - start < 1 else { return whole }
    if start < 0 { return Interval(whole.lower, scale.value(at: end - start, in: whole)) }
    if end > 1 { return Interval(scale.value(at: 1 - (end - start), in: whole), whole.upper) }
    return self
  }

  /// Rounding must not turn a positive interval into one that reaches zero.
  private var positive: Interval { lower > 0 ? self : Interval(upper / 1000, upper) }
}

/// How values are laid along an axis.
public enum AxisScale: String, Hashable, Sendable, CaseIterable {
  /// Equal steps take equal room.
  case linear
  /// Equal factors take equal room; only values above zero have a place.
  case logarithmic

  /// Where a value lies: 0 at the interval's lower end, 1 at its upper. NaN where the scale has no place for it.
  ///
  /// On a logarithmic scale the interval must lie above zero (see `Interval.shown`).
  public func position(of value: Double, in interval: Interval) -> Double {
    switch self {
    case .linear: (value - interval.lower) / interval.length
    case .logarithmic:
      value > 0 ? log(value / interval.lower) / log(interval.upper / interval.lower) : .nan
    }
  }

  /// The value at a place, 0 being the interval's lower end and 1 its upper.
  public func value(at position: Double, in interval: Interval) -> Double {
    switch self {
    case .linear: interval.lower + position * interval.length
    case .logarithmic:
      min(1e300, max(1e-300, interval.lower * exp(position * log(interval.upper / interval.lower))))
    }
  }
}

/// What part of its data a chart shows; zooming and panning give another value.
public struct Viewport: Hashable, Sendable {
  /// The part of the horizontal axis; `nil` shows all.
  public var x: Interval?
  /// The part of the vertical axis; `nil` fits what is visible between the ends of the horizontal one.
  public var y: Interval?

  /// Everything, or a part.
  public init(x: Interval? = nil, y: Interval? = nil) {
    self.x = x
    self.y = y
  }

  /// Looks closer (`factor` below 1) or from farther off along the horizontal axis; never beyond all there is.
  public func zoomedX(
    by factor: Double, around anchor: Double? = nil, of all: Interval, on scale: AxisScale = .linear
  ) -> Viewport {
    let next = (x ?? all).zoomed(by: factor, around: anchor, on: scale).kept(within: all, on: scale)
    return Viewport(x: next == all ? nil : next, y: y)
  }

  /// Moves along the horizontal axis by a share of what is seen; stops at the ends of all there is.
  public func pannedX(by share: Double, of all: Interval, on scale: AxisScale = .linear) -> Viewport {
    guard let x else { return self }
    return Viewport(x: x.panned(by: share, on: scale).kept(within: all, on: scale), y: y)
  }
}
