import Checkpoints
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What tells one set of weights from another: the SHA-256 of its files.
///
/// Hashing gigabytes takes seconds, so the result is kept in the cache folder until the file's size or time changes.
enum ModelIdentity {
  /// The hash of a checkpoint's files, in order.
  static func sha256(of checkpoint: any Checkpoint) -> String {
    let parts = checkpoint.files.map { sha256(of: $0) }
    return parts.count == 1 ? parts[0] : sha256Hex(of: Array(parts.joined(separator: "\n").utf8))
  }

  private static func sha256(of file: MappedFile) -> String {
    guard let key = cacheKey(of: file.path) else { return file.sha256Hex() }
    let entry = DataFolders.cache + "/identities/" + sha256Hex(of: Array(key.utf8))
    if let kept = try? readFile(entry, limit: 64), kept.count == 64 { return String(decoding: kept, as: UTF8.self) }
    let digits = file.sha256Hex()
    // A cache that cannot be written only costs time.
    try? createFolder(DataFolders.cache + "/identities")
    try? writeAtomically(Array(digits.utf8), to: entry)
    return digits
  }

  private static func cacheKey(of path: String) -> String? {
    var status = stat()
    guard let whole = realpath(path, nil), stat(path, &status) == 0 else { return nil }
    defer { free(whole) }
    return
      "\(String(cString: whole))\n\(status.st_size)\n\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n\(status.st_ino)"
  }
}
