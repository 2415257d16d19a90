import Files
import OrderedCollections
public import Tensors

/// A place in the tree of parameter names, from which layers read their tensors.
///
/// `scope["layers"][0]["mlp"]["gate_proj"]` stands for the names that begin `layers.0.mlp.gate_proj.`; names in code are
/// the names in the checkpoint (GGUF's come through a table of the model's family). Missing and misshapen tensors are
/// noted, an empty tensor stands in for them, and `finish()` reports all at once together with unused ones.
public struct ParameterScope {
  /// The names so far, joined by dots; empty at the root.
  public let path: String
  private let reader: ParameterReader

  /// The root of a checkpoint's names.
  ///
  /// - Parameters:
  ///   - naming: gives the checkpoint's name for a name in code; by default they are the same.
  ///   - ignoring: says of a name in the checkpoint that it may be left unused.
  public init(
    _ checkpoint: any Checkpoint, backend: any Backend, naming: @escaping (String) -> String = { $0 },
    ignoring: @escaping (String) -> Bool = { _ in false }
  ) {
    path = ""
    reader = ParameterReader(checkpoint, backend: backend, naming: naming, ignoring: ignoring)
  }

  private init(path: String, reader: ParameterReader) {
    self.path = path
    self.reader = reader
  }

  /// The scope of a name below this one.
  public subscript(name: String) -> ParameterScope { ParameterScope(path: join(name), reader: reader) }

  /// The scope of an element of a list, such as a layer.
  public subscript(index: Int) -> ParameterScope { self[String(index)] }

  /// The backend that the parameters go to.
  public var backend: any Backend { reader.backend }

  /// Whether the checkpoint has a tensor of this name.
  public func contains(_ name: String) -> Bool { reader.checkpoint.tensors[reader.naming(join(name))] != nil }

  /// The tensor of a name; its shape is checked, its bytes stay in the mapped file.
  ///
  /// - Parameter type: an element type to convert to (norms and biases are wanted in F32); by default as stored.
  /// - Throws: `TensorError` when memory for a conversion runs out; faults of the checkpoint wait for `finish()`.
  public func tensor(_ name: String, _ shape: [Int], as type: ElementType? = nil) throws(TensorError) -> Tensor {
    if let tensor = try reader.read(join(name), shape, as: type) { return tensor }
    return try backend.allocate(Shape(exactly: shape.map { _ in 0 }) ?? Shape(0), .f32)
  }

  /// The weight `[rows, columns]` of a linear map, prepared for products.
  public func weight(_ name: String, rows: Int, columns: Int) throws(TensorError) -> LinearWeight {
    guard let tensor = try reader.read(join(name), [rows, columns], as: nil) else {
      return LinearWeight(source: try backend.allocate(Shape(0, 0), .f32), packed: nil)
    }
    let weight = try backend.prepare(tensor)
    // The pages of the file that were read for packing would double the weights in memory.
    if let packed = weight.packed {
      reader.packedBytes += packed.byteCount
      reader.releaseSource(join(name))
    }
    return weight
  }

  /// Ends reading: the registry of what was read, when the checkpoint had all of it, in the right shapes, and no more.
  ///
  /// - Throws: `ParameterError` that lists every missing, misshapen and unused name.
  public func finish() throws(ParameterError) -> ParameterRegistry { try reader.finish() }

  private func join(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
}

/// Reads parameters for all scopes of a model and keeps account.
private final class ParameterReader {
  let checkpoint: any Checkpoint
  let backend: any Backend
  let naming: (String) -> String
  private let ignoring: (String) -> Bool
  var packedBytes = 0
  private var parameters: [ParameterRegistry.Parameter] = []
  private var used: Set<String> = []
  private var missing: [String] = []
  private var mismatched: [ParameterError.Mismatch] = []

  init(
    _ checkpoint: any Checkpoint, backend: any Backend, naming: @escaping (String) -> String,
    ignoring: @escaping (String) -> Bool
  ) {
    self.checkpoint = checkpoint
    self.backend = backend
    self.naming = naming
    self.ignoring = ignoring
  }

  /// The tensor, nil when a fault was noted.
  func read(_ path: String, _ shape: [Int], as type: ElementType?) throws(TensorError) -> Tensor? {
    let name = naming(path)
    guard let entry = checkpoint.tensors[name] else {
      missing.append(name)
      return nil
    }
    let isNew = used.insert(name).inserted
    guard entry.shape == shape, let size = Shape(exactly: shape) else {
      mismatched.append(.init(name: name, expected: "\(shape)", got: "\(entry.shape)"))
      return nil
    }
    guard let stored = entry.elementType, stored.isFloat || stored.isQuantized else {
      mismatched.append(.init(name: name, expected: "a type the runtime computes with", got: entry.type.name))
      return nil
    }
    let owner = checkpoint.owner(of: entry)
    let tensor = try backend.tensor(
      sharing: checkpoint.bytes(of: entry), owner: owner, shape: size, elementType: stored)
    let result = if let type { try tensor.converted(to: type) } else { tensor }
    if isNew {
      parameters.append(.init(name: name, path: path, storedType: stored, byteCount: entry.byteCount, tensor: result))
    }
    return result
  }

  /// Gives back the memory of a tensor's bytes in its file; they stay readable.
  func releaseSource(_ path: String) {
    guard let entry = checkpoint.tensors[naming(path)] else { return }
    checkpoint.owner(of: entry).releaseMemory(of: entry.fileOffset..<entry.fileOffset + entry.byteCount)
  }

  func finish() throws(ParameterError) -> ParameterRegistry {
    let unused = checkpoint.tensors.keys.filter { !used.contains($0) && !ignoring($0) }
    guard missing.isEmpty, mismatched.isEmpty, unused.isEmpty else {
      throw ParameterError(path: checkpoint.path, missing: missing, mismatched: mismatched, unused: Array(unused))
    }
    return ParameterRegistry(parameters: parameters, packedBytes: packedBytes)
  }
}

extension Checkpoint {
  /// The tensor of a name.
  package func entry(_ name: String) -> TensorEntry? { tensors[name] }

  /// The metadata value of a key.
  package func value(_ key: String) -> GGUFValue? { metadata[key] }

  /// Number of tensors.
  package var tensorCount: Int { tensors.count }
}
