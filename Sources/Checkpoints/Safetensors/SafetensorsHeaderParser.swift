import JSONText
import OrderedCollections

/// Reads the JSON of a safetensors header, keeping only what the format knows: a header of many megabytes makes
/// tensors, never a tree of JSON values.
struct SafetensorsHeaderParser {
  struct TensorInfo {
    var type: StorageType
    var shape: [Int]
    var begin: Int
    var end: Int
    /// Where the tensor's entry is in the file.
    var position: Int
  }

  let path: String
  private var json: JSONParser
  private var place = "header"
  var metadata: OrderedDictionary<String, String> = [:]
  var tensors: OrderedDictionary<String, TensorInfo> = [:]

  /// The header begins behind its length.
  private static let headerOffset = 8

  init(path: String, header: UnsafeRawBufferPointer) {
    self.path = path
    json = JSONParser(bytes: header, limits: JSONValue.Limits())
  }

  mutating func parse() throws(CheckpointError) {
    var hasMetadata = false
    try parseMembers(of: "the header") { (self, name, position) throws(CheckpointError) in
      if name == "__metadata__" {
        if hasMetadata { throw self.failure("a second __metadata__", at: position) }
        hasMetadata = true
        try self.parseMetadata()
        return
      }
      self.place = "tensor \(quoted(name))"
      if self.tensors[name] != nil { throw self.failure("a second tensor of this name", at: position) }
      self.tensors[name] = try self.parseTensor(at: position)
      self.place = "header"
    }
    json.skipWhiteSpace()
    if json.position < json.bytes.count { throw failure("unexpected text behind the JSON object", at: json.position) }
  }

  private mutating func parseMetadata() throws(CheckpointError) {
    place = "__metadata__"
    defer { place = "header" }
    if try skipNull() { return }
    try parseMembers(of: "__metadata__") { (self, name, position) throws(CheckpointError) in
      guard self.peek() == UInt8(ascii: "\"") else {
        throw self.failure("the value of \(quoted(name)) is not a string", at: self.json.position)
      }
      let value = try self.parseString()
      if self.metadata.updateValue(value, forKey: name) != nil {
        throw self.failure("the key \(quoted(name)) a second time", at: position)
      }
    }
  }

  private mutating func parseTensor(at position: Int) throws(CheckpointError) -> TensorInfo {
    var type: StorageType?
    var shape: [Int]?
    var offsets: [Int]?
    try parseMembers(of: "the tensor's entry") { (self, name, position) throws(CheckpointError) in
      switch name {
      case "dtype":
        if type != nil { throw self.failure("a second dtype", at: position) }
        type = try self.parseType()
      case "shape":
        if shape != nil { throw self.failure("a second shape", at: position) }
        shape = try self.parseSizes(of: "shape")
      case "data_offsets":
        if offsets != nil { throw self.failure("a second data_offsets", at: position) }
        let values = try self.parseSizes(of: "data_offsets")
        guard values.count == 2 else {
          throw self.failure("data_offsets has \(values.count) numbers, expected 2", at: position)
        }
        offsets = values
      default:
        // The reference implementation ignores members it does not know.
        do throws(JSONError) { try self.json.skipValue() } catch { throw self.failure(error) }
      }
    }
    guard let type else { throw failure("dtype is missing", at: position) }
    guard let shape else { throw failure("shape is missing", at: position) }
    guard let offsets else { throw failure("data_offsets is missing", at: position) }
    return TensorInfo(
      type: type, shape: shape, begin: offsets[0], end: offsets[1], position: position + Self.headerOffset)
  }

  private mutating func parseType() throws(CheckpointError) -> StorageType {
    guard peek() == UInt8(ascii: "\"") else { throw failure("dtype is not a string", at: json.position) }
    let position = json.position
    let name = try parseString()
    guard let type = StorageType(safetensors: name) else {
      throw failure("unknown dtype \(quoted(name))", at: position)
    }
    return type
  }

  /// An array of numbers that count something: whole, not negative, written as such.
  private mutating func parseSizes(of what: String) throws(CheckpointError) -> [Int] {
    guard peek() == UInt8(ascii: "[") else { throw failure("\(what) is not an array", at: json.position) }
    json.position += 1
    var sizes: [Int] = []
    if peek() == UInt8(ascii: "]") {
      json.position += 1
      return sizes
    }
    while true {
      sizes.append(try parseSize(of: what))
      switch peek() {
      case UInt8(ascii: ","): json.position += 1
      case UInt8(ascii: "]"):
        json.position += 1
        return sizes
      default: throw failure("expected , or ] in \(what)", at: json.position)
      }
    }
  }

  private mutating func parseSize(of what: String) throws(CheckpointError) -> Int {
    _ = peek()
    let start = json.position
    var value = 0
    while json.position < json.bytes.count, case let digit = json.bytes[json.position] &- UInt8(ascii: "0"), digit < 10
    {
      let (tens, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = tens.addingReportingOverflow(Int(digit))
      guard !first, !second else { throw failure("a number in \(what) overflows 64 bits", at: start) }
      value = sum
      json.position += 1
    }
    let digits = json.position - start
    let next = json.position < json.bytes.count ? json.bytes[json.position] : 0
    let isFraction = next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e")
    guard digits > 0, digits == 1 || json.bytes[start] != UInt8(ascii: "0"), !isFraction else {
      throw failure("\(what) holds something other than whole numbers from 0", at: start)
    }
    return value
  }
}

extension SafetensorsHeaderParser {
  private func failure(_ problem: String, at position: Int) -> CheckpointError {
    CheckpointError(path: path, place: place, offset: position + Self.headerOffset, problem: problem)
  }

  private func failure(_ error: JSONError) -> CheckpointError {
    failure("not JSON: \(error.problem)", at: error.offset)
  }

  /// The next byte that is no white space.
  private mutating func peek() -> UInt8? {
    json.skipWhiteSpace()
    return json.position < json.bytes.count ? json.bytes[json.position] : nil
  }

  private mutating func skipNull() throws(CheckpointError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    do throws(JSONError) { try json.skipValue() } catch { throw failure(error) }
    return true
  }

  private mutating func parseString() throws(CheckpointError) -> String {
    do throws(JSONError) { return try json.parseString() } catch { throw failure(error) }
  }

  /// Reads an object, calling `member` in front of each value with the name and its place.
  private mutating func parseMembers(
    of what: String, _ member: (inout Self, String, Int) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    guard peek() == UInt8(ascii: "{") else { throw failure("\(what) is not a JSON object", at: json.position) }
    json.position += 1
    if peek() == UInt8(ascii: "}") {
      json.position += 1
      return
    }
    while true {
      _ = peek()
      let position = json.position
      let name: String
      do throws(JSONError) { name = try json.parseMemberName() } catch { throw failure(error) }
      try member(&self, name, position)
      switch peek() {
      case UInt8(ascii: ","): json.position += 1
      case UInt8(ascii: "}"):
        json.position += 1
        return
      default: throw failure("not JSON: expected , or } in \(what)", at: json.position)
      }
    }
  }
}

extension StorageType {
  private static let safetensorsTypes: Set<StorageType> = [
    .bool, .f4, .f6_E2M3, .f6_E3M2, .u8, .i8, .f8_E5M2, .f8_E4M3, .f8_E8M0, .f8_E4M3FNUZ, .f8_E5M2FNUZ,
    .i16, .u16, .f16, .bf16, .i32, .u32, .f32, .c64, .f64, .i64, .u64,
  ]

  /// Whether safetensors files can hold the type; its name there is `name`.
  var isSafetensorsType: Bool { Self.safetensorsTypes.contains(self) }

  /// The type of a safetensors `dtype`.
  init?(safetensors name: String) {
    guard let type = StorageType(rawValue: name), type.isSafetensorsType else { return nil }
    self = type
  }
}
