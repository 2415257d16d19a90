extension Tensor {
  /// Root-mean-square norm of each row.
  ///
  /// Source: Zhang and Sennrich 2019; the offset of the weight is Gemma's.
  public func rmsNorm(_ norm: RowNorm) throws(TensorError) -> Tensor {
    try check("rmsNorm", "x", isFloat32: self)
    try check("rmsNorm", "weight", norm.weight, isVectorOf: shape.width)
    return try backend.rmsNorm(self, norm)
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
