public import Checkpoints
public import Tensors

/// Whether a layer has a bias.
public enum BiasRule: Sendable, Hashable {
  /// Never.
  case absent
  /// Always: the checkpoint must have it.
  case required
  /// Where the checkpoint has it.
  case whenPresent

  func applies(in scope: ParameterScope) -> Bool {
    switch self {
    case .absent: false
    case .required: true
    case .whenPresent: scope.contains("bias")
    }
  }
}

/// A linear map: `x [tokens, inputs]` to `[tokens, outputs]`.
public struct Linear: Sendable {
  /// The prepared weight `[outputs, inputs]` and the bias.
  public let projection: Projection

  /// Reads `weight [outputs, inputs]` and, by `bias`, `bias [outputs]`.
  public init(
    _ scope: ParameterScope, _ inputs: Int, _ outputs: Int, bias: BiasRule = .absent
  ) throws(TensorError) {
    let weight = try scope.weight("weight", rows: outputs, columns: inputs)
    let offset = bias.applies(in: scope) ? try scope.tensor("bias", [outputs], as: .f32) : nil
    projection = Projection(weight: weight, bias: offset)
  }

  /// A map by a weight that another layer holds, such as an output head tied to the embedding.
  public init(sharing weight: LinearWeight) { projection = Projection(weight: weight) }

  /// `x · weightᵀ + bias`.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor { try x.linear(projection) }
}
