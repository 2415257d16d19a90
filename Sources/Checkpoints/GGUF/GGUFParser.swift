import Files
import OrderedCollections

/// Reads the head of a GGUF file from its first byte to the last tensor's place.
struct GGUFParser {
  let file: MappedFile
  let bytes: UnsafeRawBufferPointer
  var position = 0
  /// What is being read, for messages.
  var place = "header"

  var version = 0
  var alignment = 32
  var dataOffset = 0
  var metadata: OrderedDictionary<String, GGUFValue> = [:]
  var tensors: OrderedDictionary<String, TensorEntry> = [:]

  /// GGUF keys are at most this long; longer lengths are faults, not names.
  static let longestKey = 65_535
  /// ggml's GGML_MAX_NAME.
  static let longestTensorName = 64
  /// ggml's GGML_MAX_DIMS.
  static let mostDimensions = 4
  /// Arrays in arrays: no writer nests them at all, the limit keeps the stack safe.
  static let deepestArray = 8

  init(file: MappedFile) {
    self.file = file
    bytes = file.bytes
  }

  func failure(_ problem: String, at offset: Int? = nil) -> CheckpointError {
    CheckpointError(path: file.path, place: place, offset: offset ?? position, problem: problem)
  }

  mutating func parse() throws(CheckpointError) {
    let (tensorCount, metadataCount) = try parseHeader()
    for index in 0..<metadataCount {
      place = "metadata entry \(index + 1) of \(metadataCount)"
      try parseMetadataEntry()
    }
    try readAlignment()
    var infos: OrderedDictionary<String, TensorInfo> = [:]
    for index in 0..<tensorCount {
      place = "tensor \(index + 1) of \(tensorCount)"
      let info = try parseTensorInfo()
      if infos.updateValue(info, forKey: info.name) != nil { throw failure("a second tensor of this name") }
    }
    try placeTensors(infos)
  }

  /// The magic, the version and the two counts.
  private mutating func parseHeader() throws(CheckpointError) -> (tensors: Int, metadata: Int) {
    if bytes.isEmpty { throw failure("the file is empty") }
    let magic = bytes.prefix(4)
    guard magic.elementsEqual(GGUFFile.magic) else {
      if magic.elementsEqual(GGUFFile.magic.reversed()) {
        throw failure("a big-endian GGUF file; \(Self.bigEndianRemedy)")
      }
      if GGUFFile.magic.starts(with: magic) { throw failure("the file ends within the magic 'GGUF'") }
      throw failure("expected the magic 'GGUF', got \(quoted(String(decoding: magic, as: UTF8.self)))")
    }
    position = 4
    let number = UInt32(truncatingIfNeeded: try readNumber(size: 4, what: "the version"))
    switch number {
    case 2, 3: version = Int(number)
    case 1: throw failure("version 1 is no longer in use; convert the model again", at: 4)
    case _ where (1...0xFFFF).contains(number.byteSwapped):
      throw failure("a big-endian GGUF file (version \(number.byteSwapped)); \(Self.bigEndianRemedy)", at: 4)
    default: throw failure("expected version 2 or 3, got \(number)", at: 4)
    }
    // The fewest bytes of a tensor's entry: name length, dimension count, type, offset; and of a metadata entry: key
    // length, type, one byte of value. Counts that cannot be true are refused before anything is reserved.
    let tensors = try readCount(of: "tensors", smallest: 24)
    let metadata = try readCount(of: "metadata entries", smallest: 13)
    return (tensors, metadata)
  }

  private static let bigEndianRemedy = "convert it to little-endian (gguf_convert_endian.py of llama.cpp)"

  private mutating func parseMetadataEntry() throws(CheckpointError) {
    let start = position
    let key = try readText(limit: Self.longestKey, what: "the key")
    place = "metadata key \(quoted(key))"
    if metadata[key] != nil { throw failure("the same key a second time", at: start) }
    let type = try readType()
    metadata[key] = try readValue(type)
  }

  /// `general.alignment`: a power of two (ggml pads with it) and a multiple of 8 (the specification).
  private mutating func readAlignment() throws(CheckpointError) {
    guard let value = metadata["general.alignment"] else { return }
    func failure(_ problem: String) -> CheckpointError {
      CheckpointError(path: file.path, place: "metadata key 'general.alignment'", problem: problem)
    }
    guard case .uint32(let number) = value else { throw failure("expected a uint32, got \(value.type.name)") }
    guard number >= 8, number & (number - 1) == 0 else {
      throw failure("expected a power of two of at least 8, got \(number)")
    }
    alignment = Int(number)
  }
}

extension GGUFParser {
  /// Bytes from here to the end of the file.
  var remaining: Int { bytes.count - position }

  /// Refuses when fewer than `count` bytes are left.
  func require(_ count: UInt64, what: String) throws(CheckpointError) {
    guard count <= UInt64(remaining) else {
      throw failure("\(what) takes \(count) bytes, but the file ends \(remaining) bytes further on")
    }
  }

  mutating func readNumber(size: Int, what: String) throws(CheckpointError) -> UInt64 {
    try require(UInt64(size), what: what)
    defer { position += size }
    return bytes.load(position, size: size)
  }

  /// A count of things that take at least `smallest` bytes each.
  mutating func readCount(of what: String, smallest: Int) throws(CheckpointError) -> Int {
    let start = position
    let count = try readNumber(size: 8, what: "the number of \(what)")
    guard count <= UInt64(remaining / smallest) else {
      throw failure("\(count) \(what) cannot fit into the \(remaining) bytes that follow", at: start)
    }
    return Int(count)
  }

  /// A string's bytes, behind their length.
  mutating func readBytes(what: String) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let start = position
    let length = try readNumber(size: 8, what: "the length of \(what)")
    guard length <= UInt64(remaining) else {
      throw failure("\(what) takes \(length) bytes, but the file ends \(remaining) bytes further on", at: start)
    }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
  }

  mutating func readText(limit: Int = .max, what: String) throws(CheckpointError) -> String {
    let start = position
    let text = try readBytes(what: what)
    guard text.count <= limit else {
      throw failure("\(what) takes \(text.count) bytes, the limit is \(limit)", at: start)
    }
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw failure("\(what) is not UTF-8", at: start + 8)
    }
    return valid
  }

  mutating func readType() throws(CheckpointError) -> GGUFValueType {
    let start = position
    let number = UInt32(truncatingIfNeeded: try readNumber(size: 4, what: "the value's type"))
    guard let type = GGUFValueType(rawValue: number) else {
      throw failure("unknown value type \(number); types are 0 (uint8) to 12 (float64)", at: start)
    }
    return type
  }

  mutating func readValue(_ type: GGUFValueType) throws(CheckpointError) -> GGUFValue {
    switch type {
    case .string: return .string(try readText(what: "the string"))
    case .array:
      let (elementType, count) = try readArrayHead()
      let start = position
      try skipElements(elementType, count: count, depth: 1)
      return .array(GGUFArray(elementType: elementType, count: count, file: file, range: start..<position))
    default:
      let start = position
      let bits = try readNumber(size: type.fixedSize ?? 0, what: "the \(type.name)")
      if type == .bool, bits > 1 { throw failure("expected a boolean 0 or 1, got \(bits)", at: start) }
      return GGUFValue(type, bits: bits)
    }
  }

  private mutating func readArrayHead() throws(CheckpointError) -> (GGUFValueType, Int) {
    let type = try readType()
    return (type, try readCount(of: "array elements of type \(type.name)", smallest: type.smallestSize))
  }

  /// Moves over an array's elements, checking that each is whole.
  private mutating func skipElements(_ type: GGUFValueType, count: Int, depth: Int) throws(CheckpointError) {
    switch type {
    case .string:
      for _ in 0..<count { _ = try readBytes(what: "a string of the array") }
    case .array:
      guard depth < Self.deepestArray else {
        throw failure("arrays are nested deeper than \(Self.deepestArray) levels")
      }
      for _ in 0..<count {
        let (inner, innerCount) = try readArrayHead()
        try skipElements(inner, count: innerCount, depth: depth + 1)
      }
    case .bool:
      if let index = bytes[position..<position + count].firstIndex(where: { $0 > 1 }) {
        throw failure("expected a boolean 0 or 1, got \(bytes[index])", at: index)
      }
      position += count
    default:
      // The count was checked against what is left of the file, so the product cannot overflow.
      position += count * (type.fixedSize ?? 0)
    }
  }
}
