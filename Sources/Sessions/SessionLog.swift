/// A whole session in memory: what replay, resuming and lists work on.
public struct SessionLog: Hashable, Sendable {
  /// The log's name in a session's folder.
  public static let fileName = "events.jsonl"

  /// The session's folder.
  public var path: String
  /// The first line.
  public var header: SessionHeader
  /// The events, in order; their times never decrease.
  public var events: [TimedEvent]
  /// Lines that were skipped.
  public var faults: [SessionFault]
  /// Bytes of an unfinished last line, which are not part of the events.
  public var tornBytes: Int

  /// Reads a session.
  ///
  /// - Throws: `SessionError` when it cannot be read or is none.
  public init(path: String) throws(SessionError) {
    var source = try SessionSource(path: path)
    var events: [TimedEvent] = []
    while let event = try source.next() { events.append(event) }
    self.init(
      path: path, header: source.header, events: events, faults: source.faults, tornBytes: source.pendingBytes)
  }

  /// Creates a session from its parts.
  public init(
    path: String, header: SessionHeader, events: [TimedEvent], faults: [SessionFault] = [], tornBytes: Int = 0
  ) {
    self.path = path
    self.header = header
    self.events = events
    self.faults = faults
    self.tornBytes = tornBytes
  }

  /// Seconds from the start to the last event.
  public var seconds: Double { events.last?.seconds ?? 0 }

  /// Number of events that have happened at a time: those at or before it.
  public func count(at seconds: Double) -> Int {
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[middle].seconds <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What was wrong with the file, in lines for the user.
  public var notices: [Notice] {
    var notices = faults.prefix(3).map { Notice(.warning, "\(SessionLog.fileName) \($0): skipped") }
    if faults.count > 3 { notices.append(Notice(.warning, "\(faults.count - 3) more lines of the log were skipped")) }
    if tornBytes > 0 {
      notices.append(Notice(.warning, "the last event was cut off after \(tornBytes) bytes and is dropped"))
    }
    return notices
  }
}
