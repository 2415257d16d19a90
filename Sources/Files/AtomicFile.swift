#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file written aside and put in place whole: readers see the old file or the new one, never a part.
///
/// The bytes go to a file in the same folder that has no name yet, where the system has such files, else a hidden one;
/// `commit` flushes them to disk, renames the file onto its place and flushes the folder. Without `commit` a file without
/// a name is gone however the program ends, a hidden one when the object goes.
public final class AtomicFile {
  /// Where the file appears.
  public let path: String
  /// Bytes written so far.
  public private(set) var count = 0
  private let temporaryPath: String
  private var descriptor: Int32
  /// Whether the file has a name, hidden as yet.
  private var isNamed: Bool
  private var pending: [UInt8] = []
  private static let pendingLimit = 1 << 16

  /// Creates the hidden file beside `path`.
  ///
  /// - Throws: `FileError` when the folder is absent or not writable.
  public init(path: String) throws(FileError) {
    self.path = path
    let (folder, name) = splitPath(path)
    let mark = String(UInt64.random(in: .min ... .max), radix: 36)
    temporaryPath =
      folder + "." + String(decoding: Array(name.utf8).prefix(180), as: UTF8.self) + "." + mark + ".partial"
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o666
    descriptor = AtomicFile.openUnnamed(in: folder.isEmpty ? "." : folder, mode)
    isNamed = descriptor < 0
    if isNamed { descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
    guard descriptor >= 0 else { throw FileError(operation: "write", path: path, code: errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if isNamed { unlink(temporaryPath) }
  }

  /// A new file without a name, which no way of dying leaves behind; -1 where the system or the disk has none.
  private static func openUnnamed(in folder: String, _ mode: mode_t) -> Int32 {
    #if os(Linux)
      // O_TMPFILE, a macro that Swift does not see; such a file is named through /proc.
      guard access("/proc/self/fd", X_OK) == 0 else { return -1 }
      return open(folder, O_WRONLY | 0o20000000 | O_DIRECTORY | O_CLOEXEC, mode)
    #else
      return -1
    #endif
  }

  /// Gives the file a name that nothing has, beside the hidden one if it has that. Sets `errno` where it fails.
  private func link(to path: String) -> Bool {
    #if os(Linux)
      if !isNamed {
        return linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
      }
    #endif
    return systemLink(temporaryPath, path)
  }

  /// Appends bytes; small pieces are gathered first.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    count += bytes.count
    if pending.count + bytes.count <= AtomicFile.pendingLimit {
      pending.append(contentsOf: bytes)
      return
    }
    try flush()
    if bytes.count < AtomicFile.pendingLimit {
      pending.append(contentsOf: bytes)
    } else {
      try writeAll(bytes)
    }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer in Result { () throws(FileError) in try write(buffer) } }
    try result.get()
  }

  /// Flushes everything to disk and puts the file in its place, unless something is there already.
  ///
  /// - Returns: whether the place was free.
  func commitIfAbsent() throws(FileError) -> Bool {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileError(operation: "write", path: path, code: errno) }
    // A link is never made over a name that is there, however late another program took it.
    if link(to: path) {
      close(descriptor)
      descriptor = -1
      if isNamed { unlink(temporaryPath) }
      try syncFolder(of: path)
      return true
    }
    let code = errno
    if code == EEXIST { return false }
    // File systems without links leave a look before the rename.
    guard [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(code) else {
      throw FileError(operation: "write", path: path, code: code)
    }
    guard FileKind(path: path) == .absent else { return false }
    try commit()
    return true
  }

  /// Flushes everything to disk and renames the file onto its place.
  public func commit() throws(FileError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileError(operation: "write", path: path, code: errno) }
    if !isNamed { isNamed = link(to: temporaryPath) }
    guard isNamed else { throw FileError(operation: "write", path: path, code: errno) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporaryPath, path) == 0 else {
      let code = errno
      unlink(temporaryPath)
      throw FileError(operation: "write", path: path, code: code)
    }
    try syncFolder(of: path)
  }

  private func flush() throws(FileError) {
    guard !pending.isEmpty else { return }
    let gathered = pending
    pending.removeAll(keepingCapacity: true)
    let result = gathered.withUnsafeBytes { buffer in Result { () throws(FileError) in try writeAll(buffer) } }
    try result.get()
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let written = systemWrite(descriptor, piece)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "write", path: path, code: errno)
      }
      rest = rest.dropFirst(written)
    }
  }
}

// Named apart from the methods that would hide the system calls.
private func systemLink(_ old: String, _ new: String) -> Bool { link(old, new) == 0 }

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

/// The folder of a path with its slash ("" for a bare name), and the last component.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
  let start = path.utf8.index(after: slash)
  return (String(path[..<start]), String(path[start...]))
}

/// Writes a whole file so that readers see the old bytes or the new ones, never a part, also after a power loss.
/// A symbolic link at `path` is replaced by the file.
///
/// - Throws: `FileError` when the folder is absent, not writable or full; the old file is then untouched.
public func writeAtomically(_ bytes: UnsafeRawBufferPointer, to path: String) throws(FileError) {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit()
}

/// Writes a whole file so that readers see the old bytes or the new ones, never a part.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit()
}

/// Writes a whole file where none is: it appears complete, and what is there already is never touched.
///
/// - Returns: whether it was written; false where something has that name.
/// - Throws: `FileError` when the folder is absent, not writable or full.
public func writeNewFile(_ bytes: [UInt8], to path: String) throws(FileError) -> Bool {
  if FileKind(path: path) != .absent { return false }
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  return try file.commitIfAbsent()
}

/// Flushes a folder's list of names, so that a rename in it survives a power loss.
func syncFolder(of path: String) throws(FileError) {
  let folder = splitPath(path).folder
  let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(operation: "sync the folder of", path: path, code: errno) }
  defer { close(descriptor) }
  // Some network and FUSE file systems cannot flush a folder and say so; the rename itself has been done.
  guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
    throw FileError(operation: "sync the folder of", path: path, code: errno)
  }
}
