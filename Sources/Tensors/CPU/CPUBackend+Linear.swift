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

  /// Rows are shared out among the threads; who has computed some adds them to the residual.
  public func linear(
    _ x: Tensor, _ projection: Projection, addedTo residual: Tensor?
  ) throws(TensorError) -> Tensor {
    let out = try allocate(Shape(x.shape[0], projection.weight.rows), .f32)
    let input = try ProductInput(x, norm: nil, for: [projection], on: self)
    let job = job(projection, out)
    let added = residual.map { floats($0) }
    run(rows: job.rows, cost: job.columns * job.tokens) { first, last, thread in
      multiply(job, input, first, last, thread)
      guard let added else { return }
      for token in 0..<job.tokens {
        let start = token * job.rows + first
        kernels.add(job.out + start, added + start, job.out + start, last - first)
      }
    }
    withExtendedLifetime((x, projection, residual)) {}
    return out
  }

  /// The rows of all weights are shared out together.
  public func linear(
    _ x: Tensor, norm: RowNorm?, _ projections: [Projection]
  ) throws(TensorError) -> [Tensor] {
    var outputs: [Tensor] = []
    outputs.reserveCapacity(projections.count)
    for projection in projections { outputs.append(try allocate(Shape(x.shape[0], projection.weight.rows), .f32)) }
    let input = try ProductInput(x, norm: norm, for: projections, on: self)
    withUnsafeTemporaryAllocation(of: matmul_job.self, capacity: projections.count) { jobs in
      var rows = 0
      for (index, projection) in projections.enumerated() {
        jobs.initializeElement(at: index, to: job(projection, outputs[index]))
        rows += wholeSteps(projection.weight.rows)
      }
      // Rows are numbered through, from a whole step for each weight.
      run(rows: rows, cost: x.shape[0] * x.shape[1]) { first, last, thread in
        var offset = 0
        for job in jobs {
          let (low, high) = (max(first - offset, 0), min(last - offset, job.rows))
          if low < high { multiply(job, input, low, high, thread) }
          offset += wholeSteps(job.rows)
        }
      }
    }
    withExtendedLifetime((x, norm, projections)) {}
    return outputs
  }

  /// A thread that has computed rows of both products applies the activation to them while they are in its cache.
  public func gatedLinear(
    _ x: Tensor, norm: RowNorm?, gate: Projection, up: Projection, _ activation: Activation
  ) throws(TensorError) -> Tensor {
    let (tokens, rows) = (x.shape[0], gate.weight.rows)
    let out = try allocate(Shape(tokens, rows), .f32)
    let other = try allocate(Shape(tokens, rows), .f32)
    let input = try ProductInput(x, norm: norm, for: [gate, up], on: self)
    let (gateJob, upJob) = (job(gate, out), job(up, other))
    let kind = activation.kernelValue
    run(rows: rows, cost: 2 * gateJob.columns * tokens) { first, last, thread in
      multiply(gateJob, input, first, last, thread)
      multiply(upJob, input, first, last, thread)
      for token in 0..<tokens {
        let start = token * rows + first
        kernels.activate_multiply(kind, gateJob.out + start, upJob.out + start, gateJob.out + start, last - first)
      }
    }
    withExtendedLifetime((x, norm, gate, up, other)) {}
    return out
  }

  // MARK: Jobs

  private var rowStep: Int { Int(MATMUL_ROW_STEP) }

  @inline(__always)
  private func wholeSteps(_ rows: Int) -> Int { (rows + rowStep - 1) / rowStep * rowStep }

  /// A product but for its activations.
  private func job(_ projection: Projection, _ out: Tensor) -> matmul_job {
    let weight = projection.weight
    let packed = weight.packed.map { unsafeDowncast($0, to: HostStorage.self).pointer }
    return matmul_job(
      type: weight.source.elementType.kernelType, weights: packed ?? host(weight.source),
      row_bytes: weight.source.rowBytes, rows: weight.rows, columns: weight.columns, tokens: out.shape[0], x: nil,
      x_stride: 0, quantized: quantized_activations(), bias: projection.bias.map { UnsafePointer(floats($0)) },
      out: floats(out), out_stride: weight.rows)
  }

  /// Shares out rows in whole steps; `cost` is that of a row.
  @inline(__always)
  private func run(rows: Int, cost: Int, _ work: (_ first: Int, _ last: Int, _ thread: Int) -> Void) {
    let steps = (rows + rowStep - 1) / rowStep
    threads.run(steps, grain: grain(items: steps, cost: rowStep * cost)) { begin, end, thread in
      work(begin * rowStep, min(end * rowStep, rows), thread)
    }
  }

  @inline(__always)
  private func multiply(_ job: matmul_job, _ input: ProductInput, _ first: Int, _ last: Int, _ thread: Int) {
    var job = job
    input.fill(&job, thread: thread)
    if element_block_length(job.type) > 1 {
      kernels.matmul_quantized(&job, first, last)
    } else {
      kernels.matmul_float(&job, first, last)
    }
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
