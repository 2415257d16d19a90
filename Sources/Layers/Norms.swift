public import Checkpoints
public import Tensors

/// Root-mean-square norm of rows: `x / sqrt(mean(x^2) + epsilon) * (weight + weightOffset)`.
public struct RMSNorm: Sendable {
  /// The norm as products take it with their input.
  let rows: RowNorm

  /// Reads `weight [width]`; an offset of 1 gives Gemma's `1 + weight`.
  public init(
    _ scope: ParameterScope, _ width: Int, epsilon: Float, weightOffset: Float = 0
  ) throws(TensorError) {
    let weight = try scope.tensor("weight", [width], as: .f32)
    rows = RowNorm(weight: weight, weightOffset: weightOffset, epsilon: epsilon)
  }

  /// The norm of each row of `x [..., width]`.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor { try x.rmsNorm(rows) }
}

/// Norm of rows to mean 0 and variance 1, times `weight`, plus `bias`.
public struct LayerNorm: Sendable {
  let weight: Tensor
  let bias: Tensor?
  let epsilon: Float

  /// Reads `weight [width]` and, by `bias`, `bias [width]`.
  public init(
    _ scope: ParameterScope, _ width: Int, epsilon: Float, bias: BiasRule = .required
  ) throws(TensorError) {
    weight = try scope.tensor("weight", [width], as: .f32)
    self.bias = bias.applies(in: scope) ? try scope.tensor("bias", [width], as: .f32) : nil
    self.epsilon = epsilon
  }

  /// The norm of each row of `x [..., width]`.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.layerNorm(weight: weight, bias: bias, epsilon: epsilon)
  }
}
