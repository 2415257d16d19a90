import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What was said in every session, so that lists and searches need not read the logs.
///
/// One file in the cache folder holds a record for each session. A record counts as long as the log's size and time are
/// those it was made from; records of sessions that changed are appended, and the file is written anew when half of it is
/// out of date. It can be deleted at any time. Without a file everything is read from the logs.
public final class SessionIndex: Sendable {
  /// A session in the index.
  struct Entry: Sendable {
    let summary: SessionSummary
    /// Its text in lower case and as it was written, of equal length.
    let folded: IndexText
    let original: IndexText
  }

  /// The sessions, newest first.
  let entries: [Entry]

  /// The sessions for a list, newest first.
  public var summaries: [SessionSummary] { entries.map(\.summary) }

  /// Opens the index of the sessions in these folders and brings it up to date.
  ///
  /// - Parameters:
  ///   - file: where it is kept; `nil` keeps it in memory only.
  ///   - paths: the sessions that the file is for; of others it keeps nothing.
  ///   - others: a few more sessions, read anew each time.
  init(file: String?, sessions paths: [String], others: [String] = []) {
    let stored = StoredRecords(file: file)
    var fresh: [SessionRecord] = []
    var entries: [Entry] = []
    for path in paths {
      guard let stamp = SessionStamp(path: path) else { continue }
      if let entry = stored.entry(of: path, stamp: stamp) {
        entries.append(entry)
      } else if let record = SessionRecord(path: path, stamp: stamp) {
        fresh.append(record)
        entries.append(record.entry)
      }
    }
    for path in others {
      guard let stamp = SessionStamp(path: path) else { continue }
      if let record = SessionRecord(path: path, stamp: stamp) { entries.append(record.entry) }
    }
    self.entries = entries.sorted { $0.summary.created > $1.summary.created }
    // A cache that cannot be written only costs time.
    if let file { try? stored.update(file, adding: fresh, live: Set(paths)) }
  }

  /// The sessions that match, newest first.
  public func search(_ query: SessionQuery) -> [SessionMatch] {
    let terms = query.terms.map { TextNeedle(FoldedText.bytes(of: $0)) }
    return entries.compactMap { entry in
      guard query.admits(entry.summary) else { return nil }
      guard let first = terms.first else { return SessionMatch(summary: entry.summary, excerpt: "", hits: 0) }
      return entry.folded.withBytes { text in
        guard let place = first.first(in: text), terms.dropFirst().allSatisfy({ $0.first(in: text) != nil }) else {
          return nil
        }
        var hits = 0
        var next: Int? = place
        while let found = next, hits < 100 {
          hits += 1
          next = first.first(in: text, from: found + first.bytes.count)
        }
        let excerpt = entry.original.withBytes {
          SessionIndex.excerpt(of: $0, around: place..<place + first.bytes.count)
        }
        return SessionMatch(summary: entry.summary, excerpt: excerpt, hits: hits)
      }
    }
  }

  /// Some text before and behind a place, in one line.
  static func excerpt(of text: UnsafeRawBufferPointer, around place: Range<Int>) -> String {
    func isInsideCharacter(_ index: Int) -> Bool { index < text.count && text[index] & 0xC0 == 0x80 }
    var start = max(0, place.lowerBound - 30)
    while isInsideCharacter(start) { start += 1 }
    var end = min(text.count, place.upperBound + 60)
    while isInsideCharacter(end) { end -= 1 }
    // Byte by byte: a search may have to show ten thousand of these.
    var line: [UInt8] = []
    for byte in text[start..<end] {
      if byte > 0x20 { line.append(byte) } else if line.last != 0x20 { line.append(0x20) }
    }
    let shown = escapingControls(String(decoding: line, as: UTF8.self))
    return (start > 0 ? "…" : "") + shown + (end < text.count ? "…" : "")
  }
}

/// Bytes of the index, in the mapped file or in memory.
struct IndexText: Sendable {
  private let file: MappedFile?
  private let bytes: [UInt8]
  private let range: Range<Int>

  init(_ bytes: [UInt8]) {
    file = nil
    self.bytes = bytes
    range = bytes.indices
  }

  init(_ file: MappedFile, _ range: Range<Int>) {
    self.file = file
    bytes = []
    self.range = range
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    guard let file else { return bytes.withUnsafeBytes(body) }
    return file.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}

/// What tells whether a session has changed: sizes, times and identity of its two files.
struct SessionStamp: Hashable, Sendable {
  private(set) var fields = [Int](repeating: 0, count: 5)

  /// `nil` where there is no log.
  init?(path: String) {
    var status = stat()
    guard stat(path + "/" + SessionLog.fileName, &status) == 0 else { return nil }
    fields[0] = Int(status.st_size)
    fields[1] = SessionStamp.nanoseconds(status)
    fields[2] = Int(truncatingIfNeeded: status.st_ino)
    if stat(path + "/" + SessionDetails.fileName, &status) == 0 {
      fields[3] = Int(status.st_size)
      fields[4] = SessionStamp.nanoseconds(status)
    }
  }

  init(fields: [Int]) { self.fields = fields }

  private static func nanoseconds(_ status: stat) -> Int {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
  }
}
