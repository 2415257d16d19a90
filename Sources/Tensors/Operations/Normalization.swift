extension Tensor {
  /// Root-mean-square norm of each row: `x / sqrt(mean(x^2) + epsilon) * (weight + weightOffset)`.
  ///
  /// Source: Zhang and Sennrich 2019; the offset is Gemma's.
  public func rmsNorm(
    weight: Tensor?, weightOffset: Float = 0, epsilon: Float
  ) throws(TensorError) -> Tensor {
    try check("rmsNorm", "x", isFloat32: self)
    try check("rmsNorm", "weight", weight, isVectorOf: shape.width)
    return try backend.rmsNorm(self, weight: weight, weightOffset: weightOffset, epsilon: epsilon)
  }

  /// `self + y` and the root-mean-square norm of that sum, in one pass.
  public func addRMSNorm(
    _ y: Tensor, weight: Tensor?, weightOffset: Float = 0, epsilon: Float
  ) throws(TensorError) -> (sum: Tensor, norm: Tensor) {
    try check("addRMSNorm", "x", isFloat32: self)
    try check("addRMSNorm", "y", isFloat32: y)
    guard shape == y.shape else { throw .shape("addRMSNorm", "y", expected: Array(shape), got: y.shape) }
    try check("addRMSNorm", "weight", weight, isVectorOf: shape.width)
    return try backend.addRMSNorm(self, y, weight: weight, weightOffset: weightOffset, epsilon: epsilon)
  }

  /// Each row to mean 0 and variance 1 (`epsilon` added to the variance), times `weight`, plus `bias`.
  ///
  /// Source: Ba, Kiros and Hinton 2016.
  public func layerNorm(weight: Tensor?, bias: Tensor?, epsilon: Float) throws(TensorError) -> Tensor {
    try check("layerNorm", "x", isFloat32: self)
    try check("layerNorm", "weight", weight, isVectorOf: shape.width)
    try check("layerNorm", "bias", bias, isVectorOf: shape.width)
    return try backend.layerNorm(self, weight: weight, bias: bias, epsilon: epsilon)
  }
}
