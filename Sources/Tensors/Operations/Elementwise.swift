/// A function applied to every element.
public enum Activation: Sendable, Hashable, CaseIterable {
  /// `x * sigmoid(x)`.
  case silu
  /// `x * normalCDF(x)`, exact.
  case gelu
  /// The tanh approximation of GELU.
  case geluTanh
  /// `x * sigmoid(1.702 x)`.
  case geluQuick
  /// `max(x, 0)`.
  case relu
  /// `max(x, 0)^2`.
  case reluSquared
  /// Hyperbolic tangent.
  case tanh
  /// Logistic function.
  case sigmoid
}

extension Tensor {
  /// Element by element `x + y`.
  public static func + (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try checkPair("add", x, y)
    return try x.backend.add(x, y)
  }

  /// Element by element `x * y`.
  public static func * (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try checkPair("multiply", x, y)
    return try x.backend.multiply(x, y)
  }

  /// Every element times a number.
  public func scaled(by factor: Float) throws(TensorError) -> Tensor {
    try check("scaled", "x", isFloat32: self)
    return try backend.scale(self, by: factor)
  }

  /// Every element through an activation function.
  public func activated(_ activation: Activation) throws(TensorError) -> Tensor {
    try check("activated", "x", isFloat32: self)
    return try backend.activate(self, activation)
  }

  /// `activation(self) * up`.
  public func activated(_ activation: Activation, times up: Tensor) throws(TensorError) -> Tensor {
    try Tensor.checkPair("activated", self, up)
    return try backend.activateMultiply(gate: self, up: up, activation)
  }

  @inline(__always)
  private static func checkPair(_ operation: StaticString, _ x: Tensor, _ y: Tensor) throws(TensorError) {
    try check(operation, "x", isFloat32: x)
    try check(operation, "y", isFloat32: y)
    guard x.shape == y.shape else { throw .shape("\(operation)", "y", expected: Array(x.shape), got: y.shape) }
  }
}
