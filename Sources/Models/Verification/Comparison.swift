/// How far an output is from what was expected.
public struct Comparison: Sendable, Hashable {
  /// The largest absolute difference; infinite when one side is not a number.
  public let largestAbsolute: Double
  /// The largest difference relative to the expected element, over elements that are not 0.
  public let largestRelative: Double
  /// Whether every element is within the tolerance.
  public let passes: Bool
  /// What does not fit at all, such as the shape; nil when elements could be compared.
  public let fault: String?

  /// Compares element by element; integers must be equal.
  public init(
    _ actual: ReferenceValue?, with expected: ReferenceValue, tolerance: (absolute: Double, relative: Double)
  ) {
    guard let actual else {
      self.init(fault: "not computed by the runtime")
      return
    }
    guard actual.shape == expected.shape else {
      self.init(fault: "expected shape \(expected.shape), got \(actual.shape)")
      return
    }
    switch (actual.elements, expected.elements) {
    case (.integers(let left), .integers(let right)):
      self.init(left.map(Double.init), right.map(Double.init), (0, 0))
    case (.floats(let left), .floats(let right)):
      self.init(left.map(Double.init), right.map(Double.init), tolerance)
    default:
      self.init(fault: "integers on one side and floating-point numbers on the other")
    }
  }

  private init(fault: String) {
    largestAbsolute = .infinity
    largestRelative = .infinity
    passes = false
    self.fault = fault
  }

  private init(_ actual: [Double], _ expected: [Double], _ tolerance: (absolute: Double, relative: Double)) {
    var (absolute, relative, passes) = (0.0, 0.0, actual.count == expected.count)
    for (left, right) in zip(actual, expected) where left != right {
      let difference = (left - right).magnitude
      // Written so that a difference that is not a number fails.
      if !(difference <= tolerance.absolute + tolerance.relative * right.magnitude) { passes = false }
      absolute = max(absolute, difference.isNaN ? .infinity : difference)
      if right != 0 { relative = max(relative, difference.isNaN ? .infinity : difference / right.magnitude) }
    }
    largestAbsolute = absolute
    largestRelative = relative
    self.passes = passes
    fault = nil
  }
}
