import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The index's file: a mark, then records. A record is its length, the session's path, its stamp, what a list tells, and
// the text twice. Numbers are 64 bits, the machine's own way round: a cache is not carried about.

/// A session as the index keeps it.
struct SessionRecord {
  let stamp: SessionStamp
  let summary: SessionSummary
  let isEnded: Bool
  let text: [UInt8]
  let folded: [UInt8]

  /// Reads a session's log; `nil` for what is no readable session.
  init?(path: String, stamp: SessionStamp) {
    guard let log = try? SessionText(path: path) else { return nil }
    let tags = (try? SessionDetails(path: path))?.tags ?? []
    let isOpen = !log.isEnded && SessionLibrary.isLocked(path)
    summary = SessionSummary(
      name: SessionLibrary.name(ofPath: path), path: path, title: log.title, model: log.header.model,
      created: log.header.created, seconds: log.seconds, turns: log.turns, isUnfinished: !isOpen && !log.isEnded,
      isOpenElsewhere: isOpen, tags: tags)
    isEnded = log.isEnded
    self.stamp = stamp
    let said = ([summary.name] + tags.map { "#" + $0 }).joined(separator: " ") + "\n" + log.text
    text = Array(said.utf8)
    folded = FoldedText.bytes(of: said)
  }

  var entry: SessionIndex.Entry {
    SessionIndex.Entry(summary: summary, folded: IndexText(folded), original: IndexText(text))
  }

  func write(to bytes: inout [UInt8]) {
    var body: [UInt8] = []
    body.append(text: summary.path)
    for field in stamp.fields { body.append(number: field) }
    for text in [summary.title, summary.model, summary.tags.joined(separator: "\n")] { body.append(text: text) }
    for time in [summary.created, summary.seconds] { body.append(number: Int(bitPattern: UInt(time.bitPattern))) }
    body.append(number: summary.turns)
    body.append(number: isEnded ? 1 : 0)
    body.append(number: text.count)
    bytes.append(number: body.count + 2 * text.count)
    bytes += body
    bytes += folded
    bytes += text
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: Int) {
    Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(text: String) {
    append(number: text.utf8.count)
    append(contentsOf: text.utf8)
  }
}

/// The records of the index's file, the latest of each session.
struct StoredRecords {
  private static let mark = Array("lathe session index 1\n\n\n".utf8)

  /// Where the record of each session's folder begins.
  private(set) var places: [String: Int] = [:]
  private let file: MappedFile?
  /// Where the last whole record ends; short of the file's end when a writer was interrupted.
  private var end = 0

  init(file path: String?) {
    file = path.flatMap { try? MappedFile(path: $0) }
    guard let file, file.withBytes({ $0.starts(with: StoredRecords.mark) }) else { return }
    end = StoredRecords.mark.count
    while let (record, next) = record(at: end) {
      var reader = record
      guard let path = reader.text() else { break }
      places[path] = end
      end = next
    }
  }

  private func record(at place: Int) -> (reader: RecordReader, next: Int)? {
    guard let file else { return nil }
    var reader = RecordReader(file: file, position: place, end: file.count)
    guard let length = reader.number(), length > 0, length <= file.count - reader.position else { return nil }
    let next = reader.position + length
    reader.end = next
    return (reader, next)
  }

  /// What is kept of a session; `nil` when that is nothing, or it was made from another state of its files.
  func entry(of path: String, stamp: SessionStamp) -> SessionIndex.Entry? {
    guard let file, let place = places[path], var reader = record(at: place)?.reader, reader.text() != nil,
      stamp.fields.allSatisfy({ $0 == reader.number() })
    else { return nil }
    guard let title = reader.text(), let model = reader.text(), let tags = reader.text(), let created = reader.number(),
      let seconds = reader.number(), let turns = reader.number(), let isEnded = reader.number(),
      let count = reader.number(), count >= 0, count <= (reader.end - reader.position) / 2
    else { return nil }
    // Only a session that did not end can be in another program's hands.
    let isOpen = isEnded == 0 && SessionLibrary.isLocked(path)
    let summary = SessionSummary(
      name: SessionLibrary.name(ofPath: path), path: path, title: title, model: model,
      created: Double(bitPattern: UInt64(UInt(bitPattern: created))),
      seconds: Double(bitPattern: UInt64(UInt(bitPattern: seconds))), turns: turns,
      isUnfinished: isEnded == 0 && !isOpen, isOpenElsewhere: isOpen,
      tags: tags.split(separator: "\n").map(String.init))
    let start = reader.position
    return SessionIndex.Entry(
      summary: summary, folded: IndexText(file, start..<start + count),
      original: IndexText(file, start + count..<start + 2 * count))
  }

  /// Adds records to the file: at its end, or in a new one where half of the old one is out of date or it is damaged.
  ///
  /// What was said in a session that is gone must not stay, so that too makes a new file.
  func update(_ path: String, adding fresh: [SessionRecord], live: Set<String>) throws(FileError) {
    let isAnyGone = places.contains { !live.contains($0.key) }
    guard !fresh.isEmpty || isAnyGone else { return }
    try createFolder(String(splitPath(path).folder.dropLast()))
    let stale = Set(fresh.map(\.summary.path))
    let kept = places.filter { live.contains($0.key) && !stale.contains($0.key) }.map(\.value).sorted()
    let ranges = kept.compactMap { place in record(at: place).map { place..<$0.next } }
    var added: [UInt8] = []
    for record in fresh { record.write(to: &added) }
    let isDamaged = end == 0 || file?.count != end
    guard isDamaged || isAnyGone || ranges.reduce(0, { $0 + $1.count }) < end / 2 else {
      return try append(added, to: path)
    }
    let new = try AtomicFile(path: path)
    try new.write(StoredRecords.mark)
    if let file {
      try file.withBytes { (bytes) throws(FileError) in
        for range in ranges { try new.write(UnsafeRawBufferPointer(rebasing: bytes[range])) }
      }
    }
    try new.write(added)
    try new.commit()
  }

  /// One write at the end, unless another program writes now or has written since: then its records stay, and these are
  /// made again the next time.
  private func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "open", path: path, code: errno) }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, lseek(descriptor, 0, SEEK_END) == off_t(end) else { return }
    // A part of a record is found by its length, and the file then written anew.
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}

/// Reads the fields of a record, never beyond its end.
private struct RecordReader {
  let file: MappedFile
  var position: Int
  var end: Int

  mutating func number() -> Int? {
    guard end - position >= 8 else { return nil }
    defer { position += 8 }
    return file.withBytes { $0.loadUnaligned(fromByteOffset: position, as: Int.self) }
  }

  mutating func text() -> String? {
    guard let count = number(), count >= 0, count <= end - position else { return nil }
    defer { position += count }
    return file.withBytes { String(decoding: $0[position..<position + count], as: UTF8.self) }
  }
}
