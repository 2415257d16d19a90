import Checkpoints
import Files
import JSONText
import OrderedCollections
import TestSupport
import Testing

@Suite struct ShardedSafetensorsTests {
  /// Two shards with a tensor each, of which the index says `map`.
  private func folder(map: String, shards: [String] = ["one", "two"]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (index, name) in shards.enumerated() {
      let header = #"{"t\#(index)":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#
      try writeAtomically(safetensors(header, data: 3), to: folder[name + ".safetensors"])
    }
    let index = #"{"metadata":{"total_size":6},"weight_map":\#(map)}"#
    try writeAtomically(Array(index.utf8), to: folder["model.safetensors.index.json"])
    return folder
  }

  @Test func shardsAreOneCheckpoint() throws {
    let folder = try folder(map: #"{"t1":"two.safetensors","t0":"one.safetensors"}"#)
    for path in [folder.path, folder.path + "/", folder["model.safetensors.index.json"]] {
      let checkpoint = try openCheckpoint(path)
      #expect(checkpoint.format == .safetensors)
      #expect(Array(checkpoint.tensors.keys) == ["t0", "t1"])
      #expect(checkpoint.files.count == 2)
      for tensor in checkpoint.tensors.values {
        #expect(withExtendedLifetime(checkpoint) { Array(checkpoint.bytes(of: tensor)) } == [7, 7, 7])
      }
      #expect(try json(of: checkpoint)["tensors"]?[1]?["file"] == "two.safetensors")
    }
  }

  @Test(arguments: [
    (#"{"t0":"one.safetensors","t1":"gone.safetensors"}"#, "'gone.safetensors' it names is missing"),
    (#"{"t0":"one.safetensors","t1":"two.safetensors","t2":"two.safetensors"}"#, "the index is stale"),
    (#"{"t0":"two.safetensors","t1":"one.safetensors"}"#, "but it is in"),
    (#"{"t0":"../one.safetensors"}"#, "no path inside the folder"),
    (#"{"t0":"/etc/passwd"}"#, "no path inside the folder"),
    (#"{"t0":"a/../../one.safetensors"}"#, "no path inside the folder"),
    (#"{"t0":"one.safetensors\u0000"}"#, "no path inside the folder"),
    (#"{"t0":""}"#, "no path inside the folder"),
    (#"{"t0":5}"#, "expected a file name"),
    (#"{}"#, "it is empty"),
    (#"[]"#, "must have this object"),
  ])
  func anIndexThatLiesIsRefused(map: String, fault: String) throws {
    let folder = try folder(map: map)
    let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
    let message = try #require(error?.description)
    #expect(message.contains(fault), "\(message)")
    #expect(message.contains("model.safetensors.index.json"))
  }

  @Test func aTensorInTwoShardsIsRefused() throws {
    let folder = try folder(map: #"{"t0":"one.safetensors","t1":"two.safetensors"}"#)
    try writeAtomically(try readFile(folder["one.safetensors"], limit: 1000), to: folder["two.safetensors"])
    let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
    #expect(error?.problem == "it is in both 'one.safetensors' and 'two.safetensors'")
  }

  @Test func shardsWithUsualNamesNeedNoIndex() throws {
    let folder = try TemporaryFolder()
    for part in 1...2 {
      let header = #"{"t\#(part)":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
      try writeAtomically(safetensors(header, data: 1), to: folder["my-model-0000\(part)-of-00002.safetensors"])
    }
    #expect(try openCheckpoint(folder.path).tensors.count == 2)
    try writeAtomically(safetensors("{}"), to: folder["other.safetensors"])
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
  }
}

@Suite struct SplitGGUFTests {
  private func write(_ folder: TemporaryFolder, part: Int, of count: Int, name: String? = nil, total: Int = 3) throws {
    let metadata: OrderedDictionary<String, GGUFValue> = [
      "split.no": .uint16(UInt16(part - 1)), "split.count": .uint16(UInt16(count)),
      "split.tensors.count": .int32(Int32(total)), "part": .int32(Int32(part)),
    ]
    let path = folder[name ?? "m-0000\(part)-of-0000\(count).gguf"]
    let tensor = TensorDescription(name: "t\(part)", type: .i8, shape: [4])
    let writer = try GGUFWriter(path: path, metadata: metadata, tensors: [tensor])
    try [UInt8](repeating: UInt8(part), count: 4).withUnsafeBytes { try writer.append($0) }
    try writer.finish()
  }

  @Test func anyPartOpensAll() throws {
    let folder = try TemporaryFolder()
    for part in 1...3 { try write(folder, part: part, of: 3) }
    for path in [folder["m-00001-of-00003.gguf"], folder["m-00003-of-00003.gguf"], folder.path] {
      let checkpoint = try openCheckpoint(path)
      #expect(Array(checkpoint.tensors.keys) == ["t1", "t2", "t3"])
      #expect(try checkpoint.integer("part") == 1)
      let last = try #require(checkpoint.tensors["t3"])
      #expect(withExtendedLifetime(checkpoint) { Array(checkpoint.bytes(of: last)) } == [3, 3, 3, 3])
    }
  }

  @Test func brokenSetsAreRefused() throws {
    let folder = try TemporaryFolder()
    for part in 1...2 { try write(folder, part: part, of: 3) }
    var error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder["m-00001-of-00003.gguf"]) }
    #expect(error?.problem == "it is part 1 of 3, and 'm-00003-of-00003.gguf' is missing")
    try write(folder, part: 2, of: 3, name: "m-00003-of-00003.gguf")
    error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder["m-00001-of-00003.gguf"]) }
    #expect(error?.problem == "expected part 3 of 3, got part 2 of 3")
    try write(folder, part: 3, of: 3, total: 4)
    try write(folder, part: 1, of: 3, total: 4)
    error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder["m-00001-of-00003.gguf"]) }
    #expect(error?.problem == "4 tensors, but the parts hold 3")
    try write(folder, part: 1, of: 3, name: "renamed.gguf")
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder["renamed.gguf"]) }
  }
}

@Suite struct ModelFolderTests {
  @Test func aFolderHasItsConfiguration() throws {
    let folder = try TemporaryFolder()
    try writeAtomically(safetensors("{}"), to: folder["model.safetensors"])
    #expect(try openCheckpoint(folder.path).configuration == nil)
    try writeAtomically(Array(#"{"model_type":"llama"}"#.utf8), to: folder["config.json"])
    try writeAtomically(Array(#"{"eos_token_id":2}"#.utf8), to: folder["generation_config.json"])
    let checkpoint = try openCheckpoint(folder.path)
    #expect(checkpoint.configuration?["model_type"] == "llama")
    #expect(checkpoint.generationConfiguration?["eos_token_id"] == 2)
    for wrong in ["[]", "{", ""] {
      try writeAtomically(Array(wrong.utf8), to: folder["config.json"])
      let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
      #expect(error?.path == folder["config.json"])
    }
  }

  @Test func contentDecidesNotTheName() throws {
    let folder = try TemporaryFolder()
    try GGUFTests.write(to: folder["model.safetensors"])
    #expect(try openCheckpoint(folder["model.safetensors"]).format == .gguf)
    try writeAtomically(safetensors("{}"), to: folder["other.gguf"])
    #expect(try openCheckpoint(folder["other.gguf"]).format == .safetensors)
  }

  @Test(arguments: [
    ("pytorch_model.bin", Array("PK\u{3}\u{4}".utf8), "a zip archive"),
    ("a.pt", [0x80, 0x02, 0x8A], "a Python pickle"),
    ("a.safetensors", Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a Git LFS pointer"),
    ("a.bin", [], "an empty file"), ("a.bin", [1, 2, 3], "something else"),
  ])
  func otherFilesAreNamed(name: String, bytes: [UInt8], what: String) throws {
    let folder = try TemporaryFolder()
    try writeAtomically(bytes, to: folder[name])
    let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder[name]) }
    #expect(error?.description.contains(what) == true)
  }

  @Test func foldersWithoutOneModelAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
    try writeAtomically([1], to: folder["pytorch_model.bin"])
    let error = #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
    #expect(error?.problem.contains("convert them to safetensors") == true)
    try GGUFTests.write(to: folder["a.gguf"])
    #expect(try openCheckpoint(folder.path).format == .gguf)
    try GGUFTests.write(to: folder["b.gguf"])
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder.path) }
    #expect(throws: CheckpointError.self) { try openCheckpoint(folder["absent"]) }
  }

  @Test(.needsSharedFixtures) func publishedFoldersOpen() throws {
    let models = try #require(Fixtures.shared) + "/models/llama"
    for name in Fixtures.names(in: models) {
      let checkpoint = try openCheckpoint(models + "/" + name)
      #expect(checkpoint.configuration?["model_type"] == "llama")
      #expect(checkpoint.tensors["model.embed_tokens.weight"] != nil)
      #expect(checkpoint.files.count == (name == "published-sharded" ? 3 : 1))
    }
  }
}
