#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A new folder that is removed with everything in it when the object goes.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  /// Creates the folder.
  public init() throws {
    let base = Fixtures.environment("TMPDIR") ?? "/tmp"
    var template = Array("\(base)/lathe-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw MissingFixture(path: base) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path of a name in the folder.
  public subscript(name: String) -> String { path + "/" + name }

  deinit { TemporaryFolder.removeAll(path) }

  private static func removeAll(_ path: String) {
    // A link to a folder is unlinked, not followed.
    if unlink(path) == 0 { return }
    for name in Fixtures.allNames(in: path) { removeAll(path + "/" + name) }
    rmdir(path)
  }
}

extension TemporaryFolder {
  /// Writes a text file into the folder.
  public func write(_ text: String, to name: String) throws {
    guard let file = fopen(self[name], "wb") else { throw MissingFixture(path: self[name]) }
    defer { fclose(file) }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw MissingFixture(path: self[name]) }
  }
}
