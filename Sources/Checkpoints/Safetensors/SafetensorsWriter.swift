import JSONText
public import OrderedCollections

/// Writes a safetensors file: the header at once, then the tensors' bytes in order, in pieces of any size.
///
/// The header is padded with spaces so that the data begins at a multiple of 8, as the reference implementation does;
/// tensors follow each other without padding. The file appears under its name when `finish` is called.
public final class SafetensorsWriter {
  private let stream: TensorStream

  /// Starts a file.
  ///
  /// - Throws: `CheckpointError` when a name, type or shape does not fit the format, or the file cannot be made.
  public init(
    path: String, metadata: OrderedDictionary<String, String> = [:], tensors: [TensorDescription]
  ) throws(CheckpointError) {
    var members: OrderedDictionary<String, JSONValue> = [:]
    if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
    var sizes: [(name: String, byteCount: Int)] = []
    var offset = 0
    for tensor in tensors {
      let place = "tensor \(quoted(tensor.name))"
      guard tensor.type.isSafetensorsType else {
        let problem = "safetensors files cannot hold the type \(tensor.type)"
        throw CheckpointError(path: path, place: place, problem: problem)
      }
      guard members[tensor.name] == nil, tensor.name != "__metadata__" else {
        throw CheckpointError(path: path, place: place, problem: "the name is taken")
      }
      let size = try tensor.byteCount(path: path)
      members[tensor.name] = [
        "dtype": .string(tensor.type.name), "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(offset), .integer(offset + size)],
      ]
      sizes.append((tensor.name, size))
      offset += size
    }
    var header: [UInt8] = []
    JSONValue.object(members).write(to: &header)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    guard header.count <= SafetensorsFile.longestHeader else {
      throw CheckpointError(path: path, place: "header", problem: "\(header.count) bytes, more than the format allows")
    }
    var head: [UInt8] = []
    head.append(littleEndian: UInt64(header.count))
    stream = try TensorStream(path: path, head: head + header, tensors: sizes, alignment: 1)
  }

  /// Appends bytes of the tensors in the order described; pieces may end anywhere.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) { try stream.append(bytes) }

  /// Puts the file in place.
  ///
  /// - Throws: `CheckpointError` when bytes are missing or the disk is full.
  public func finish() throws(CheckpointError) { try stream.finish() }
}
