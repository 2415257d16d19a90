import TestSupport
import Testing

@testable import Downloads

@Suite struct ModelPullTests {
  static func listing(_ files: [(String, [UInt8])]) -> [UInt8] {
    let entries = files.map { path, bytes in
      #"{"type":"file","path":"\#(path)","size":\#(bytes.count),"oid":"0","lfs":{"oid":"\#(sha256(bytes))","size":\#(bytes.count)}}"#
    }
    return Array(("[" + entries.joined(separator: ",") + "]").utf8)
  }

  func server(_ files: [(String, [UInt8])]) throws -> ScriptedServer {
    try ScriptedServer { request in
      if request.path.hasPrefix("/api/models/ann/tiny/tree/main") {
        return .init(body: ModelPullTests.listing(files))
      }
      for (path, bytes) in files where request.path == "/ann/tiny/resolve/main/" + path {
        return ScriptedServer.file(bytes, request)
      }
      return .init(status: 404)
    }
  }

  @Test func repositoryFileIsPulledAndFound() async throws {
    let folder = try TemporaryFolder()
    let bytes = Array("GGUF and more".utf8)
    let server = try server([("tiny-Q8_0.gguf", [1, 2, 3]), ("tiny-Q4_1.gguf", bytes)])
    defer { server.stop() }
    let store = ModelStore(folder: folder.path + "/models")
    let pull = ModelPull(hub: Hub(endpoint: server.address), store: store)
    let model = try await pull.run(PullRequest("ann/tiny:tiny-Q4_1.gguf")) { _ in }
    #expect(model == LocalModel(name: "ann/tiny/tiny-Q4_1", path: store.folder + "/ann/tiny/tiny-Q4_1.gguf"))
    #expect(contents(model.path) == bytes)
    #expect(store.models() == [model])
    #expect(try store.find("tiny") == model)
    // A quantisation's name is enough.
    let other = try await pull.run(PullRequest("ann/tiny:q8_0")) { _ in }
    #expect(other.name == "ann/tiny/tiny-Q8_0")
    #expect(throws: DownloadError.self) { try store.find("tiny") }
    #expect(try store.find("ann/tiny/tiny-Q8_0") == other)
  }

  @Test func folderOfSafetensorsComesWhole() async throws {
    let folder = try TemporaryFolder()
    let files: [(String, [UInt8])] = [
      ("config.json", Array("{}".utf8)), ("model.safetensors", [9, 9]), ("tokenizer.json", Array("{}".utf8)),
      ("onnx/model.onnx", [1]), ("README.md", [2]),
    ]
    let server = try server(files)
    defer { server.stop() }
    let store = ModelStore(folder: folder.path)
    let model = try await ModelPull(hub: Hub(endpoint: server.address), store: store)
      .run(PullRequest("ann/tiny")) { _ in }
    #expect(model == LocalModel(name: "ann/tiny", path: folder.path + "/ann/tiny"))
    #expect(contents(model.path + "/model.safetensors") == [9, 9])
    #expect(contents(model.path + "/README.md") == nil)
    #expect(store.models() == [model])
  }

  @Test func namesThatLeaveTheFolderAreRefused() async throws {
    let folder = try TemporaryFolder()
    let server = try server([("../../evil.gguf", [1])])
    defer { server.stop() }
    let pull = ModelPull(hub: Hub(endpoint: server.address), store: ModelStore(folder: folder.path + "/a/b/c"))
    await #expect(throws: DownloadError.self) { try await pull.run(PullRequest("ann/tiny")) { _ in } }
    #expect(contents(folder.path + "/evil.gguf") == nil)
  }

  @Test(arguments: ["", "nonsense", "a/b/c", "/a", "a/", "../x", "a/b:../c", "a/..", "a b/c:"])
  func malformedRequestsNameWhatIsExpected(text: String) {
    let error = #expect(throws: DownloadError.self) { try PullRequest(text) }
    #expect(error?.kind == .request)
  }

  @Test func gitObjectIdsAreChecked() throws {
    let folder = try TemporaryFolder()
    let server = try ScriptedServer { ScriptedServer.file(Array("hello\n".utf8), $0) }
    defer { server.stop() }
    // `printf 'hello\n' | git hash-object --stdin`
    let hash = ContentHash.gitBlob("ce013625030ba8dba906f756967f9e9ca394464a")
    let good = FileDownload(url: server.address + "/x", destination: folder.path + "/x", hash: hash)
    try good.run(progress: { _ in })
    #expect(contents(folder.path + "/x") == Array("hello\n".utf8))
  }
}
