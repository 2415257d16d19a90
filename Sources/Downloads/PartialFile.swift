#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file a download grows in; locked, so that two programs do not write the same one.
final class PartialFile {
  let path: String
  private var descriptor: Int32

  init(path: String) throws(DownloadError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DownloadError(.disk, "\(path): cannot be written: \(errorText())") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close()
      throw DownloadError(.disk, "\(path): another download of this file is running")
    }
  }

  func close() {
    if descriptor >= 0 { _ = systemClose(descriptor) }
    descriptor = -1
  }

  func size() throws(DownloadError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("its size cannot be read") }
    return Int64(status.st_size)
  }

  func truncate() throws(DownloadError) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure("cannot be emptied") }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(DownloadError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("cannot be written") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Refuses before the first byte what cannot fit.
  func checkSpace(for bytes: Int64) throws(DownloadError) {
    var space = statvfs()
    guard fstatvfs(descriptor, &space) == 0 else { return }
    let free = Int64(clamping: UInt64(space.f_bavail) &* UInt64(space.f_frsize))
    if bytes > free {
      throw DownloadError(
        .disk, "\(path): the disk is full: \(bytes) more bytes are needed, \(free) are free; make room and pull again")
    }
  }

  /// Makes the bytes durable and gives the file its final name.
  func finish(as destination: String) throws(DownloadError) {
    guard fsync(descriptor) == 0 else { throw failure("cannot be written") }
    guard rename(path, destination) == 0 else { throw failure("cannot be renamed to \(destination)") }
    let folder = destination.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      _ = systemClose(directory)
    }
  }

  func remove() { unlink(path) }

  private func failure(_ what: String) -> DownloadError {
    errno == ENOSPC || errno == EDQUOT
      ? DownloadError(.disk, "\(path): the disk is full; what arrived is kept, make room and pull again")
      : DownloadError(.disk, "\(path): \(what): \(errorText())")
  }
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
