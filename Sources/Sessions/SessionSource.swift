import Files
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where events come from: a log that still grows, a finished one, or a list in memory.
public protocol EventSource {
  /// The next event; `nil` when there is none now. A growing log may have one later.
  mutating func next() throws(SessionError) -> TimedEvent?
}

/// A line of a log that is not an event, or is not whole.
public struct SessionFault: Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// What is wrong with it.
  public let problem: String
  /// The fault in one line.
  public var description: String { "line \(line): \(problem)" }
}

/// Reads a session's log, growing or finished: whole lines become events, the rest waits.
///
/// A line that is no event is skipped and noted in `faults`; a last line without its end is not read.
public struct SessionSource: EventSource {
  /// Longest line, in bytes; a log with a longer one is refused.
  public static let lineLimit = 64 << 20

  /// The session's folder.
  public let path: String
  /// The first line.
  public let header: SessionHeader
  /// Lines that were skipped.
  public private(set) var faults: [SessionFault] = []
  /// Bytes behind the last whole line: an event that is being written, or was when the program died.
  public var pendingBytes: Int { reader.pendingBytes }
  /// Offset in bytes behind the last whole line read.
  package var offset: Int { reader.offset }

  private let reader: LineReader
  private var line = 1
  private var latest = 0.0

  /// Opens the log in a session's folder and reads its header.
  ///
  /// - Throws: `SessionError` when there is no log, or one of another program or of a later format.
  public init(path: String) throws(SessionError) {
    self.path = path
    reader = try LineReader(path: path + "/" + SessionLog.fileName, session: path)
    guard let first = try reader.next() else {
      throw SessionError(operation: "open", subject: path, reason: "its log has no complete first line")
    }
    do {
      header = try SessionHeader(line: first)
    } catch {
      throw SessionError(operation: "open", subject: path, reason: error.description)
    }
  }

  /// The next event, `nil` at the end of what has been written so far.
  public mutating func next() throws(SessionError) -> TimedEvent? {
    while let bytes = try reader.next() {
      line += 1
      do {
        var event = try TimedEvent(line: bytes)
        // Time never goes back, whatever a file claims: replay and seeking rely on it.
        event.seconds = max(event.seconds, latest)
        latest = event.seconds
        return event
      } catch {
        if faults.count < 1000 { faults.append(SessionFault(line: line, problem: error.description)) }
      }
    }
    return nil
  }
}

extension TimedEvent {
  /// Reads a line of a log.
  init(line: [UInt8]) throws(EventFormatError) {
    if let token = line.withUnsafeBytes({ TokenLine($0) }) {
      self.init(seconds: token.seconds, event: .token(token.token))
      return
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      throw EventFormatError(description: "no JSON: \(error.problem) at byte \(error.offset)")
    }
    try self.init(json: value)
  }
}

/// The lines of a file that may grow; a line counts once its line feed is there.
private final class LineReader {
  let session: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var searched = 0
  /// Offset in the file behind the last line handed out.
  private(set) var offset = 0

  var pendingBytes: Int { buffer.count - start }

  init(path: String, session: String) throws(SessionError) {
    self.session = session
    guard FileKind(path: session) == .folder else {
      let isThere = FileKind(path: session) == .file
      throw SessionError(operation: "open", subject: session, reason: isThere ? "it is no folder" : "it is not there")
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw SessionError(
        operation: "open", subject: session, reason: "\(SessionLog.fileName): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  func next() throws(SessionError) -> [UInt8]? {
    while true {
      if let end = lineEnd() {
        let line = Array(buffer[start..<end])
        offset += line.count + 1
        start = end + 1
        searched = start
        return line
      }
      searched = buffer.count
      guard buffer.count - start <= SessionSource.lineLimit else {
        throw SessionError(
          operation: "read", subject: session,
          reason: "a line is longer than \(SessionSource.lineLimit >> 20) MiB; this is no session of lathe")
      }
      guard try fill() else { return nil }
    }
  }

  /// Where the next line feed is, found by the system: logs are long.
  private func lineEnd() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, searched < bytes.count,
        let found = memchr(base + searched, 0x0A, bytes.count - searched)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func fill() throws(SessionError) -> Bool {
    if start > 0 {
      buffer.removeFirst(start)
      searched -= start
      start = 0
    }
    var got = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { memory, count in
      got = read(descriptor, memory.baseAddress, 1 << 16)
      count = max(got, 0)
    }
    buffer.append(contentsOf: chunk)
    guard got >= 0 else {
      throw SessionError(operation: "read", subject: session, reason: String(cString: strerror(errno)))
    }
    return got > 0
  }
}
