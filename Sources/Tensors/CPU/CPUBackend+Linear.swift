import CKernels

extension CPUBackend {
  /// Packs the weight where the kernels read another order than the file's.
  public func prepare(_ weight: Tensor) throws(TensorError) -> LinearWeight {
    guard weight.shape.count == 2 else {
      throw .shape("prepare", "weight", expected: [nil, nil], got: weight.shape)
    }
    let type = weight.elementType
    guard type.isFloat || type.isQuantized else {
      throw .type("prepare", "weight", expected: "a float or block type", got: type)
    }
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    let bytes = kernels.packed_bytes(type.kernelType, rows, columns)
    guard bytes > 0 else { return LinearWeight(source: weight, packed: nil) }
    let packed = try lastingStorage(bytes)
    let (source, target, rowBytes) = (host(weight), packed.pointer, weight.rowBytes)
    let steps = (rows + rowStep - 1) / rowStep
    threads.run(steps, grain: grain(items: steps, cost: rowStep * columns)) { begin, end, _ in
      let (first, last) = (begin * rowStep, min(end * rowStep, rows))
      let offset = first == 0 ? 0 : kernels.packed_bytes(type.kernelType, first, columns)
      kernels.pack(type.kernelType, source + first * rowBytes, rowBytes, last - first, columns, target + offset)
    }
    withExtendedLifetime(weight) {}
    return LinearWeight(source: weight, packed: packed)
  }

  /// Rows are shared out among the threads.
  public func linear(_ x: Tensor, _ projection: Projection) throws(TensorError) -> Tensor {
    let out = try allocate(Shape(x.shape[0], projection.weight.rows), .f32)
    let quantized = try quantize(x, for: projection)
    var job = job(x, projection, quantized, out: out)
    withUnsafeMutablePointer(to: &job) { run(UnsafeMutableBufferPointer(start: $0, count: 1)) }
    withExtendedLifetime((x, quantized)) {}
    return out
  }

  /// Activations are quantised once, and the rows of all weights are shared out together.
  public func linear(_ x: Tensor, _ projections: [Projection]) throws(TensorError) -> [Tensor] {
    var outputs: [Tensor] = []
    outputs.reserveCapacity(projections.count)
    var quantized: HostStorage?
    for projection in projections {
      outputs.append(try allocate(Shape(x.shape[0], projection.weight.rows), .f32))
      if quantized == nil { quantized = try quantize(x, for: projection) }
    }
    withUnsafeTemporaryAllocation(of: matmul_job.self, capacity: projections.count) { jobs in
      for (index, projection) in projections.enumerated() {
        jobs.initializeElement(at: index, to: job(x, projection, quantized, out: outputs[index]))
      }
      run(jobs)
    }
    withExtendedLifetime((x, quantized)) {}
    return outputs
  }

  /// A thread that has computed rows of both products applies the activation to them while they are in its cache.
  public func gatedLinear(
    _ x: Tensor, gate: Projection, up: Projection, _ activation: Activation
  ) throws(TensorError) -> Tensor {
    let (tokens, rows) = (x.shape[0], gate.weight.rows)
    let out = try allocate(Shape(tokens, rows), .f32)
    let other = try allocate(Shape(tokens, rows), .f32)
    var quantized = try quantize(x, for: gate)
    if quantized == nil { quantized = try quantize(x, for: up) }
    var jobs = (job(x, gate, quantized, out: out), job(x, up, quantized, out: other))
    let kind = activation.kernelValue
    let steps = (rows + rowStep - 1) / rowStep
    let grain = grain(items: steps, cost: 2 * rowStep * gate.weight.columns * tokens)
    withUnsafeMutablePointer(to: &jobs) { pair in
      let gateJob = UnsafeMutableRawPointer(pair).assumingMemoryBound(to: matmul_job.self)
      threads.run(steps, grain: grain) { begin, end, _ in
        let (first, last) = (begin * rowStep, min(end * rowStep, rows))
        multiply(gateJob, first, last)
        multiply(gateJob + 1, first, last)
        for token in 0..<tokens {
          let start = token * rows + first
          let target = gateJob.pointee.out! + start
          kernels.activate_multiply(kind, target, (gateJob + 1).pointee.out! + start, target, last - first)
        }
      }
    }
    withExtendedLifetime((x, other, quantized)) {}
    return out
  }

  // MARK: Jobs

  private var rowStep: Int { Int(MATMUL_ROW_STEP) }

  /// Activations rounded to 8 bits, when the weight is of a block type: values, then scales, then sums.
  private func quantize(_ x: Tensor, for projection: Projection) throws(TensorError) -> HostStorage? {
    guard projection.weight.source.elementType.isQuantized else { return nil }
    let (tokens, columns) = (x.shape[0], x.shape[1])
    let layout = QuantizedLayout(tokens: tokens, columns: columns)
    let storage = try storage(layout.bytes)
    let activations = layout.view(storage.pointer)
    let source = floats(x)
    threads.run(tokens, grain: grain(items: tokens, cost: columns)) { begin, end, _ in
      for token in begin..<end {
        kernels.quantize_activations(
          source + token * columns, columns, UnsafeMutablePointer(mutating: activations.values!) + token * columns,
          UnsafeMutablePointer(mutating: activations.scales!) + token * (columns / 32),
          UnsafeMutablePointer(mutating: activations.sums!) + token * (columns / 16))
      }
    }
    return storage
  }

  private func job(_ x: Tensor, _ projection: Projection, _ quantized: HostStorage?, out: Tensor) -> matmul_job {
    let weight = projection.weight
    let (tokens, columns) = (x.shape[0], x.shape[1])
    let packed = weight.packed.map { unsafeDowncast($0, to: HostStorage.self).pointer }
    let activations = quantized.map { QuantizedLayout(tokens: tokens, columns: columns).view($0.pointer) }
    return matmul_job(
      type: weight.source.elementType.kernelType, weights: packed ?? host(weight.source),
      row_bytes: weight.source.rowBytes, rows: weight.rows, columns: columns, tokens: tokens, x: floats(x),
      x_stride: columns, quantized: activations ?? quantized_activations(),
      bias: projection.bias.map { UnsafePointer(floats($0)) }, out: floats(out), out_stride: weight.rows)
  }

  /// Runs jobs of the same activations as one: their row steps are numbered through.
  private func run(_ jobs: UnsafeMutableBufferPointer<matmul_job>) {
    guard let first = jobs.first else { return }
    let step = rowStep
    let steps = jobs.reduce(0) { $0 + ($1.rows + step - 1) / step }
    let grain = grain(items: steps, cost: step * first.columns * first.tokens)
    threads.run(steps, grain: grain) { begin, end, _ in
      var offset = 0
      for index in jobs.indices {
        let rows = jobs[index].rows
        let low = max(begin - offset, 0) * step
        let high = min((end - offset) * step, rows)
        if low < high { multiply(jobs.baseAddress! + index, low, high) }
        offset += (rows + step - 1) / step
      }
    }
  }

  @inline(__always)
  private func multiply(_ job: UnsafePointer<matmul_job>, _ begin: Int, _ end: Int) {
    if element_block_length(job.pointee.type) > 1 {
      kernels.matmul_quantized(job, begin, end)
    } else {
      kernels.matmul_float(job, begin, end)
    }
  }
}

/// Where the parts of quantised activations lie in one block of memory.
private struct QuantizedLayout {
  let scales: Int
  let sums: Int
  let bytes: Int

  init(tokens: Int, columns: Int) {
    scales = (tokens * columns + 63) / 64 * 64
    sums = scales + (tokens * (columns / 32) * 4 + 63) / 64 * 64
    bytes = sums + tokens * (columns / 16) * 2
  }

  func view(_ base: UnsafeMutableRawPointer) -> quantized_activations {
    quantized_activations(
      values: base.assumingMemoryBound(to: Int8.self), scales: (base + scales).assumingMemoryBound(to: Float.self),
      sums: (base + sums).assumingMemoryBound(to: Int16.self))
  }
}

extension Activation {
  /// The kernels' number for this function.
  var kernelValue: activation {
    switch self {
    case .silu: ACTIVATION_SILU
    case .gelu: ACTIVATION_GELU
    case .geluTanh: ACTIVATION_GELU_TANH
    case .geluQuick: ACTIVATION_GELU_QUICK
    case .relu: ACTIVATION_RELU
    case .reluSquared: ACTIVATION_RELU_SQUARED
    case .tanh: ACTIVATION_TANH
    case .sigmoid: ACTIVATION_SIGMOID
    }
  }
}
