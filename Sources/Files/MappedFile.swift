#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A whole file mapped read-only into memory; the mapping lives as long as the object.
///
/// Only the pages that are touched are read. The file must not be truncated while it is mapped: the system then
/// raises a signal on access, which nothing here can turn into an error.
public final class MappedFile: Sendable {
  /// The file, as it was named by the caller.
  public let path: String
  /// Bytes in the file when it was opened.
  public let count: Int
  // Written once, before the object is shared; the memory behind it is read-only.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?

  /// Maps a regular file; an empty one gives no bytes.
  ///
  /// - Throws: `FileError` when the file is absent, unreadable, or a folder, pipe or device.
  public init(path: String) throws(FileError) {
    self.path = path
    // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(operation: "open", path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file"
      throw FileError(operation: "open", path: path, reason: what)
    }
    count = Int(status.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else { throw FileError(operation: "map", path: path, code: errno) }
    base = mapping
  }

  deinit {
    if let base { munmap(base, count) }
  }

  /// The file's bytes, valid while the object lives.
  ///
  /// An object may go right behind its last use, which this property can be: where nothing else keeps the file,
  /// take `withBytes`.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Gives the memory of a range back to the system: its bytes are read from the file again when they are next wanted.
  ///
  /// For parts that were copied elsewhere, such as weights packed for the kernels. Only whole pages can go.
  public func releaseMemory(of range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (max(range.lowerBound, 0) + page - 1) / page * page
    let last = range.upperBound >= count ? count : range.upperBound / page * page
    // A clean private mapping of a file: no byte is lost.
    if let base, first < last { madvise(base + first, last - first, MADV_DONTNEED) }
  }

  /// Calls `body` with the file's bytes, keeping them mapped until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }
}

/// Reads a whole file of at most `limit` bytes; also pipes and devices such as /dev/stdin.
///
/// - Throws: `FileError` when it cannot be read or is larger than `limit`.
public func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileError(operation: "open", path: path, code: errno) }
  let expected = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
  let tooLarge = FileError(operation: "read", path: path, reason: "it is larger than the limit of \(limit) bytes")
  if expected > limit { throw tooLarge }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(expected)
  // One byte more than expected shows the end of a regular file without another round.
  var chunk = [UInt8](repeating: 0, count: min(max(expected + 1, 1 << 16), 1 << 22))
  while true {
    let got = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if got == 0 { return bytes }
    if got < 0 {
      if errno == EINTR { continue }
      throw FileError(operation: "read", path: path, code: errno)
    }
    if bytes.count + got > limit { throw tooLarge }
    bytes += chunk[..<got]
  }
}

/// Whether something is at a path, and whether it is a folder.
package enum FileKind {
  case absent, file, folder

  package init(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .absent
      return
    }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }
}

/// Whether two paths lead to one file, also by links; false where either leads to none.
package func isSameFile(_ first: String, _ second: String) -> Bool {
  var (one, other) = (stat(), stat())
  guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino
}

/// The names in a folder, sorted by their bytes, without `.` and `..`.
///
/// - Throws: `FileError` when the folder cannot be read.
public func namesInFolder(_ path: String) throws(FileError) -> [String] {
  guard let directory = opendir(path) else { throw FileError(operation: "list", path: path, code: errno) }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
      field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
