import Checkpoints
import Files
import JSONText
import OrderedCollections
import TestSupport
import Testing

/// A file of the malformed collection with what is expected of it.
struct MalformedCase: CustomTestStringConvertible {
  let path: String
  let what: String
  let expect: JSONValue

  var testDescription: String { "\(path.split(separator: "/").suffix(2).joined(separator: "/")): \(what)" }

  static func all(in folder: String, kinds: Set<String>) throws -> [MalformedCase] {
    let manifest = try JSONValue(parsing: try Fixtures.bytes(folder + "/manifest.json"))
    let files = try #require(manifest["files"]?.array)
    return files.compactMap { entry in
      guard let kind = entry["kind"]?.string, kinds.contains(kind), let file = entry["file"]?.string else { return nil }
      return MalformedCase(
        path: folder + "/" + file, what: entry["what"]?.string ?? "", expect: entry["expect"] ?? .null)
    }
  }
}

@Suite struct MalformedFilesTests {
  @Test func localCopiesBehaveAsExpected() throws {
    try check(try MalformedCase.all(in: Fixtures.local + "/malformed", kinds: ["gguf", "safetensors"]), atLeast: 60)
  }

  @Test(.needsSharedFixtures) func sharedFilesBehaveAsExpected() throws {
    let shared = try #require(Fixtures.shared)
    try check(try MalformedCase.all(in: shared + "/malformed", kinds: ["gguf", "safetensors"]), atLeast: 80)
  }

  private func check(_ cases: [MalformedCase], atLeast count: Int) throws {
    #expect(cases.count >= count)
    for entry in cases {
      let name = Comment(rawValue: entry.testDescription)
      if entry.expect.object != nil {
        try checkValues(of: try openCheckpoint(entry.path), entry)
      } else {
        let error = #expect(throws: CheckpointError.self, name) { try openCheckpoint(entry.path) }
        let message = error?.description ?? ""
        #expect(message.hasPrefix(entry.path + ": "), name)
        #expect(message.utf8.allSatisfy { $0 >= 0x20 } && message.utf8.count < entry.path.utf8.count + 300, name)
      }
    }
  }

  private func checkValues(of checkpoint: any Checkpoint, _ entry: MalformedCase) throws {
    let name = Comment(rawValue: entry.testDescription)
    let expected = try #require(entry.expect["tensors"]?.object)
    #expect(Set(checkpoint.tensors.keys) == Set(expected.keys), name)
    for (tensorName, values) in expected {
      let tensor = try #require(checkpoint.tensors[tensorName], name)
      #expect(tensor.type.name == (values["type"] ?? values["dtype"])?.string, name)
      let shape = values["shape"]?.array ?? values["dims"]?.array?.reversed()
      #expect(tensor.shape == shape?.compactMap(\.integer), name)
      let hash = withExtendedLifetime(checkpoint) { sha256Hex(of: checkpoint.bytes(of: tensor)) }
      #expect(hash == values["sha256"]?.string, name)
    }
    // The listing is what users see of metadata: it must be the JSON expected, key by key.
    let listing = try json(of: checkpoint)
    for (key, value) in try #require(entry.expect["metadata"]?.object) {
      #expect(listing["metadata"]?[key] == value, name)
    }
    if let version = entry.expect["version"] { #expect(listing["version"] == version, name) }
  }
}

/// What `lathe inspect --json --hash` prints, read back.
func json(of checkpoint: any Checkpoint) throws -> JSONValue {
  var bytes: [UInt8] = []
  var output = ChunkedOutput { bytes += $0 }
  CheckpointListing(of: checkpoint, hashesTensors: true).writeJSON(to: &output)
  return try JSONValue(parsing: bytes)
}
