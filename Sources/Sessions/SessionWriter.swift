import Files
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Appends the events of a session to its log.
///
/// Each event is one `write` of one whole line, so a process that is killed loses at most the event being written;
/// at the end of a turn the file is forced to disk, for the machine's sake. A lock keeps other programs from appending.
public final class SessionWriter {
  /// The session's folder.
  public let path: String
  /// The first line.
  public let header: SessionHeader
  private let descriptor: Int32
  private var length: Int
  private var latest: Double

  private init(path: String, header: SessionHeader, descriptor: Int32, length: Int, latest: Double) {
    self.path = path
    self.header = header
    self.descriptor = descriptor
    self.length = length
    self.latest = latest
  }

  deinit { close(descriptor) }

  /// Creates a session with a name of its own, from the time it was created at, in a folder of sessions.
  ///
  /// - Throws: `SessionError` when the folder cannot be written.
  public static func create(in folder: String, header: SessionHeader) throws(SessionError) -> SessionWriter {
    do {
      try createFolder(folder)
    } catch {
      throw SessionError(
        operation: "record", subject: error.path, reason: "\(error.reason); XDG_DATA_HOME names another place for it")
    }
    let base = folder + "/" + Timestamp.fileName(header.created)
    var path = base + ".session"
    var attempt = 1
    // mkdir is what makes the name ours when two programs start in the same second.
    while mkdir(path, 0o777) != 0 {
      guard errno == EEXIST, attempt < 1000 else { throw failure("record", path, errno) }
      attempt += 1
      path = "\(base)-\(attempt).session"
    }
    let descriptor = open(path + "/" + SessionLog.fileName, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("record", path, errno) }
    let writer = SessionWriter(path: path, header: header, descriptor: descriptor, length: 0, latest: 0)
    try lock(descriptor, path)
    var line: [UInt8] = []
    header.json.write(to: &line)
    try writer.append(line)
    return writer
  }

  /// Opens a session to append to it, and reads what is there. An unfinished last line is cut off.
  ///
  /// - Throws: `SessionError` when another program is recording it, or it cannot be read or written.
  public static func resume(path: String) throws(SessionError) -> (writer: SessionWriter, log: SessionLog) {
    let file = path + "/" + SessionLog.fileName
    guard FileKind(path: path) == .folder else {
      throw SessionError(operation: "continue", subject: path, reason: "it is not there")
    }
    let descriptor = open(file, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("continue", path, errno) }
    var isKept = false
    defer { if !isKept { close(descriptor) } }
    try lock(descriptor, path)
    var source = try SessionSource(path: path)
    var events: [TimedEvent] = []
    while let event = try source.next() { events.append(event) }
    let log = SessionLog(
      path: path, header: source.header, events: events, faults: source.faults, tornBytes: source.pendingBytes)
    if log.tornBytes > 0, ftruncate(descriptor, off_t(source.offset)) != 0 { throw failure("continue", path, errno) }
    isKept = true
    let writer = SessionWriter(
      path: path, header: source.header, descriptor: descriptor, length: source.offset, latest: log.seconds)
    return (writer, log)
  }

  /// Appends an event; ticks and the like, which are not part of a session, are passed over.
  ///
  /// - Throws: `SessionError` when the disk is full or gone; the log then still ends with a whole event.
  public func append(_ event: TimedEvent) throws(SessionError) {
    guard event.event.isRecorded else { return }
    var event = event
    event.seconds = max(event.seconds, latest)
    latest = event.seconds
    var line: [UInt8] = []
    event.json.write(to: &line)
    try append(line)
    if event.event.endsTurn { synchronise() }
  }

  /// Removes the session: for one in which nothing happened.
  public func discard() {
    SessionBlobs.remove(from: path)
    unlink(path + "/" + SessionLog.fileName)
    rmdir(path)
  }

  /// Forces what was written to disk.
  public func synchronise() {
    // Some file systems cannot; the events are written all the same.
    _ = fsync(descriptor)
  }

  private func append(_ content: [UInt8]) throws(SessionError) {
    let line = content + [UInt8(ascii: "\n")]
    var written: Int
    repeat {
      written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    } while written < 0 && errno == EINTR
    guard written != line.count else {
      length += written
      return
    }
    let code = written < 0 ? errno : ENOSPC
    // A part of a line must not stay: the next event would be lost with it.
    if written > 0 { _ = ftruncate(descriptor, off_t(length)) }
    throw SessionWriter.failure("record", path, code)
  }

  private static func lock(_ descriptor: Int32, _ path: String) throws(SessionError) {
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    guard errno == EWOULDBLOCK else { throw failure("lock", path, errno) }
    throw SessionError(
      operation: "continue", subject: path, reason: "another lathe is recording it; close that one, or replay it here")
  }

  private static func failure(_ operation: String, _ path: String, _ code: Int32) -> SessionError {
    SessionError(operation: operation, subject: path, reason: String(cString: strerror(code)))
  }
}
