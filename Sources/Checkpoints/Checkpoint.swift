public import Files
public import JSONText
public import OrderedCollections
public import Tensors

/// A tensor in a checkpoint's file.
public struct TensorEntry: Sendable, Hashable {
  /// The name as the file has it.
  public let name: String
  /// How the elements are stored.
  public let type: StorageType
  /// Row-major, outermost dimension first (GGUF files write them the other way round); `[]` is one element.
  public let shape: [Int]
  /// Where the tensor's bytes begin in its file. Not aligned in safetensors files.
  public let fileOffset: Int
  /// Bytes of the tensor; they lie inside the file and inside no other tensor.
  public let byteCount: Int
  /// Which of the checkpoint's `files` holds the bytes.
  public let fileIndex: Int

  /// The type the runtime computes with, nil when the file's type is one it only lists.
  public var elementType: ElementType? { type.elementType }

  /// Number of elements.
  public var elementCount: Int { shape.reduce(1, *) }

  func moved(toFile index: Int) -> TensorEntry {
    TensorEntry(
      name: name, type: type, shape: shape, fileOffset: fileOffset, byteCount: byteCount, fileIndex: index)
  }
}

/// The file formats of checkpoints.
public enum CheckpointFormat: String, Sendable {
  case gguf
  case safetensors
}

/// A checkpoint opened for reading: names, types and places of its tensors, all checked against the files' sizes.
///
/// The bytes are mapped, not read: opening costs time in proportion to the number of tensors, not to their size.
public protocol Checkpoint: Sendable {
  /// What the tensors are stored in.
  var format: CheckpointFormat { get }
  /// The file or folder that was opened.
  var path: String { get }
  /// The mapped files: one, or the shards in order.
  var files: [MappedFile] { get }
  /// The tensors by name, in the order of the files.
  var tensors: OrderedDictionary<String, TensorEntry> { get }
  /// GGUF's metadata; safetensors' `__metadata__`, whose values are strings.
  var metadata: OrderedDictionary<String, GGUFValue> { get }
  /// The folder's config.json; nil for a file opened by itself, and in a folder without one.
  var configuration: JSONValue? { get }
  /// The folder's generation_config.json.
  var generationConfiguration: JSONValue? { get }
}

extension Checkpoint {
  /// The mapped file that holds a tensor's bytes.
  public func owner(of tensor: TensorEntry) -> MappedFile { files[tensor.fileIndex] }

  /// A tensor's bytes, valid while the checkpoint (or the tensor's `owner`) lives.
  ///
  /// `tensor` must be one of `tensors` of this checkpoint.
  public func bytes(of tensor: TensorEntry) -> UnsafeRawBufferPointer {
    let whole = owner(of: tensor).bytes
    return UnsafeRawBufferPointer(rebasing: whole[tensor.fileOffset..<tensor.fileOffset + tensor.byteCount])
  }

  /// No config.json belongs to a file opened by itself.
  public var configuration: JSONValue? { nil }
  /// No generation_config.json belongs to a file opened by itself.
  public var generationConfiguration: JSONValue? { nil }
}

/// Why a checkpoint cannot be read or written: the file, the place in it and the fault.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// The part of the file, such as "tensor 'a'" or "header"; empty for the file as a whole.
  public let place: String
  /// Where in the file, in bytes from its start.
  public let offset: Int?
  /// What is wrong: expected, got, and the remedy if there is one.
  public let problem: String

  /// Creates an error; `place` and `problem` may hold text from the file, the description escapes it.
  public init(path: String, place: String = "", offset: Int? = nil, problem: String) {
    self.path = path
    self.place = place
    self.offset = offset
    self.problem = problem
  }

  init(_ error: FileError) {
    self.init(path: error.path, problem: "cannot \(error.operation) it: \(error.reason)")
  }

  /// The fault in one line.
  public var description: String {
    var parts = [path]
    switch (place.isEmpty, offset) {
    case (false, let offset?): parts.append("\(place) at byte \(offset)")
    case (false, nil): parts.append(place)
    case (true, let offset?): parts.append("byte \(offset)")
    case (true, nil): break
    }
    parts.append(problem)
    return escapingControls(parts.joined(separator: ": "))
  }
}

/// Text from a file for a message: escaped, quoted, and cut where it is long, with its length.
func quoted(_ text: String) -> String {
  let longest = 96
  var shown = ""
  // Scalars, not characters: one character may be megabytes of combining marks.
  for scalar in text.unicodeScalars {
    shown += escapingControls(String(scalar))
    if shown.utf8.count > longest { return "'\(shown)…' (\(text.utf8.count) bytes)" }
  }
  return "'\(shown)'"
}
