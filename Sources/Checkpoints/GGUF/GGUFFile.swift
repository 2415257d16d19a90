public import Files
public import OrderedCollections

/// A GGUF file, version 2 or 3, little-endian, opened for reading.
///
/// Source: docs/gguf.md of ggml. Everything is checked before it is used: sizes against what is left of the file,
/// tensors against its end and against each other.
public struct GGUFFile: Checkpoint {
  /// The file's version, 2 or 3.
  public let version: Int
  /// `general.alignment`, in bytes; 32 where the file has none.
  public let alignment: Int
  /// Where the tensors' bytes begin in the file.
  public let dataOffset: Int
  /// The metadata in the order of the file.
  public let metadata: OrderedDictionary<String, GGUFValue>
  /// The tensors in the order of the file's list.
  public let tensors: OrderedDictionary<String, TensorEntry>
  /// The mapped file.
  public let files: [MappedFile]

  /// The bytes every GGUF file begins with.
  static let magic = Array("GGUF".utf8)

  /// GGUF.
  public var format: CheckpointFormat { .gguf }
  /// The file.
  public var path: String { files[0].path }

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` when it cannot be read or breaks a rule of the format.
  public init(path: String) throws(CheckpointError) {
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch { throw CheckpointError(error) }
    try self.init(file: file)
  }

  /// Reads a file that is mapped already.
  ///
  /// - Throws: `CheckpointError` when it breaks a rule of the format.
  public init(file: MappedFile) throws(CheckpointError) {
    var parser = GGUFParser(file: file)
    try parser.parse()
    version = parser.version
    alignment = parser.alignment
    dataOffset = parser.dataOffset
    metadata = parser.metadata
    tensors = parser.tensors
    files = [file]
  }
}

extension Checkpoint {
  /// The text of a metadata key, nil where the key is absent.
  ///
  /// - Throws: `CheckpointError` when the value has another type.
  public func string(_ key: String) throws(CheckpointError) -> String? {
    try value(key, as: "a string") { $0.string }
  }

  /// The integer (of any width) of a metadata key, nil where the key is absent.
  public func integer(_ key: String) throws(CheckpointError) -> Int? {
    try value(key, as: "an integer") { $0.integer }
  }

  /// The number (of any type) of a metadata key, nil where the key is absent.
  public func double(_ key: String) throws(CheckpointError) -> Double? {
    try value(key, as: "a number") { $0.double }
  }

  /// The boolean of a metadata key, nil where the key is absent.
  public func bool(_ key: String) throws(CheckpointError) -> Bool? {
    try value(key, as: "a boolean") { $0.bool }
  }

  /// The strings of a metadata key, nil where the key is absent; bytes that are not UTF-8 are replaced.
  public func strings(_ key: String) throws(CheckpointError) -> [String]? {
    try value(key, as: "an array of strings") { $0.array?.strings }
  }

  /// The integers of a metadata key, nil where the key is absent.
  public func integers(_ key: String) throws(CheckpointError) -> [Int]? {
    try value(key, as: "an array of integers") { $0.array?.integers }
  }

  /// The numbers of a metadata key, nil where the key is absent.
  public func floats(_ key: String) throws(CheckpointError) -> [Float]? {
    try value(key, as: "an array of numbers") { $0.array?.floats }
  }

  private func value<Value>(
    _ key: String, as wanted: String, _ convert: (GGUFValue) -> Value?
  ) throws(CheckpointError) -> Value? {
    guard let found = metadata[key] else { return nil }
    if let value = convert(found) { return value }
    let got = found.array.map { "an array of \($0.elementType.name)" } ?? found.type.name
    throw CheckpointError(path: path, place: "metadata key \(quoted(key))", problem: "expected \(wanted), got \(got)")
  }
}
