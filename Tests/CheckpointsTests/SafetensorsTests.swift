import Checkpoints
import Files
import JSONText
import OrderedCollections
import TestSupport
import Testing

/// A safetensors file of a header's text and some bytes of data.
func safetensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let length = length ?? UInt64(text.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text + [UInt8](repeating: 7, count: data)
}

@Suite struct SafetensorsTests {
  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    let folder = try TemporaryFolder()
    try writeAtomically(bytes, to: folder["a.safetensors"])
    return try SafetensorsFile(path: folder["a.safetensors"])
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let types: [StorageType] = [.f32, .bf16, .bool, .f8_E4M3, .i64, .u16, .c64, .f4, .f6_E2M3, .u8]
    let tensors = types.map { TensorDescription(name: "t.\($0.name)\"\n", type: $0, shape: [3, 4]) }
    let metadata: OrderedDictionary = ["format": "pt", "note": "é你\u{0}"]
    let writer = try SafetensorsWriter(path: folder["a"], metadata: metadata, tensors: tensors)
    var all: [UInt8] = []
    for type in types { all += (0..<12 * type.blockBits / 8).map { UInt8(truncatingIfNeeded: $0 &* 31) } }
    try all.withUnsafeBytes { try writer.append($0) }
    try writer.finish()

    let file = try SafetensorsFile(path: folder["a"])
    #expect(file.strings == metadata)
    #expect(file.dataOffset % 8 == 0)
    #expect(file.tensors.values.map { $0.type } == types)
    var read: [UInt8] = []
    for tensor in file.tensors.values {
      #expect(tensor.shape == [3, 4])
      withExtendedLifetime(file) { read += file.bytes(of: tensor) }
    }
    #expect(read == all)
    #expect(try json(of: file)["metadata"]?["note"] == "é你\u{0}")
  }

  @Test(arguments: [
    #"{}"#, #"{"__metadata__":{}}"#, #"{"__metadata__":null}"#, "{}   \n",
    #"{"a":{"shape":[2],"x":[[{"y":[1e9]}],"z"],"dtype":"F16","data_offsets":[0,4]}}"#,
    #"{ "a" : { "dtype" : "F4" , "shape" : [ 4 , 2 ] , "data_offsets" : [ 0 , 4 ] } }"#,
    #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}"#,
    #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]},"__metadata__":{"k":"v"}}"#,
    #"{"\u0061":{"dtype":"F8_E8M0","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,4]}}"#,
  ])
  func headersThatTheFormatAllows(header: String) throws {
    let hasData = header.contains("data_offsets")
    let file = try open(safetensors(header, data: hasData ? 4 : 0))
    #expect(file.tensors.isEmpty == !hasData)
  }

  @Test(arguments: [
    // Structure.
    #"{"a":[1]}"#, #"{"a":null}"#, #"{"a":{}}"#, "{", "{}x", #"{"a"}"#, #"{"a":}"#, " {}", "{},", "\u{FEFF}{}",
    #"{"__metadata__":{"k":1}}"#, #"{"__metadata__":["k"]}"#, #"{"__metadata__":{"k":"v","k":"w"}}"#,
    #"{"__metadata__":{},"__metadata__":{}}"#,
    // Fields.
    #"{"a":{"dtype":"f16","shape":[2],"data_offsets":[0,4]}}"#, #"{"a":{"dtype":5,"shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"Q4_0","shape":[32],"data_offsets":[0,18]}}"#,
    #"{"a":{"dtype":"F16","shape":2,"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2.0],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2e0],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":["2"],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[02],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2,],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[-0,4]}}"#,
    #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,99999999999999999999]}}"#,
    #"{"a":{"dtype":"F16","dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"shape":[2],"data_offsets":[0,4]}}"#, #"{"a":{"dtype":"F16","data_offsets":[0,4]}}"#,
    // Places: a hole before, a hole at the end, a size that does not fit, half a byte.
    #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#,
    #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
    #"{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}"#,
    #"{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#,
  ])
  func headersThatTheFormatForbids(header: String) throws {
    let error = #expect(throws: CheckpointError.self) { try open(safetensors(header, data: 4)) }
    #expect(error?.offset != nil)
  }

  @Test func dataBehindTheLastTensorIsRefused() throws {
    #expect(throws: CheckpointError.self) { try open(safetensors("{}", data: 1)) }
    #expect(throws: CheckpointError.self) { try open(safetensors("{}", length: 100_000_001)) }
    #expect(throws: CheckpointError.self) { try open(safetensors("{}", length: .max - 7)) }
  }

  @Test func deepNestingIsRefusedWithoutRecursion() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: CheckpointError.self) { try open(safetensors(#"{"a":{"x":"# + deep)) }
    #expect(throws: CheckpointError.self) { try open(safetensors(#"{"a":{"shape":"# + deep)) }
    let objects = String(repeating: #"{"x":"#, count: 100_000)
    #expect(throws: CheckpointError.self) { try open(safetensors(#"{"a":{"x":"# + objects)) }
  }

  @Test func errorsShowNamesOnOneLine() throws {
    let header = #"{"a\n\u001b[31m\u202e":{"dtype":"X","shape":[2],"data_offsets":[0,4]}}"#
    let error = #expect(throws: CheckpointError.self) { try open(safetensors(header, data: 4)) }
    let message = try #require(error?.description)
    #expect(message.contains(#"tensor 'a\n\u{1B}[31m\u{202E}'"#))
    #expect(message.contains("unknown dtype 'X'"))
  }
}
