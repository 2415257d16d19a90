extension Tensor {
  /// Rows `indices` of a table `self [rows, width]` of any float or block type, as F32 `[indices.count, width]`.
  ///
  /// - Throws: `TensorError` naming the first index outside the table.
  public func gather(_ indices: [Int32]) throws(TensorError) -> Tensor {
    guard shape.count == 2 else { throw .shape("gather", "table", expected: [nil, nil], got: shape) }
    guard elementType.isFloat || elementType.isQuantized else {
      throw .type("gather", "table", expected: "a float or block type", got: elementType)
    }
    for index in indices where index < 0 || Int(index) >= shape[0] {
      throw TensorError(operation: "gather", argument: "index", expected: "0..<\(shape[0])", got: "\(index)")
    }
    return try backend.gather(self, indices)
  }

  /// A range of the outermost dimension, sharing storage.
  public func rows(_ range: Range<Int>) throws(TensorError) -> Tensor {
    guard shape.count > 0, range.lowerBound >= 0, range.upperBound <= shape[0] else {
      throw TensorError(operation: "rows", argument: "range", expected: "within \(shape)", got: "\(range)")
    }
    var parts = Array(shape)
    let stride = shape.count == 1 ? elementType.blockBytes : elementType.byteCount(shape: Array(parts.dropFirst())) ?? 0
    parts[0] = range.count
    guard let sliced = Shape(exactly: parts), shape.count > 1 || !elementType.isQuantized else {
      throw .shape("rows", "x", expected: [nil, nil], got: shape)
    }
    return Tensor(
      shape: sliced, elementType: elementType, byteOffset: byteOffset + range.lowerBound * stride, storage: storage)
  }

  /// The same elements in another shape, sharing storage.
  public func reshaped(_ shape: Shape) throws(TensorError) -> Tensor {
    let rowsStayWhole = !elementType.isQuantized || shape.width % elementType.blockLength == 0
    guard shape.elementCount == elementCount, rowsStayWhole else {
      throw TensorError(
        operation: "reshaped", argument: "shape", expected: "\(elementCount) elements in rows of whole blocks",
        got: "\(shape)")
    }
    return Tensor(shape: shape, elementType: elementType, byteOffset: byteOffset, storage: storage)
  }

  /// The elements in another type: any float or block type to F32; F32 to any type that `canBeWritten`.
  ///
  /// F16, BF16 and Q8_0 are rounded to nearest, ties to even. The other block types get the scales that a search finds
  /// for the least squared error, large elements weighing more: it takes tens of nanoseconds an element, so it is for
  /// weights. Values beyond a type's reach become infinities or NaN; infinities and NaN may be lost in blocks.
  public func converted(to type: ElementType) throws(TensorError) -> Tensor {
    if type == elementType { return self }
    let fromFloat = elementType == .f32 && type.canBeWritten
    let toFloat = type == .f32 && (elementType.isFloat || elementType.isQuantized)
    guard fromFloat || toFloat else {
      throw .type(
        "converted", "type", expected: "a conversion to F32, or of F32 to a type that can be written", got: type)
    }
    guard shape.width % type.blockLength == 0 else {
      throw .shape("converted", "x", expected: [nil, type.blockLength], got: shape)
    }
    return try backend.convert(self, to: type)
  }

  /// The rows of several F32 matrices of one width, one after the other.
  public static func concatenated(_ parts: [Tensor]) throws(TensorError) -> Tensor {
    guard let first = parts.first else {
      throw TensorError(operation: "concatenated", argument: "parts", expected: "at least one", got: "none")
    }
    for part in parts {
      try check("concatenated", "parts", isFloat32Matrix: part)
      guard part.shape[1] == first.shape[1] else {
        throw .shape("concatenated", "parts", expected: [nil, first.shape[1]], got: part.shape)
      }
    }
    return try first.backend.concatenate(parts)
  }
}

extension Backend {
  /// An F32 tensor with these elements.
  public func tensor(_ elements: [Float], shape: Shape) throws(TensorError) -> Tensor {
    guard shape.elementCount == elements.count else {
      throw .shape("tensor", "elements", expected: [shape.elementCount], got: Shape(elements.count))
    }
    let result = elements.withUnsafeBytes { bytes in
      Result { () throws(TensorError) in try tensor(copying: bytes, shape: shape, elementType: .f32) }
    }
    return try result.get()
  }
}
