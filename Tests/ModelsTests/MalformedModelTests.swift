import Checkpoints
import JSONText
import Models
import Tensors
import TestSupport
import Testing

/// Model files that must be refused in one line, or load: fixtures/malformed.
@Suite(.needsSharedFixtures) struct MalformedModelTests {
  static let cases: [(file: String, expect: String)] = {
    guard let shared = Fixtures.shared, let bytes = try? Fixtures.bytes(shared + "/malformed/manifest.json"),
      let files = try? JSONValue(parsing: bytes)["files"]?.array
    else { return [] }
    return files.filter { $0["kind"]?.string == "gguf-model" }.map {
      ($0["file"]?.string ?? "", $0["expect"]?.string ?? ($0["expect"]?["loads"]?.bool == true ? "loads" : ""))
    }
  }()

  @Test func theManifestHasThem() { #expect(MalformedModelTests.cases.count >= 10) }

  @Test(.timeLimit(.minutes(1)), arguments: cases.indices) func aModelIsAsTheManifestSays(index: Int) throws {
    let (file, expect) = MalformedModelTests.cases[index]
    let path = try #require(Fixtures.shared) + "/malformed/" + file
    do {
      let model = try loadLanguageModel(path: path, backend: CPUBackend(threads: 1))
      #expect(expect != "error", "\(file) must be refused")
      let cache = try model.makeCache(capacity: 2, elementType: .f32)
      #expect(try model([0, 1], cache: cache, logits: .last).floats().allSatisfy(\.isFinite))
    } catch {
      #expect(expect != "loads", "\(file): \(error)")
      let message = "\(error)"
      #expect(message.contains(file))
      #expect(!message.contains { $0.isNewline })
      #expect(message.count > file.count + 10)
    }
  }
}
