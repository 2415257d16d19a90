// Linear maps. How every file of this folder is built: an operation is a method that checks its arguments, lets the
// backend compute and returns the result. Its backward stands below it in the same file: inside a gradient scope the
// operation records, between computing and returning, the closure that turns the gradient of its result into those of
// its arguments; outside such a scope nothing is recorded and the fused forms (several projections at once, gated)
// are what layers call.

extension Tensor {
  /// Multiplies each row by a weight and adds a bias: `self [tokens, columns]` to `[tokens, rows]`.
  ///
  /// Quantised weights multiply activations rounded to 8 bits in blocks of 32; F32, F16 and BF16 weights multiply
  /// float activations. With a residual `[tokens, rows]` the result is added to it.
  public func linear(_ projection: Projection, addedTo residual: Tensor? = nil) throws(TensorError) -> Tensor {
    try checkLinear("linear", projection)
    if let residual {
      try check("linear", "residual", isFloat32: residual)
      guard residual.shape == Shape(shape[0], projection.weight.rows) else {
        throw .shape("linear", "residual", expected: [shape[0], projection.weight.rows], got: residual.shape)
      }
    }
    return try backend.linear(self, projection, addedTo: residual)
  }

  /// Multiplies each row, normed if asked, by several weights at once, as attention does for queries, keys and values.
  public func linear(norm: RowNorm? = nil, _ projections: [Projection]) throws(TensorError) -> [Tensor] {
    for projection in projections { try checkLinear("linear", projection) }
    try check("linear", "norm", norm?.weight, isVectorOf: shape.width)
    return try backend.linear(self, norm: norm, projections)
  }

  /// The hidden values of a gated MLP, `activation(gate(x)) * up(x)`, of rows that are normed if asked: `[tokens, columns]`
  /// to `[tokens, rows]`.
  public func gatedLinear(
    norm: RowNorm? = nil, gate: Projection, up: Projection, activation: Activation
  ) throws(TensorError) -> Tensor {
    try checkLinear("gatedLinear", gate)
    try checkLinear("gatedLinear", up)
    try check("gatedLinear", "norm", norm?.weight, isVectorOf: shape.width)
    guard gate.weight.rows == up.weight.rows else {
      throw .shape("gatedLinear", "up", expected: [gate.weight.rows, nil], got: up.weight.source.shape)
    }
    return try backend.gatedLinear(self, norm: norm, gate: gate, up: up, activation)
  }

  @inline(__always)
  private func checkLinear(_ operation: StaticString, _ projection: Projection) throws(TensorError) {
    try check(operation, "x", isFloat32Matrix: self)
    let weight = projection.weight
    guard shape[1] == weight.columns else {
      throw .shape("\(operation)", "x", expected: [nil, weight.columns], got: shape)
    }
    if let bias = projection.bias {
      guard bias.elementType == .f32, bias.shape == Shape(weight.rows) else {
        throw .shape("\(operation)", "bias", expected: [weight.rows], got: bias.shape)
      }
    }
  }
}

/// Refuses all but matrices of F32.
@inline(__always)
func check(
  _ operation: StaticString, _ argument: StaticString, isFloat32Matrix x: Tensor
) throws(TensorError) {
  guard x.elementType == .f32 else {
    throw .type("\(operation)", "\(argument)", expected: "F32", got: x.elementType)
  }
  guard x.shape.count == 2 else {
    throw .shape("\(operation)", "\(argument)", expected: [nil, nil], got: x.shape)
  }
}

/// Refuses all but F32.
@inline(__always)
func check(_ operation: StaticString, _ argument: StaticString, isFloat32 x: Tensor) throws(TensorError) {
  guard x.elementType == .f32 else {
    throw .type("\(operation)", "\(argument)", expected: "F32", got: x.elementType)
  }
}

/// Refuses all but an F32 vector of this length.
@inline(__always)
func check(
  _ operation: StaticString, _ argument: StaticString, _ x: Tensor?, isVectorOf length: Int
) throws(TensorError) {
  guard let x else { return }
  try check(operation, argument, isFloat32: x)
  guard x.shape == Shape(length) else {
    throw .shape("\(operation)", "\(argument)", expected: [length], got: x.shape)
  }
}
