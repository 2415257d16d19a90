/// Splits the bytes of a stream of server-sent events, as they arrive, into events.
///
/// Source: WHATWG HTML, "Server-sent events", parsing an event stream; beyond it, what stands behind the last line end
/// counts, as some servers leave the last blank line out.
struct EventStreamParser {
  /// Longest line and longest event in bytes: a server cannot fill the memory.
  static let limit = 4 << 20

  private var pending: [UInt8] = []
  /// Where the next line starts, and up to where no line end was found.
  private var start = 0
  private var searched = 0
  private var isAtEnd = false
  private var isFirstLine = true
  /// The line before ended with CR, so that an LF belongs to it.
  private var skipsLineFeed = false
  private var data: [UInt8] = []
  private var hasData = false

  /// Adds bytes.
  mutating func append(_ bytes: some Collection<UInt8>) {
    pending.removeFirst(start)
    searched -= start
    start = 0
    pending += bytes
  }

  /// Says that no more bytes come.
  mutating func finish() { isAtEnd = true }

  /// The data of the next event, of several `data` lines with a line feed between; `nil` until more bytes arrive.
  mutating func next() throws(RemoteError) -> [UInt8]? {
    while let line = try nextLine() {
      if line.isEmpty {
        if let event = takeEvent() { return event }
        continue
      }
      try take(line)
    }
    return isAtEnd ? takeEvent() : nil
  }

  private mutating func takeEvent() -> [UInt8]? {
    defer {
      data = []
      hasData = false
    }
    return hasData ? data : nil
  }

  /// Takes in a field; of those only `data` matters here. A line that starts with a colon is a comment.
  private mutating func take(_ line: ArraySlice<UInt8>) throws(RemoteError) {
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    guard name.elementsEqual("data".utf8) else { return }
    var value = line.dropFirst(name.count + 1)
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    guard data.count + value.count < EventStreamParser.limit else { throw EventStreamParser.tooLong }
    if hasData { data.append(UInt8(ascii: "\n")) }
    data += value
    hasData = true
  }

  /// The next line without its end, which is CR, LF or both; at the end of the stream also one without.
  private mutating func nextLine() throws(RemoteError) -> ArraySlice<UInt8>? {
    if skipsLineFeed, start < pending.count {
      if pending[start] == UInt8(ascii: "\n") { start += 1 }
      skipsLineFeed = false
      searched = start
    }
    var end = searched
    while end < pending.count, pending[end] != UInt8(ascii: "\n"), pending[end] != UInt8(ascii: "\r") { end += 1 }
    searched = end
    guard end - start < EventStreamParser.limit else { throw EventStreamParser.tooLong }
    guard end < pending.count || (isAtEnd && start < end) else { return nil }
    var line = pending[start..<end]
    skipsLineFeed = end < pending.count && pending[end] == UInt8(ascii: "\r")
    start = min(end + 1, pending.count)
    searched = start
    if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    isFirstLine = false
    return line
  }

  private static let tooLong = RemoteError("the server sent an event of more than \(limit) bytes")
}
