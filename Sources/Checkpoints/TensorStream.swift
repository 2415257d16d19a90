import Files

/// A tensor to be written: everything but its bytes.
public struct TensorDescription: Sendable, Hashable {
  /// The name.
  public let name: String
  /// How the elements are stored.
  public let type: StorageType
  /// Row-major, outermost dimension first.
  public let shape: [Int]

  /// Describes a tensor.
  public init(name: String, type: StorageType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  /// Bytes of the tensor.
  func byteCount(path: String) throws(CheckpointError) -> Int {
    do throws(StorageType.SizeFault) {
      return try type.byteCount(shape: shape)
    } catch {
      let problem = error.description(type: type, shape: shape)
      throw CheckpointError(path: path, place: "tensor \(quoted(name))", problem: problem)
    }
  }
}

/// Bytes of tensors on their way into a file whose head is written: counts them, and pads each tensor.
final class TensorStream {
  private let file: AtomicFile
  private let tensors: [(name: String, byteCount: Int)]
  private let alignment: Int
  private var index = 0
  private var written = 0

  /// Creates the file beside its place and writes the head.
  init(
    path: String, head: [UInt8], tensors: [(name: String, byteCount: Int)], alignment: Int
  ) throws(CheckpointError) {
    self.tensors = tensors
    self.alignment = alignment
    do throws(FileError) {
      file = try AtomicFile(path: path)
      try file.write(head)
    } catch {
      throw CheckpointError(error)
    }
    try finishWholeTensors()
  }

  /// Appends bytes of the current tensor, then of those after it.
  func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard index < tensors.count else {
        throw CheckpointError(path: file.path, problem: "\(rest.count) bytes more than the tensors take")
      }
      let piece = rest.prefix(tensors[index].byteCount - written)
      try write(UnsafeRawBufferPointer(rebasing: piece))
      written += piece.count
      rest = rest.dropFirst(piece.count)
      try finishWholeTensors()
    }
  }

  /// Puts the file in place.
  func finish() throws(CheckpointError) {
    guard index == tensors.count else {
      let missing = tensors[index].byteCount - written
      throw CheckpointError(
        path: file.path, place: "tensor \(quoted(tensors[index].name))", problem: "\(missing) of its bytes are missing")
    }
    do throws(FileError) { try file.commit() } catch { throw CheckpointError(error) }
  }

  private func finishWholeTensors() throws(CheckpointError) {
    while index < tensors.count, written == tensors[index].byteCount {
      let padding = [UInt8](repeating: 0, count: (alignment - written % alignment) % alignment)
      do throws(FileError) { try file.write(padding) } catch { throw CheckpointError(error) }
      index += 1
      written = 0
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    do throws(FileError) { try file.write(bytes) } catch { throw CheckpointError(error) }
  }
}
