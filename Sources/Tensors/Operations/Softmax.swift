extension Tensor {
  /// Softmax of each row.
  public func softmax() throws(TensorError) -> Tensor {
    try check("softmax", "x", isFloat32: self)
    return try backend.softmax(self)
  }

  /// The largest element of each row, its first place, and the row's log-sum-exp.
  public func rowStatistics() throws(TensorError) -> [RowStatistics] {
    try check("rowStatistics", "x", isFloat32: self)
    guard shape.width > 0 else { throw .shape("rowStatistics", "x", expected: [nil], got: shape) }
    return backend.rowStatistics(self)
  }
}
