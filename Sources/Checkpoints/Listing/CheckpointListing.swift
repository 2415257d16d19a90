import Files
import JSONText

/// What `lathe inspect` prints of a checkpoint: its metadata, and each tensor's name, type, shape, place and, when
/// asked for, the SHA-256 of its bytes.
package struct CheckpointListing {
  let checkpoint: any Checkpoint
  let hashesTensors: Bool

  package init(of checkpoint: any Checkpoint, hashesTensors: Bool) {
    self.checkpoint = checkpoint
    self.hashesTensors = hashesTensors
  }

  func hash(of tensor: TensorEntry) -> String {
    withExtendedLifetime(checkpoint) { sha256Hex(of: checkpoint.bytes(of: tensor)) }
  }

  /// The GGUF facts outside of metadata: version and alignment, of the first part of a split file.
  var ggufHead: GGUFFile? {
    if let file = checkpoint as? GGUFFile { return file }
    if let folder = checkpoint as? ModelFolder, let file = folder.weights as? GGUFFile { return file }
    guard checkpoint.format == .gguf, let first = checkpoint.files.first else { return nil }
    return try? GGUFFile(file: first)
  }
}

/// Bytes gathered into pieces of a fair size before they go to a file.
package struct ChunkedOutput {
  var pending: [UInt8] = []
  private let write: ([UInt8]) -> Void
  private static let chunk = 1 << 16

  package init(_ write: @escaping ([UInt8]) -> Void) { self.write = write }

  mutating func append(_ text: String) {
    pending += text.utf8
    flush(over: ChunkedOutput.chunk)
  }

  mutating func append(quoted text: String) {
    JSONValue.writeQuoted(text, to: &pending)
    flush(over: ChunkedOutput.chunk)
  }

  mutating func append(_ value: JSONValue) {
    value.write(to: &pending)
    flush(over: ChunkedOutput.chunk)
  }

  /// Hands over what is pending.
  package mutating func flush() { flush(over: 0) }

  private mutating func flush(over limit: Int) {
    guard pending.count > limit else { return }
    write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
