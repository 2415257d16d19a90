import CKernels

extension CPUBackend {
  /// Converts the rows asked for.
  public func gather(_ table: Tensor, _ indices: [Int32]) throws(TensorError) -> Tensor {
    let width = table.shape[1]
    let out = try allocate(Shape(indices.count, width), .f32)
    let (type, rowBytes) = (table.elementType.kernelType, table.rowBytes)
    let (source, target) = (host(table), floats(out))
    threads.run(indices.count, grain: grain(items: indices.count, cost: 2 * width)) { begin, end, _ in
      for row in begin..<end {
        kernels.to_f32(type, source + Int(indices[row]) * rowBytes, target + row * width, width)
      }
    }
    withExtendedLifetime(table) {}
    return out
  }

  /// Rows are shared out among the threads.
  public func rmsNorm(_ x: Tensor, _ norm: RowNorm) throws(TensorError) -> Tensor {
    let out = try allocate(x.shape, .f32)
    let factors = norm.weight.map { UnsafePointer(floats($0)) }
    forRows(x, into: out, cost: 2) { source, target, rows, width in
      kernels.rms_norm(source, factors, norm.weightOffset, norm.epsilon, rows, width, target)
    }
    withExtendedLifetime(norm) {}
    return out
  }

  /// Rows are shared out among the threads.
  public func layerNorm(_ x: Tensor, weight: Tensor?, bias: Tensor?, epsilon: Float) throws(TensorError) -> Tensor {
    let out = try allocate(x.shape, .f32)
    let factors = weight.map { UnsafePointer(floats($0)) }
    let offsets = bias.map { UnsafePointer(floats($0)) }
    forRows(x, into: out, cost: 3) { source, target, rows, width in
      kernels.layer_norm(source, factors, offsets, epsilon, rows, width, target)
    }
    withExtendedLifetime((weight, bias)) {}
    return out
  }

  /// Rows are shared out among the threads.
  public func softmax(_ x: Tensor) throws(TensorError) -> Tensor {
    let out = try allocate(x.shape, .f32)
    forRows(x, into: out, cost: 8) { source, target, rows, width in kernels.softmax(source, rows, width, target) }
    return out
  }

  /// Rows are shared out among the threads.
  public func rowStatistics(_ x: Tensor) -> [RowStatistics] {
    let (rows, width) = (x.shape.rows, x.shape.width)
    let source = floats(x)
    return [RowStatistics](unsafeUninitializedCapacity: rows) { results, count in
      let results = results.baseAddress
      threads.run(rows, grain: grain(items: rows, cost: 8 * width)) { begin, end, _ in
        for row in begin..<end {
          var maximum: Float = 0
          var index = 0
          var logSumExp = 0.0
          kernels.log_sum_exp(source + row * width, width, &maximum, &index, &logSumExp)
          (results! + row).initialize(to: RowStatistics(maximum: maximum, index: index, logSumExp: logSumExp))
        }
      }
      count = rows
      withExtendedLifetime(x) {}
    }
  }

  /// Rows are shared out among the threads.
  public func convert(_ x: Tensor, to elementType: ElementType) throws(TensorError) -> Tensor {
    let out = try allocate(x.shape, elementType)
    let (rows, width) = (x.shape.rows, x.shape.width)
    let (source, target, sourceBytes, targetBytes) = (host(x), host(out), x.rowBytes, out.rowBytes)
    let widening = elementType == .f32
    // The search for the scales of blocks takes hundreds of steps an element.
    let searches = elementType.isQuantized && elementType != .q8_0
    let narrow = searches ? kernels.quantize_weights! : kernels.from_f32!
    threads.run(rows, grain: grain(items: rows, cost: (searches ? 200 : 2) * width)) { begin, end, _ in
      for row in begin..<end {
        let (from, to) = (source + row * sourceBytes, target + row * targetBytes)
        if widening {
          kernels.to_f32(x.elementType.kernelType, from, to.assumingMemoryBound(to: Float.self), width)
        } else {
          narrow(elementType.kernelType, from.assumingMemoryBound(to: Float.self), to, width)
        }
      }
    }
    withExtendedLifetime(x) {}
    return out
  }

  /// Copies the parts one behind the other.
  public func concatenate(_ parts: [Tensor]) throws(TensorError) -> Tensor {
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    let out = try allocate(Shape(rows, parts[0].shape[1]), .f32)
    var offset = 0
    for part in parts {
      (host(out) + offset).copyMemory(from: host(part), byteCount: part.byteCount)
      offset += part.byteCount
    }
    withExtendedLifetime(parts) {}
    return out
  }

  /// Runs a row kernel over all rows; `cost` is in steps per element.
  private func forRows(
    _ x: Tensor, into out: Tensor, cost: Int,
    _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ rows: Int, _ width: Int) -> Void
  ) {
    let (rows, width) = (x.shape.rows, x.shape.width)
    let (source, target) = (floats(x), floats(out))
    threads.run(rows, grain: grain(items: rows, cost: cost * width)) { begin, end, _ in
      kernel(source + begin * width, target + begin * width, end - begin, width)
    }
    withExtendedLifetime(x) {}
  }
}
