public import OrderedCollections

/// Writes a GGUF file, version 3: the head at once, then the tensors' bytes in order, in pieces of any size.
///
/// The file appears under its name when `finish` is called; without it nothing remains.
public final class GGUFWriter {
  private let stream: TensorStream

  /// Starts a file.
  ///
  /// `alignment` is a power of two of at least 8; where it is not 32 it is recorded as `general.alignment`, which
  /// `metadata` must not say otherwise.
  ///
  /// - Throws: `CheckpointError` when a name, key, type or shape does not fit the format, or the file cannot be made.
  public init(
    path: String, metadata: OrderedDictionary<String, GGUFValue>, tensors: [TensorDescription], alignment: Int = 32
  ) throws(CheckpointError) {
    guard alignment >= 8, alignment & (alignment - 1) == 0, let recorded = UInt32(exactly: alignment) else {
      throw CheckpointError(
        path: path, problem: "expected an alignment that is a power of two from 8, got \(alignment)")
    }
    var metadata = metadata
    if alignment != 32 || metadata["general.alignment"] != nil { metadata["general.alignment"] = .uint32(recorded) }
    var head = GGUFFile.magic
    head.append(littleEndian: UInt32(3))
    head.append(littleEndian: UInt64(tensors.count))
    head.append(littleEndian: UInt64(metadata.count))
    for (key, value) in metadata {
      guard key.utf8.count <= GGUFParser.longestKey else {
        throw CheckpointError(path: path, place: "metadata key \(quoted(key))", problem: "the key is too long")
      }
      GGUFValue.string(key).encode(to: &head)
      head.append(littleEndian: value.type.rawValue)
      value.encode(to: &head)
    }
    var sizes: [(name: String, byteCount: Int)] = []
    var offset = 0
    var names: Set<String> = []
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else {
        throw CheckpointError(path: path, place: "tensor \(quoted(tensor.name))", problem: "a second one of this name")
      }
      sizes.append((tensor.name, try tensor.byteCount(path: path)))
      try GGUFWriter.appendInfo(of: tensor, offset: offset, to: &head, path: path)
      offset += GGUFWriter.padded(sizes[sizes.count - 1].byteCount, to: alignment)
    }
    head += [UInt8](repeating: 0, count: GGUFWriter.padded(head.count, to: alignment) - head.count)
    stream = try TensorStream(path: path, head: head, tensors: sizes, alignment: alignment)
  }

  /// Appends bytes of the tensors in the order described; pieces may end anywhere.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) { try stream.append(bytes) }

  /// Puts the file in place.
  ///
  /// - Throws: `CheckpointError` when bytes are missing or the disk is full.
  public func finish() throws(CheckpointError) { try stream.finish() }

  private static func appendInfo(
    of tensor: TensorDescription, offset: Int, to head: inout [UInt8], path: String
  ) throws(CheckpointError) {
    let place = "tensor \(quoted(tensor.name))"
    guard let number = tensor.type.ggmlNumber else {
      throw CheckpointError(path: path, place: place, problem: "GGUF files cannot hold the type \(tensor.type)")
    }
    guard tensor.name.utf8.count <= GGUFParser.longestTensorName else {
      let problem = "the name is longer than \(GGUFParser.longestTensorName) bytes"
      throw CheckpointError(path: path, place: place, problem: problem)
    }
    guard tensor.shape.count <= GGUFParser.mostDimensions else {
      let problem = "\(tensor.shape.count) dimensions; GGUF has at most \(GGUFParser.mostDimensions)"
      throw CheckpointError(path: path, place: place, problem: problem)
    }
    GGUFValue.string(tensor.name).encode(to: &head)
    head.append(littleEndian: UInt32(tensor.shape.count))
    for dimension in tensor.shape.reversed() { head.append(littleEndian: UInt64(dimension)) }
    head.append(littleEndian: number)
    head.append(littleEndian: UInt64(offset))
  }

  private static func padded(_ count: Int, to alignment: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }
}
