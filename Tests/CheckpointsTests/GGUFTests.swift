import Checkpoints
import Files
import JSONText
import OrderedCollections
import TestSupport
import Testing

@Suite struct GGUFTests {
  static let everyKind: OrderedDictionary<String, GGUFValue> = [
    "general.architecture": .string("llama"), "a.u8": .uint8(200), "a.i8": .int8(-100), "a.u16": .uint16(65_535),
    "a.i16": .int16(-32_768), "a.u32": .uint32(.max), "a.i32": .int32(.min), "a.u64": .uint64(.max),
    "a.i64": .int64(.min), "a.f32": .float32(0.1), "a.f64": .float64(1e-300), "a.true": .bool(true),
    "a.false": .bool(false), "a.text": .string("é你\u{1F600}\n\u{1B}[31m"), "a.empty": .string(""),
    "a.words": .array(GGUFArray(["", "你好", "a"])), "a.ints": .array(GGUFArray([1, -2, 3] as [Int32])),
    "a.floats": .array(GGUFArray([0.5, -1.25] as [Float])),
    "a.bools": .array(GGUFArray(elementType: .bool, values: [.bool(true), .bool(false)])),
    "a.none": .array(GGUFArray(elementType: .uint64, values: [])),
    "a.nested": .array(
      GGUFArray(elementType: .array, values: [.array(GGUFArray(["x", "y"])), .array(GGUFArray([7] as [Int32]))])),
  ]

  static let tensors: [(TensorDescription, [UInt8])] = [
    (TensorDescription(name: "token_embd.weight", type: .f32, shape: [3, 5]), (0..<60).map { UInt8($0) }),
    (TensorDescription(name: "q", type: .q4_1, shape: [2, 64]), (0..<80).map { UInt8(255 - $0) }),
    (TensorDescription(name: "scalar", type: .f64, shape: []), [1, 2, 3, 4, 5, 6, 7, 8]),
    (TensorDescription(name: "empty", type: .bf16, shape: [0, 7]), []),
    (TensorDescription(name: "deep", type: .i8, shape: [2, 1, 3, 2]), (0..<12).map { UInt8($0 * 3) }),
  ]

  static func write(to path: String, alignment: Int = 32) throws {
    let writer = try GGUFWriter(
      path: path, metadata: everyKind, tensors: tensors.map { $0.0 }, alignment: alignment)
    // In pieces that end inside tensors.
    let all = tensors.flatMap { $0.1 }
    for start in stride(from: 0, to: all.count, by: 7) {
      try all[start..<min(start + 7, all.count)].withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
  }

  @Test(arguments: [32, 8, 64, 4096]) func whatIsWrittenIsRead(alignment: Int) throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["a.gguf"], alignment: alignment)
    let file = try GGUFFile(path: folder["a.gguf"])
    #expect(file.version == 3)
    #expect(file.alignment == alignment)
    var expected = GGUFTests.everyKind
    if alignment != 32 { expected["general.alignment"] = .uint32(UInt32(alignment)) }
    #expect(Array(file.metadata.keys) == Array(expected.keys))
    for (key, value) in expected { #expect(file.metadata[key] == value, "\(key)") }
    #expect(Array(file.tensors.keys) == GGUFTests.tensors.map { $0.0.name })
    for (description, bytes) in GGUFTests.tensors {
      let tensor = try #require(file.tensors[description.name])
      #expect(tensor.type == description.type)
      #expect(tensor.shape == description.shape)
      #expect(tensor.fileOffset % alignment == 0)
      #expect(withExtendedLifetime(file) { Array(file.bytes(of: tensor)) } == bytes)
    }
  }

  @Test func typedAccessToMetadata() throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["a.gguf"])
    let file = try GGUFFile(path: folder["a.gguf"])
    #expect(try file.string("general.architecture") == "llama")
    #expect(try file.integer("a.i64") == .min)
    #expect(try file.integer("a.u8") == 200)
    #expect(try file.double("a.f32") == Double(Float(0.1)))
    #expect(try file.double("a.u64") == 0x1p64)
    #expect(try file.bool("a.true") == true)
    #expect(try file.strings("a.words") == ["", "你好", "a"])
    #expect(try file.integers("a.ints") == [1, -2, 3])
    #expect(try file.floats("a.floats") == [0.5, -1.25])
    #expect(file.metadata["a.words"]?.array?.stringBytes == [[], Array("你好".utf8), [0x61]])
    #expect(try file.string("absent") == nil)
    let error = #expect(throws: CheckpointError.self) { try file.integer("a.words") }
    #expect(error?.problem == "expected an integer, got an array of string")
    #expect(throws: CheckpointError.self) { try file.integer("a.u64") }
    #expect(throws: CheckpointError.self) { try file.strings("a.ints") }
    let nested = try #require(file.metadata["a.nested"]?.array).elements
    #expect(nested.compactMap { $0.array?.count } == [2, 1])
    #expect(nested[1].array?.integers == [7])
  }

  @Test func listedValuesAreExact() throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["a.gguf"])
    let listing = try json(of: try GGUFFile(path: folder["a.gguf"]))
    let metadata = try #require(listing["metadata"])
    #expect(metadata["a.i64"] == .integer(.min))
    #expect(metadata["a.u64"]?.double == 0x1p64)
    #expect(metadata["a.f32"]?.double == Double(Float(0.1)))
    #expect(metadata["a.text"] == "é你\u{1F600}\n\u{1B}[31m")
    #expect(metadata["a.nested"] == [["x", "y"], [7]])
    #expect(listing["tensors"]?[1]?["dims"] == [64, 2])
    #expect(listing["tensors"]?[1]?["shape"] == [2, 64])
    #expect(listing["tensors"]?[1]?["sha256"]?.string == sha256Hex(of: GGUFTests.tensors[1].1))
  }

  @Test func textForReadingIsPlain() throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["a.gguf"])
    var bytes: [UInt8] = []
    var output = ChunkedOutput { bytes += $0 }
    CheckpointListing(of: try GGUFFile(path: folder["a.gguf"]), hashesTensors: false).writeText(to: &output)
    output.flush()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("\u{1B}"))
    #expect(text.contains(#"é你😀\n\u{1B}[31m"#))
    #expect(text.contains("string[3]"))
    #expect(text.contains("token_embd.weight"))
  }

  @Test func writersRefuseWhatTheFormatCannotHold() throws {
    let folder = try TemporaryFolder()
    func write(_ tensors: [TensorDescription], alignment: Int = 32) throws {
      _ = try GGUFWriter(path: folder["a.gguf"], metadata: [:], tensors: tensors, alignment: alignment)
    }
    let plain = TensorDescription(name: "a", type: .f32, shape: [2])
    #expect(throws: CheckpointError.self) { try write([plain], alignment: 24) }
    #expect(throws: CheckpointError.self) { try write([plain, plain]) }
    #expect(throws: CheckpointError.self) { try write([.init(name: "a", type: .f8_E4M3, shape: [2])]) }
    #expect(throws: CheckpointError.self) { try write([.init(name: "a", type: .q8_0, shape: [2, 33])]) }
    #expect(throws: CheckpointError.self) { try write([.init(name: "a", type: .f32, shape: [1, 1, 1, 1, 1])]) }
    #expect(throws: CheckpointError.self) { try write([.init(name: "a", type: .f32, shape: [.max, 8])]) }
    #expect(throws: CheckpointError.self) {
      try write([.init(name: String(repeating: "n", count: 65), type: .f32, shape: [2])])
    }
    let writer = try GGUFWriter(path: folder["a.gguf"], metadata: [:], tensors: [plain])
    #expect(throws: CheckpointError.self) { try writer.finish() }
    try [UInt8](repeating: 0, count: 8).withUnsafeBytes { try writer.append($0) }
    #expect(throws: CheckpointError.self) {
      try [UInt8](repeating: 0, count: 1).withUnsafeBytes { try writer.append($0) }
    }
    #expect(try namesInFolder(folder.path).allSatisfy { $0.hasSuffix(".partial") })
  }

  @Test(.needsSharedFixtures) func everyQuantisationOpensWithTheTypesListed() throws {
    let folder = try #require(Fixtures.shared) + "/gguf"
    var opened = 0
    for name in Fixtures.names(in: folder) where name.hasSuffix(".gguf") {
      let description = try JSONValue(parsing: try Fixtures.bytes(folder + "/" + name.dropLast(5) + ".json"))
      let file = try GGUFFile(path: folder + "/" + name)
      let types = try #require(description["tensor_types"]?.object)
      for (tensor, type) in types { #expect(file.tensors[tensor]?.type.name == type.string, "\(name) \(tensor)") }
      #expect(file.tensors.count >= types.count)
      opened += 1
    }
    #expect(opened >= 17)
  }
}
