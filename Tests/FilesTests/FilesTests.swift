import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct MappedFileTests {
  @Test func mapsTheBytesOfAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder["data.bin"]
    try writeAtomically([1, 2, 3, 250], to: path)
    let file = try MappedFile(path: path)
    #expect(file.count == 4)
    #expect(file.withBytes { Array($0) } == [1, 2, 3, 250])
    #expect(try readFile(path, limit: 4) == [1, 2, 3, 250])
  }

  @Test func anEmptyFileHasNoBytes() throws {
    let folder = try TemporaryFolder()
    try writeAtomically([], to: folder["empty"])
    #expect(try MappedFile(path: folder["empty"]).withBytes { $0.isEmpty })
    #expect(try readFile(folder["empty"], limit: 0).isEmpty)
  }

  @Test func foldersPipesAndAbsentFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder["pipe"], 0o600) == 0)
    #expect(throws: FileError.self) { try MappedFile(path: folder["pipe"]) }
    #expect(throws: FileError.self) { try MappedFile(path: folder["absent"]) }
    #expect(throws: FileError.self) { try MappedFile(path: folder.path) }
    #expect(throws: FileError.self) { try readFile(folder.path, limit: 100) }
  }

  @Test func aFileOverTheLimitIsRefused() throws {
    let folder = try TemporaryFolder()
    try writeAtomically([UInt8](repeating: 7, count: 11), to: folder["eleven"])
    #expect(throws: FileError.self) { try readFile(folder["eleven"], limit: 10) }
    #expect(throws: FileError.self) { try readFile("/dev/zero", limit: 1 << 20) }
  }

  @Test func anErrorIsOneLineWhateverTheName() {
    let error = #expect(throws: FileError.self) { try MappedFile(path: "/nowhere/a\n\u{1B}[31mb") }
    #expect(error?.description == #"cannot open /nowhere/a\n\u{1B}[31mb: No such file or directory"#)
  }
}

@Suite struct AtomicFileTests {
  @Test func aNewFileNeverTakesTheNameOfAnother() throws {
    let folder = try TemporaryFolder()
    #expect(try writeNewFile([1, 2], to: folder["name"]))
    #expect(try !writeNewFile([3], to: folder["name"]))
    #expect(symlink("/nowhere", folder["link"]) == 0)
    #expect(try !writeNewFile([3], to: folder["link"]), "a link that leads nowhere is a name, too")
    #expect(throws: FileError.self) { try writeNewFile([3], to: folder["no/folder"]) }
    #expect(try readFile(folder["name"], limit: 10) == [1, 2])
    #expect(try namesInFolder(folder.path) == ["link", "name"])
  }

  @Test func replacesAFileAndLeavesNothingBeside() throws {
    let folder = try TemporaryFolder()
    try writeAtomically(Array("old".utf8), to: folder["name"])
    chmod(folder["name"], 0o600)
    try writeAtomically(Array("new".utf8), to: folder["name"])
    #expect(try readFile(folder["name"], limit: 10) == Array("new".utf8))
    #expect(try namesInFolder(folder.path) == ["name"])
    var status = stat()
    #expect(stat(folder["name"], &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func withoutCommitNothingChanges() throws {
    let folder = try TemporaryFolder()
    try writeAtomically(Array("old".utf8), to: folder["name"])
    do {
      let file = try AtomicFile(path: folder["name"])
      try file.write([UInt8](repeating: 1, count: 1 << 18))
    }
    #expect(try readFile(folder["name"], limit: 10) == Array("old".utf8))
    #expect(try namesInFolder(folder.path) == ["name"])
  }

  /// Nothing runs in a program that is killed: what it wrote must not stay behind by itself.
  @Test func whatIsBeingWrittenHasNoNameWhereTheDiskAllows() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(path: folder["name"])
    try file.write([UInt8](repeating: 1, count: 1 << 18))
    let names = try namesInFolder(folder.path)
    #expect(names.isEmpty || names.allSatisfy { $0.hasSuffix(".partial") })
    try file.commit()
    #expect(try namesInFolder(folder.path) == ["name"])
    #expect(try readFile(folder["name"], limit: 1 << 20).count == 1 << 18)
  }

  @Test func piecesOfAllSizesArriveInOrder() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(path: folder["pieces"])
    var expected: [UInt8] = []
    for (index, size) in [1, 70_000, 3, 65_536, 65_535, 0, 5].enumerated() {
      let piece = [UInt8](repeating: UInt8(index), count: size)
      expected += piece
      try file.write(piece)
    }
    #expect(file.count == expected.count)
    try file.commit()
    #expect(try readFile(folder["pieces"], limit: 1 << 20) == expected)
  }

  @Test func anAbsentFolderIsAnError() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try writeAtomically([1], to: folder["absent/name"]) }
    try createFolder(folder["absent/deeper"])
    try createFolder(folder["absent/deeper"])
    try writeAtomically([1], to: folder["absent/deeper/name"])
    #expect(throws: FileError.self) { try createFolder(folder["absent/deeper/name/below"]) }
  }
}

@Suite struct SHA256Tests {
  @Test func knownDigests() {
    #expect(sha256Hex(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let abc = Array("abc".utf8)
    #expect(sha256Hex(of: abc) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var stream = SHA256Stream()
    for byte in abc { stream.update([byte]) }
    #expect(stream.digest().hex == sha256Hex(of: abc))
  }

  @Test func aFilesDigestIsThatOfItsBytes() throws {
    let folder = try TemporaryFolder()
    try writeAtomically(Array("abc".utf8), to: folder["abc"])
    #expect(try sha256Hex(ofFile: folder["abc"]) == sha256Hex(of: Array("abc".utf8)))
    // More than the pieces in which a file is hashed.
    let long = (0..<(16 << 20) + 5).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try writeAtomically(long, to: folder["long"])
    #expect(try sha256Hex(ofFile: folder["long"]) == sha256Hex(of: long))
    try writeAtomically([], to: folder["empty"])
    #expect(try sha256Hex(ofFile: folder["empty"]) == sha256Hex(of: []))
  }
}
