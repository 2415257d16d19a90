import CKernels

/// The rows that products multiply, as their kernels read them: normed if asked, and rounded to bytes for block weights.
///
/// Few rows are prepared by every thread for itself, which takes less time than waiting for one that does it; many are
/// shared out among the threads before the products begin. Each way gives the same bits.
struct ProductInput {
  /// Rows up to which every thread prepares its own.
  private static let fewRows = 4

  private let kernels: kernels
  private let source: UnsafePointer<Float>
  private let tokens, columns: Int
  private let norm: (weight: UnsafePointer<Float>?, offset: Float, epsilon: Float)?
  private let rounds: Bool
  private let layout: Layout
  private let storage: HostStorage
  /// For each thread, whether its copy is ready; nil when all read one that is.
  private let isReady: UnsafeMutablePointer<Bool>?

  /// Prepares `x [tokens, columns]` for products of `projections`, or leaves it to the threads.
  init(_ x: Tensor, norm: RowNorm?, for projections: [Projection], on backend: CPUBackend) throws(TensorError) {
    kernels = backend.kernels
    source = UnsafePointer(backend.floats(x))
    (tokens, columns) = (x.shape[0], x.shape[1])
    self.norm = norm.map { ($0.weight.map { UnsafePointer(backend.floats($0)) }, $0.weightOffset, $0.epsilon) }
    rounds = projections.contains { $0.weight.source.elementType.isQuantized }
    layout = Layout(tokens: tokens, columns: columns, norms: norm != nil, rounds: rounds)
    let threads = backend.threads
    let isNeeded = layout.bytes > 0
    let copies = isNeeded && tokens <= ProductInput.fewRows ? threads.count : 1
    storage = try backend.storage(copies * layout.bytes + threads.count)
    if isNeeded, tokens <= ProductInput.fewRows {
      isReady = (storage.pointer + copies * layout.bytes).assumingMemoryBound(to: Bool.self)
      isReady?.initialize(repeating: false, count: threads.count)
    } else {
      isReady = nil
      guard isNeeded else { return }
      threads.run(tokens, grain: backend.grain(items: tokens, cost: 2 * columns)) { begin, end, _ in
        for token in begin..<end { prepare(token, in: storage.pointer) }
      }
    }
  }

  /// Gives a job its activations, for use by one thread.
  @inline(__always)
  func fill(_ job: inout matmul_job, thread: Int) {
    var memory = storage.pointer
    if let isReady {
      memory += thread * layout.bytes
      if !isReady[thread] {
        for token in 0..<tokens { prepare(token, in: memory) }
        isReady[thread] = true
      }
    }
    job.x = norm == nil ? source : UnsafePointer(layout.rows(memory))
    job.x_stride = columns
    if rounds { job.quantized = layout.activations(memory) }
  }

  private func prepare(_ token: Int, in memory: UnsafeMutableRawPointer) {
    var row = source + token * columns
    if let norm {
      let normed = layout.rows(memory) + token * columns
      kernels.rms_norm(row, norm.weight, norm.offset, norm.epsilon, 1, columns, normed)
      row = UnsafePointer(normed)
    }
    guard rounds else { return }
    let out = layout.activations(memory)
    kernels.quantize_activations(
      row, columns, UnsafeMutablePointer(mutating: out.values) + token * columns,
      UnsafeMutablePointer(mutating: out.scales) + token * (columns / 32),
      UnsafeMutablePointer(mutating: out.sums) + token * (columns / 16))
  }
}

/// Where the parts of prepared rows lie in one block of memory: normed rows, bytes, their scales and sums.
private struct Layout {
  let values, scales, sums: Int
  let bytes: Int

  init(tokens: Int, columns: Int, norms: Bool, rounds: Bool) {
    func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
    values = norms ? aligned(tokens * columns * 4) : 0
    scales = values + (rounds ? aligned(tokens * columns) : 0)
    sums = scales + (rounds ? aligned(tokens * (columns / 32) * 4) : 0)
    bytes = sums + (rounds ? aligned(tokens * (columns / 16) * 2) : 0)
  }

  @inline(__always)
  func rows(_ memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
    memory.assumingMemoryBound(to: Float.self)
  }

  @inline(__always)
  func activations(_ memory: UnsafeMutableRawPointer) -> quantized_activations {
    quantized_activations(
      values: (memory + values).assumingMemoryBound(to: Int8.self),
      scales: (memory + scales).assumingMemoryBound(to: Float.self),
      sums: (memory + sums).assumingMemoryBound(to: Int16.self))
  }
}
