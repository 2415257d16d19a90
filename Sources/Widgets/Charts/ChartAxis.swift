/// One axis of a chart: what it measures and how it is laid out.
public struct ChartAxis: Hashable, Sendable {
  /// What is measured, with its unit; may be empty.
  public var title: String
  /// How values are laid along it.
  public var scale: AxisScale
  /// What its numbers are.
  public var unit: AxisUnit

  /// Creates an axis.
  public init(_ title: String = "", scale: AxisScale = .linear, unit: AxisUnit = .number) {
    self.title = title
    self.scale = scale
    self.unit = unit
  }

  /// A value of this axis as a reader wants to see it.
  public func text(of value: Double) -> String {
    unit == .duration && value.isFinite && abs(value) >= 1
      ? NumberText.duration(value.rounded()) : NumberText.significant(value)
  }
}

/// A place that several charts point at together, in data coordinates.
public struct Crosshair: Hashable, Sendable {
  /// Along the horizontal axis.
  public var x: Double

  /// Creates a crosshair.
  public init(x: Double) { self.x = x }
}
