import Files
import Sessions
import Testing

@Suite struct SessionBlobTests {
  @Test func whatIsKeptIsFoundByItsHash() throws {
    let folder = try TemporaryFolder()
    let png: [UInt8] = [1, 2, 3]
    let hash = try SessionBlobs.keep(png: png, in: folder.path + "/a.session")
    #expect(hash == sha256Hex(of: png))
    let image = ImageReference(sha256: hash, name: "x.png", width: 1, height: 1)
    #expect(try SessionBlobs.bytes(of: image, in: folder.path + "/a.session") == png)
    #expect(image.blobPath == "blobs/\(hash).png")
    // Kept twice it is there once.
    _ = try SessionBlobs.keep(png: png, in: folder.path + "/a.session")
    #expect(try namesInFolder(folder.path + "/a.session" + "/blobs") == [hash + ".png"])
  }

  @Test func othersBytesAreRefused() throws {
    let folder = try TemporaryFolder()
    let hash = try SessionBlobs.keep(png: [1, 2, 3], in: folder.path + "/a.session")
    try writeAtomically([9], to: folder.path + "/a.session" + "/blobs/\(hash).png")
    let image = ImageReference(sha256: hash, name: "x.png", width: 1, height: 1)
    #expect(throws: SessionError.self) { try SessionBlobs.bytes(of: image, in: folder.path + "/a.session") }
    #expect(throws: SessionError.self) { try SessionBlobs.bytes(of: image, in: folder.path + "/b.session") }
  }

  /// A forged log must not lead out of the session's folder.
  @Test(arguments: [
    "../../etc/passwd", "", "AB", String(repeating: "g", count: 64), String(repeating: "a", count: 63) + "/",
  ])
  func onlyHashesArePaths(name: String) throws {
    let image = ImageReference(sha256: name, name: "x.png", width: 1, height: 1)
    #expect(image.blobPath == nil)
    #expect(throws: SessionError.self) { try SessionBlobs.bytes(of: image, in: "/") }
  }

  @Test func aDiscardedSessionLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let header = SessionHeader(kind: "chat", model: "m", created: 0, terminal: TerminalSize(columns: 1, rows: 1))
    let writer = try SessionWriter.create(in: folder.path, header: header)
    _ = try SessionBlobs.keep(png: [1], in: writer.path)
    writer.discard()
    #expect(try namesInFolder(folder.path).isEmpty)
  }
}
