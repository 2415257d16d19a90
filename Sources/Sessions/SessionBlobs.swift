import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files beside a session's log, each named by the hash of its bytes, so that none is kept twice and none changes.
public enum SessionBlobs {
  /// The folder's name in a session's.
  public static let folderName = "blobs"
  /// The largest blob, in bytes.
  public static let sizeLimit = 1 << 28

  /// Keeps the bytes of a PNG file; they are on disk when this returns.
  ///
  /// - Returns: their hash.
  /// - Throws: `SessionError` when the session's folder cannot be written.
  public static func keep(png bytes: [UInt8], in session: String) throws(SessionError) -> String {
    let hash = sha256Hex(of: bytes)
    let folder = session + "/" + folderName
    do {
      try createFolder(folder)
      try writeAtomically(bytes, to: folder + "/" + hash + ".png")
    } catch {
      throw SessionError("keep an image in", error)
    }
    return hash
  }

  /// The bytes of an image of a session.
  ///
  /// - Throws: `SessionError` when they are not there, or are others than those that were kept.
  public static func bytes(of image: ImageReference, in session: String) throws(SessionError) -> [UInt8] {
    guard let path = image.blobPath else {
      throw SessionError(operation: "read an image of", subject: session, reason: "its name is no hash")
    }
    let bytes: [UInt8]
    do {
      bytes = try readFile(session + "/" + path, limit: sizeLimit)
    } catch {
      throw SessionError("read an image of", error)
    }
    guard sha256Hex(of: bytes) == image.sha256 else {
      throw SessionError(
        operation: "read an image of", subject: session, reason: "\(path) does not hold what was recorded")
    }
    return bytes
  }

  /// Copies the blobs of a session into another's folder.
  static func copy(from session: String, to target: String) throws(FileError) {
    guard FileKind(path: session + "/" + folderName) == .folder else { return }
    try createFolder(target + "/" + folderName)
    for name in try namesInFolder(session + "/" + folderName) {
      let path = folderName + "/" + name
      try writeAtomically(readFile(session + "/" + path, limit: sizeLimit), to: target + "/" + path)
    }
  }

  /// Removes the blobs of a session.
  static func remove(from session: String) {
    let folder = session + "/" + folderName
    for name in (try? namesInFolder(folder)) ?? [] { unlink(folder + "/" + name) }
    rmdir(folder)
  }
}
