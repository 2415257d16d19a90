import Files
import OrderedCollections

extension GGUFParser {
  /// A tensor's entry as the file lists it; `offset` counts from the start of the data.
  struct TensorInfo {
    let name: String
    let type: StorageType
    let shape: [Int]
    let byteCount: Int
    let offset: UInt64
    let position: Int
  }

  mutating func parseTensorInfo() throws(CheckpointError) -> TensorInfo {
    let start = position
    let name = try readText(limit: Self.longestTensorName, what: "the tensor's name")
    place = "tensor \(quoted(name))"
    let dimensionCount = try readNumber(size: 4, what: "the number of dimensions")
    guard dimensionCount <= Self.mostDimensions else {
      throw failure("\(dimensionCount) dimensions; GGUF has at most \(Self.mostDimensions)", at: position - 4)
    }
    var shape: [Int] = []
    for _ in 0..<dimensionCount {
      let dimension = try readNumber(size: 8, what: "a dimension")
      guard let dimension = Int(exactly: dimension) else {
        throw failure("a dimension of \(dimension)", at: position - 8)
      }
      shape.append(dimension)
    }
    shape.reverse()
    let number = UInt32(truncatingIfNeeded: try readNumber(size: 4, what: "the tensor's type"))
    guard let type = StorageType(ggml: number) else {
      let what =
        StorageType.removedGGMLTypes.contains(number) ? "removed from ggml; convert the model again" : "unknown"
      throw failure("tensor type \(number) is \(what)", at: position - 4)
    }
    let byteCount: Int
    do throws(StorageType.SizeFault) {
      byteCount = try type.byteCount(shape: shape)
    } catch {
      throw failure(error.description(type: type, shape: shape), at: start)
    }
    let offset = try readNumber(size: 8, what: "the tensor's offset")
    return TensorInfo(
      name: name, type: type, shape: shape, byteCount: byteCount, offset: offset, position: position - 8)
  }

  /// Turns offsets into places in the file: aligned, inside it, and no two over each other.
  mutating func placeTensors(_ infos: OrderedDictionary<String, TensorInfo>) throws(CheckpointError) {
    let (padded, overflow) = position.addingReportingOverflow(alignment - 1)
    dataOffset = overflow ? Int.max : padded / alignment * alignment
    // A file without tensors may end right behind its metadata.
    if infos.isEmpty { dataOffset = min(dataOffset, bytes.count) }
    let dataSize = bytes.count - dataOffset
    tensors.reserveCapacity(infos.count)
    for info in infos.values {
      place = "tensor \(quoted(info.name))"
      guard info.offset % UInt64(alignment) == 0 else {
        throw failure("offset \(info.offset) is not a multiple of the alignment \(alignment)", at: info.position)
      }
      guard dataSize >= info.byteCount, info.offset <= UInt64(dataSize - info.byteCount) else {
        let have = dataSize < 0 ? "the file ends before its data" : "the file's data has \(dataSize)"
        let need = "\(info.byteCount) bytes from offset \(info.offset) of the data"
        throw failure("\(need), but \(have)", at: info.position)
      }
      tensors[info.name] = TensorEntry(
        name: info.name, type: info.type, shape: info.shape, fileOffset: dataOffset + Int(info.offset),
        byteCount: info.byteCount, fileIndex: 0)
    }
    try refuseOverlaps()
  }

  private mutating func refuseOverlaps() throws(CheckpointError) {
    let placed = tensors.values.filter { $0.byteCount > 0 }.sorted { $0.fileOffset < $1.fileOffset }
    for (first, second) in zip(placed, placed.dropFirst())
    where first.fileOffset + first.byteCount > second.fileOffset {
      place = "tensor \(quoted(second.name))"
      throw failure("its bytes overlap those of tensor \(quoted(first.name))", at: second.fileOffset)
    }
  }
}

extension StorageType.SizeFault {
  /// What is wrong with a shape in a type.
  func description(type: StorageType, shape: [Int]) -> String {
    let shown = shape.count > 8 ? "\(shape.prefix(8)) and \(shape.count - 8) more dimensions" : "\(shape)"
    return switch self {
    case .overflow: "the size of shape \(shown) in \(type) overflows 64 bits"
    case .partialBlock(let row):
      "rows of \(row) elements are no whole number of \(type)'s blocks of \(type.blockLength)"
    case .partialByte(let bits): "shape \(shown) in \(type) takes \(bits) bits, which is no whole number of bytes"
    }
  }
}

extension StorageType {
  /// ggml's types by their numbers in files; nil where ggml has removed or not yet given one.
  private static let ggmlTypes: [StorageType?] = [
    .f32, .f16, .q4_0, .q4_1, nil, nil, .q5_0, .q5_1, .q8_0, .q8_1,
    .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .q8_K, .iq2_XXS, .iq2_XS, .iq3_XXS, .iq1_S,
    .iq4_NL, .iq3_S, .iq2_S, .iq4_XS, .i8, .i16, .i32, .i64, .f64, .iq1_M,
    .bf16, nil, nil, nil, .tq1_0, .tq2_0, nil, nil, nil, .mxfp4,
    .nvfp4, .q1_0, .q2_0,
  ]

  /// Q4_2, Q4_3 and the types of repacked weights.
  static let removedGGMLTypes: Set<UInt32> = [4, 5, 31, 32, 33, 36, 37, 38]

  /// The type with ggml's number.
  init?(ggml number: UInt32) {
    guard number < Self.ggmlTypes.count, let type = Self.ggmlTypes[Int(number)] else { return nil }
    self = type
  }

  /// ggml's number; nil for types that GGUF files cannot hold.
  var ggmlNumber: UInt32? { Self.ggmlTypes.firstIndex(of: self).map { UInt32($0) } }
}
