import Files
import OrderedCollections
public import Tensors

/// Writes a GGUF checkpoint with its weights in other element types: tensor by tensor, a piece of rows at a time, so
/// that memory does not grow with the model.
public struct CheckpointQuantizer {
  /// What is written.
  public let plan: QuantizationPlan
  private let checkpoint: any Checkpoint
  private let backend: any Backend

  /// Elements that are converted at once, where rows are not longer.
  private static let pieceElements = 1 << 20

  /// Prepares a conversion; `plan` must have been made for `checkpoint`.
  public init(_ checkpoint: any Checkpoint, plan: QuantizationPlan, backend: any Backend) {
    (self.checkpoint, self.plan, self.backend) = (checkpoint, plan, backend)
  }

  /// Writes the file; it appears under its name when it is complete, and nothing remains when it fails.
  ///
  /// - Parameters:
  ///   - path: the new file; an old one is replaced.
  ///   - progress: called with the bytes of the input that are done, and those of all tensors; what it throws ends the
  ///     conversion.
  /// - Returns: the distance between old and new elements.
  /// - Throws: `CheckpointError` naming the first element that is not finite or that a type cannot hold, or the fault of
  ///   the disk; `TensorError` when memory runs out.
  public func write(to path: String, progress: (_ done: Int, _ total: Int) throws -> Void) throws -> QuantizationError {
    let writer = try GGUFWriter(
      path: path, metadata: metadata,
      tensors: plan.steps.map { TensorDescription(name: $0.entry.name, type: $0.type, shape: $0.entry.shape) },
      alignment: try checkpoint.integer("general.alignment") ?? 32)
    let total = plan.steps.reduce(0) { $0 + $1.entry.byteCount }
    var done = 0
    var error = QuantizationError()
    for step in plan.steps {
      try forPieces(of: step.entry) { rows, range in
        let bytes = UnsafeRawBufferPointer(rebasing: checkpoint.owner(of: step.entry).bytes[range])
        if step.type == step.entry.type {
          try writer.append(bytes)
        } else {
          error.add(try convert(bytes, rows: rows, of: step, into: writer))
        }
        checkpoint.owner(of: step.entry).releaseMemory(of: range)
        done += range.count
        try progress(done, total)
      }
    }
    try writer.finish()
    return error
  }

  /// The model's metadata with the new types; a checkpoint in parts becomes one file.
  private var metadata: OrderedDictionary<String, GGUFValue> {
    var metadata = checkpoint.metadata
    for key in ["split.no", "split.count", "split.tensors.count"] { metadata[key] = nil }
    metadata["general.file_type"] = .uint32(UInt32(plan.recipe.fileType))
    metadata["general.quantization_version"] = .uint32(2)
    return metadata
  }

  /// Calls `body` with the rows of a tensor, and where their bytes lie in its file, a piece at a time.
  private func forPieces(
    of entry: TensorEntry, _ body: (_ rows: Range<Int>, _ bytes: Range<Int>) throws -> Void
  ) rethrows {
    let width = entry.shape.last ?? 1
    let rows = entry.shape.dropLast().reduce(1, *)
    guard rows > 0, width > 0 else { return }
    let rowBytes = entry.byteCount / rows
    let step = max(1, CheckpointQuantizer.pieceElements / width)
    for first in stride(from: 0, to: rows, by: step) {
      let piece = first..<min(first + step, rows)
      let start = entry.fileOffset + piece.lowerBound * rowBytes
      try body(piece, start..<start + piece.count * rowBytes)
    }
  }

  private func convert(
    _ bytes: UnsafeRawBufferPointer, rows: Range<Int>, of step: QuantizationPlan.Step, into writer: GGUFWriter
  ) throws -> QuantizationError {
    guard let stored = step.entry.elementType, let type = step.type.elementType else {
      preconditionFailure("plans convert types that the runtime computes with")
    }
    let shape = Shape(rows.count, step.entry.shape.last ?? 1)
    let owner = checkpoint.owner(of: step.entry)
    let source = try backend.tensor(sharing: bytes, owner: owner, shape: shape, elementType: stored)
    let values = try source.converted(to: .f32)
    let converted = try values.converted(to: type)
    let error = try values.withFloats { before in
      try converted.converted(to: .f32).withFloats { after in
        if let error = QuantizationError(before: before, after: after) { return error }
        throw fault(before: before, after: after, rows: rows, step: step)
      }
    }
    try converted.withBytes { try writer.append($0) }
    return error
  }

  /// Names the first element that is at fault.
  private func fault(
    before: UnsafeBufferPointer<Float>, after: UnsafeBufferPointer<Float>, rows: Range<Int>,
    step: QuantizationPlan.Step
  ) -> CheckpointError {
    var index = 0
    let isHeld: Bool
    if let found = before.firstIndex(where: { !$0.isFinite }) {
      (index, isHeld) = (found, false)
    } else {
      // One weight spoils its block: the largest is the one to name.
      isHeld = true
      let spoilt = after.firstIndex { !$0.isFinite } ?? 0
      let start = spoilt / step.type.blockLength * step.type.blockLength
      index = (start..<start + step.type.blockLength).max { abs(before[$0]) < abs(before[$1]) } ?? spoilt
    }
    let width = step.entry.shape.last ?? 1
    let element = "element [\(rows.lowerBound + index / width), \(index % width)] is \(before[index])"
    let problem =
      isHeld
      ? "\(element), beyond what \(step.type) can hold; BF16 and F32 hold more"
      : "\(element); weights must be finite numbers"
    return CheckpointError(path: checkpoint.path, place: "tensor \(quoted(step.entry.name))", problem: problem)
  }
}
