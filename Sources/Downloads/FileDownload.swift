import Crypto
import Transfers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A hash that the bytes of a downloaded file must have.
public enum ContentHash: Hashable, Sendable {
  /// SHA-256 in lower-case hexadecimal.
  case sha256(String)
  /// The git object id of a file: SHA-1 of "blob SIZE\0" and the bytes.
  case gitBlob(String)

  /// The expected digits.
  var expected: String {
    switch self {
    case .sha256(let digits), .gitBlob(let digits): digits
    }
  }
}

/// How far a download is.
public struct DownloadProgress: Hashable, Sendable {
  /// Name of the file.
  public var file: String
  /// Bytes on disk so far, those of earlier attempts included.
  public var received: Int64
  /// Bytes in all; `nil` when the server does not say.
  public var total: Int64?
}

/// A resumable download of one file: into `DESTINATION.partial`, checked, then renamed.
public struct FileDownload: Sendable {
  /// Where the file is.
  public var url: String
  /// Where it shall be.
  public var destination: String
  /// Its size in bytes, where known.
  public var size: Int64?
  /// The hash that it must have, where known.
  public var hash: ContentHash?
  /// Extra request headers ("Name: value").
  public var headers: [String] = []
  /// Attempts after a broken connection, in all.
  public var attempts = 5
  /// Seconds without data after which an attempt counts as broken.
  public var stallSeconds = 30
  /// Seconds to wait before the second attempt; doubled each time.
  public var retryDelay = 1.0

  /// Describes a download.
  public init(url: String, destination: String, size: Int64? = nil, hash: ContentHash? = nil, headers: [String] = []) {
    self.url = url
    self.destination = destination
    self.size = size
    self.hash = hash
    self.headers = headers
  }

  var partial: String { destination + ".partial" }
  var name: String { String(destination.split(separator: "/").last ?? "file") }

  /// Downloads the file unless it is there already; what an earlier attempt left is continued.
  ///
  /// - Parameters:
  ///   - progress: called on this thread as bytes arrive, at most a few times a second.
  ///   - isStopped: asked about once a second.
  /// - Throws: `DownloadError`; after `interrupted`, `stopped` and `disk` the partial file stays for the next attempt.
  public func run(
    progress: @escaping (DownloadProgress) -> Void, isStopped: @escaping () -> Bool = { false }
  ) throws(DownloadError) {
    if try isComplete() { return }
    let file = try PartialFile(path: partial)
    defer { file.close() }
    var attempt = 1
    var delay = retryDelay
    while true {
      do {
        try transfer(into: file, progress: progress, isStopped: isStopped)
        break
      } catch {
        guard error.kind == .interrupted, attempt < attempts, !isStopped() else { throw error }
        attempt += 1
        usleep(UInt32(min(delay, 30) * 1_000_000))
        delay *= 2
      }
    }
    try verify(file)
    try file.finish(as: destination)
  }

  /// Whether the destination exists with the right size and hash.
  func isComplete() throws(DownloadError) -> Bool {
    var status = stat()
    guard stat(destination, &status) == 0 else { return false }
    if let size, Int64(status.st_size) != size { return false }
    guard let hash else { return true }
    return try FileDownload.digits(of: destination, as: hash) == hash.expected
  }

  private func transfer(
    into file: PartialFile, progress: @escaping (DownloadProgress) -> Void, isStopped: @escaping () -> Bool
  ) throws(DownloadError) {
    var received = try file.size()
    if let size, received > size {
      try file.truncate()
      received = 0
    }
    if received > 0, received == size { return }
    var total = size
    var failure: DownloadError?
    var lastReport = 0.0
    var request = HTTPTransfer(url: url, headers: headers, resumeFrom: received)
    request.stallSeconds = stallSeconds
    var handlers = HTTPTransfer.Handlers()
    handlers.pulse = { !isStopped() }
    handlers.response = { status, length in
      do throws(DownloadError) {
        if status == 200, received > 0 {
          // The server sends everything again.
          try file.truncate()
          received = 0
        }
        if (status == 200 || status == 206), length >= 0 { total = received + length }
        if let size, let total, total != size {
          throw DownloadError(.mismatch, "\(name): the server offers \(total) bytes, expected \(size)")
        }
        try file.checkSpace(for: (total ?? 0) - received)
        return true
      } catch {
        failure = error
        return false
      }
    }
    handlers.body = { bytes in
      do throws(DownloadError) {
        try file.append(bytes)
        received += Int64(bytes.count)
        let now = FileDownload.now()
        if now - lastReport > 0.1 {
          lastReport = now
          progress(DownloadProgress(file: name, received: received, total: total))
        }
        return true
      } catch {
        failure = error
        return false
      }
    }
    let status: Int
    do {
      status = try request.run(handlers)
    } catch {
      throw failure ?? error
    }
    if status == 416 {
      // The server has no byte at our position: what lies here is not a prefix of its file.
      try file.truncate()
      throw DownloadError(.interrupted, "\(name): the partial file did not fit the server's; starting over")
    }
    guard status == 200 || status == 206 else { throw HTTPTransfer.refusal(url, status: status) }
    if let total, received < total {
      throw DownloadError(.interrupted, "\(name): the connection ended after \(received) of \(total) bytes")
    }
    progress(DownloadProgress(file: name, received: received, total: received))
  }

  private func verify(_ file: PartialFile) throws(DownloadError) {
    let count = try file.size()
    if let size, count != size {
      file.remove()
      throw DownloadError(.mismatch, "\(name): \(count) bytes arrived, expected \(size); the partial file was removed")
    }
    guard let hash else { return }
    let got = try FileDownload.digits(of: partial, as: hash)
    guard got == hash.expected else {
      file.remove()
      throw DownloadError(
        .mismatch,
        "\(name): hash mismatch: expected \(hash.expected), got \(got); the file was removed, try again or name another source"
      )
    }
  }

  /// The digits of a file's hash, read in pieces.
  static func digits(of path: String, as hash: ContentHash) throws(DownloadError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DownloadError(.disk, "\(path): cannot be read: \(errorText())") }
    defer { close(descriptor) }
    var status = stat()
    fstat(descriptor, &status)
    var sha256 = SHA256()
    var sha1 = Insecure.SHA1()
    if case .gitBlob = hash { sha1.update(data: Array("blob \(status.st_size)\0".utf8)) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw DownloadError(.disk, "\(path): cannot be read: \(errorText())") }
      if count == 0 { break }
      buffer.withUnsafeBytes { bytes in
        let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        switch hash {
        case .sha256: sha256.update(bufferPointer: part)
        case .gitBlob: sha1.update(bufferPointer: part)
        }
      }
    }
    switch hash {
    case .sha256: return hexadecimal(sha256.finalize())
    case .gitBlob: return hexadecimal(sha1.finalize())
    }
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The text of `errno`.
func errorText() -> String { String(cString: strerror(errno)) }
