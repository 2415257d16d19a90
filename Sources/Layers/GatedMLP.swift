public import Checkpoints
public import Tensors

/// The gated MLP: `down(activation(gate(x)) * up(x))`. Source: "GLU variants improve transformer" (Shazeer 2020).
public struct GatedMLP: Sendable {
  let gate: Linear
  let up: Linear
  let down: Linear
  let activation: Activation

  /// Reads `gate_proj`, `up_proj` and `down_proj`.
  public init(
    _ scope: ParameterScope, _ hiddenSize: Int, _ intermediateSize: Int, activation: Activation,
    bias: BiasRule = .absent
  ) throws(TensorError) {
    gate = try Linear(scope["gate_proj"], hiddenSize, intermediateSize, bias: bias)
    up = try Linear(scope["up_proj"], hiddenSize, intermediateSize, bias: bias)
    down = try Linear(scope["down_proj"], intermediateSize, hiddenSize, bias: bias)
    self.activation = activation
  }

  /// `x [tokens, hiddenSize]` to the same shape.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try down(x.gatedLinear(gate: gate.projection, up: up.projection, activation: activation))
  }

  /// The residual branch of a pre-norm block: `x + mlp(norm(x))`.
  public func residual(_ x: Tensor, norm: RMSNorm) throws(TensorError) -> Tensor {
    let hidden = try x.gatedLinear(norm: norm.rows, gate: gate.projection, up: up.projection, activation: activation)
    return try hidden.linear(down.projection, addedTo: x)
  }
}
