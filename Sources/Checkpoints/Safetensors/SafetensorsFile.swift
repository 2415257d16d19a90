public import Files
public import OrderedCollections

/// A safetensors file opened for reading.
///
/// Source: the format's README and `safetensors/src/tensor.rs`: the header is a JSON object of at most 100,000,000
/// bytes, tensors follow each other without holes or overlaps and fill the rest of the file. Their bytes need not be
/// aligned.
public struct SafetensorsFile: Checkpoint {
  /// The tensors in the order of their bytes.
  public let tensors: OrderedDictionary<String, TensorEntry>
  /// `__metadata__`: the header's free strings.
  public let strings: OrderedDictionary<String, String>
  /// Where the tensors' bytes begin in the file.
  public let dataOffset: Int
  /// The mapped file.
  public let files: [MappedFile]

  /// The longest header the format allows, in bytes.
  static let longestHeader = 100_000_000

  /// Safetensors.
  public var format: CheckpointFormat { .safetensors }
  /// The file.
  public var path: String { files[0].path }
  /// `__metadata__` as metadata values.
  public var metadata: OrderedDictionary<String, GGUFValue> { strings.mapValues { .string($0) } }

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
    let length = try SafetensorsFile.headerLength(file)
    dataOffset = 8 + length
    let header = UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataOffset])
    var parser = SafetensorsHeaderParser(path: file.path, header: header)
    try parser.parse()
    strings = parser.metadata
    tensors = try SafetensorsFile.place(parser.tensors, in: file, dataOffset: dataOffset)
    files = [file]
  }

  private static func headerLength(_ file: MappedFile) throws(CheckpointError) -> Int {
    let bytes = file.bytes
    func failure(_ problem: String) -> CheckpointError {
      CheckpointError(path: file.path, place: "header length", offset: 0, problem: problem)
    }
    guard bytes.count >= 8 else {
      throw failure("the file has \(bytes.count) bytes, a safetensors file at least 8")
    }
    let length = bytes.load64(at: 0)
    guard length <= UInt64(longestHeader) else { throw failure("\(length) bytes, the limit is \(longestHeader)") }
    guard length <= UInt64(bytes.count - 8) else {
      throw failure("\(length) bytes, but the file ends after \(bytes.count - 8)")
    }
    guard length > 0, bytes[8] == UInt8(ascii: "{") else {
      throw CheckpointError(path: file.path, place: "header", offset: 8, problem: "it does not begin with '{'")
    }
    return Int(length)
  }

  /// Checks that the tensors, in the order of their offsets, follow each other and fill the file.
  private static func place(
    _ infos: OrderedDictionary<String, SafetensorsHeaderParser.TensorInfo>, in file: MappedFile, dataOffset: Int
  ) throws(CheckpointError) -> OrderedDictionary<String, TensorEntry> {
    let dataSize = file.count - dataOffset
    var tensors: OrderedDictionary<String, TensorEntry> = [:]
    var end = 0
    let sorted = infos.sorted { ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end) }
    for (name, info) in sorted {
      func failure(_ problem: String) -> CheckpointError {
        CheckpointError(path: file.path, place: "tensor \(quoted(name))", offset: info.position, problem: problem)
      }
      let range = "data_offsets [\(info.begin), \(info.end)]"
      guard info.begin <= info.end else { throw failure("\(range) end before they begin") }
      guard info.begin >= end else { throw failure("\(range) overlap the tensor before, which ends at \(end)") }
      guard info.begin == end else { throw failure("\(range) leave a hole, the tensor before ends at \(end)") }
      guard info.end <= dataSize else { throw failure("\(range) go beyond the file's \(dataSize) bytes of data") }
      let byteCount: Int
      do throws(StorageType.SizeFault) {
        byteCount = try info.type.byteCount(shape: info.shape)
      } catch {
        throw failure(error.description(type: info.type, shape: info.shape))
      }
      guard byteCount == info.end - info.begin else {
        throw failure("\(range) hold \(info.end - info.begin) bytes, type and shape take \(byteCount)")
      }
      tensors[name] = TensorEntry(
        name: name, type: info.type, shape: info.shape, fileOffset: dataOffset + info.begin, byteCount: byteCount,
        fileIndex: 0)
      end = info.end
    }
    guard end == dataSize else {
      throw CheckpointError(
        path: file.path, place: "data", offset: dataOffset + end,
        problem: "\(dataSize - end) bytes behind the last tensor belong to none")
    }
    return tensors
  }
}
