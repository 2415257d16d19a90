import CKernels

extension CPUBackend {
  /// Elements are shared out among the threads.
  public func add(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try forElements(x, y, cost: 1) { left, right, target, count in kernels.add(left, right, target, count) }
  }

  /// Elements are shared out among the threads.
  public func multiply(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try forElements(x, y, cost: 1) { left, right, target, count in kernels.multiply(left, right, target, count) }
  }

  /// Elements are shared out among the threads.
  public func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor {
    try forElements(x, x, cost: 1) { source, _, target, count in kernels.scale(source, factor, target, count) }
  }

  /// Elements are shared out among the threads.
  public func activate(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    let kind = activation.kernelValue
    return try forElements(x, x, cost: 8) { source, _, target, count in
      kernels.activate(kind, source, target, count)
    }
  }

  /// Elements are shared out among the threads.
  public func activateMultiply(gate: Tensor, up: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    let kind = activation.kernelValue
    return try forElements(gate, up, cost: 8) { gate, up, target, count in
      kernels.activate_multiply(kind, gate, up, target, count)
    }
  }

  /// Runs an element kernel over all elements; `cost` is in steps per element.
  private func forElements(
    _ x: Tensor, _ y: Tensor, cost: Int,
    _ kernel: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) throws(TensorError) -> Tensor {
    let out = try allocate(x.shape, .f32)
    let (left, right, target) = (floats(x), floats(y), floats(out))
    // Pieces of 64 elements: threads never write to one cache line.
    let count = x.elementCount
    let pieces = (count + 63) / 64
    threads.run(pieces, grain: grain(items: pieces, cost: 64 * cost)) { begin, end, _ in
      let (first, last) = (begin * 64, min(end * 64, count))
      kernel(left + first, right + first, target + first, last - first)
    }
    withExtendedLifetime((x, y)) {}
    return out
  }
}
