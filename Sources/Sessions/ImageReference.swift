/// An image that belongs to a question. Its bytes are a blob of the session, found by their hash.
public struct ImageReference: Hashable, Sendable {
  /// The SHA-256 of the PNG file, 64 hexadecimal digits.
  public var sha256: String
  /// The file's name where it came from, without its folder: untrusted.
  public var name: String
  /// Pixels in a row; 0 where unknown.
  public var width: Int
  /// Rows; 0 where unknown.
  public var height: Int

  /// Creates a reference.
  public init(sha256: String, name: String, width: Int, height: Int) {
    self.sha256 = sha256
    self.name = name
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The blob's path within the session's folder; `nil` for what is no hash, which only a forged log holds.
  public var blobPath: String? {
    let isHash =
      sha256.utf8.count == 64 && sha256.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isHash ? "\(SessionBlobs.folderName)/\(sha256).png" : nil
  }
}
