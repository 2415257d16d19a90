import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folders in which sessions are looked for.
public struct SessionLibrary: Sendable {
  /// Folders of sessions; the first is the one that new sessions are recorded in.
  public let folders: [String]

  /// Creates a library; folders that are absent count as empty.
  public init(folders: [String]) { self.folders = folders }

  /// All sessions, newest first; a folder that is no readable session is passed over.
  public func summaries() -> [SessionSummary] {
    paths().compactMap { try? SessionLibrary.summary(path: $0) }.sorted { $0.created > $1.created }
  }

  /// The folder of the session that a user means: a path, a name, or the beginning of one name.
  ///
  /// - Throws: `SessionError` when none or several match.
  public func find(_ name: String) throws(SessionError) -> String {
    if name.contains("/") || FileKind(path: name + "/" + SessionLog.fileName) == .file {
      var path = name
      if path.hasSuffix("/" + SessionLog.fileName) { path.removeLast(SessionLog.fileName.utf8.count + 1) }
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      return path
    }
    let all = paths()
    if let exact = all.first(where: { [name, name + ".session"].contains(fileName($0)) }) { return exact }
    let matches = all.filter { fileName($0).hasPrefix(name) }
    switch matches.count {
    case 1: return matches[0]
    case 0:
      throw SessionError(
        operation: "find", subject: name, reason: "no session has this name; `lathe sessions` lists them")
    default:
      let names = matches.prefix(3).map { SessionLibrary.name(ofPath: $0) }.joined(separator: ", ")
      throw SessionError(
        operation: "find", subject: name,
        reason: "\(matches.count) sessions begin so: \(names)\(matches.count > 3 ? "..." : "")")
    }
  }

  /// The folder in which a session can be continued: itself, or a copy of it among the user's own when it came with
  /// the program.
  ///
  /// - Throws: `SessionError` when it cannot be copied.
  public func adopt(_ path: String) throws(SessionError) -> String {
    let isShipped = folders.dropFirst().contains { path.hasPrefix($0 + "/") }
    guard isShipped, let own = folders.first else { return path }
    do {
      let bytes = try readFile(path + "/" + SessionLog.fileName, limit: 1 << 30)
      var target = own + "/" + SessionLibrary.name(ofPath: path) + ".session"
      var attempt = 1
      while FileKind(path: target) != .absent {
        attempt += 1
        target = "\(own)/\(SessionLibrary.name(ofPath: path))-\(attempt).session"
      }
      try createFolder(target)
      try writeAtomically(bytes, to: target + "/" + SessionLog.fileName)
      return target
    } catch {
      throw SessionError("continue", error)
    }
  }

  private func paths() -> [String] {
    folders.flatMap { folder in
      ((try? namesInFolder(folder)) ?? []).filter { $0.hasSuffix(".session") }.map { folder + "/" + $0 }
    }
  }

  private func fileName(_ path: String) -> String { splitPath(path).name }

  /// A session's name: its folder's, without `.session`.
  public static func name(ofPath path: String) -> String {
    let name = splitPath(path).name
    return name.hasSuffix(".session") ? String(name.dropLast(8)) : name
  }

  /// What a list tells of a session. Only the lines that matter are parsed, so long logs are quick.
  ///
  /// - Throws: `SessionError` when it cannot be read or is none.
  public static func summary(path: String) throws(SessionError) -> SessionSummary {
    let header = try SessionSource(path: path).header
    let file: MappedFile
    do {
      file = try MappedFile(path: path + "/" + SessionLog.fileName)
    } catch {
      throw SessionError("read", error)
    }
    var title = ""
    var turns = 0
    var last: TimedEvent?
    let lines = file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // The piece behind the last line feed is empty or torn.
    for (index, line) in lines.dropLast().enumerated().dropFirst() {
      let isLast = index == lines.count - 2
      let isQuestion = contains(line, "\"event\":\"asked\"")
      guard isLast || isQuestion, let event = try? TimedEvent(line: Array(line)) else { continue }
      if case .asked(let question) = event.event {
        if turns == 0 { title = oneLine(question.text) }
        turns += 1
      }
      if isLast { last = event }
    }
    let isOpen = isLocked(path)
    return SessionSummary(
      name: name(ofPath: path), path: path, title: title, model: header.model, created: header.created,
      seconds: last?.seconds ?? 0, turns: turns, isUnfinished: !isOpen && last?.event != .ended,
      isOpenElsewhere: isOpen)
  }

  /// Whether the kind stands in the first bytes of a line, where the writer puts it: text further on may say anything.
  private static func contains(_ line: Slice<UnsafeRawBufferPointer>, _ pattern: String) -> Bool {
    let head = line.prefix(64)
    let pattern = Array(pattern.utf8)
    guard head.count >= pattern.count else { return false }
    return (head.startIndex...head.endIndex - pattern.count).contains { head[$0...].starts(with: pattern) }
  }

  /// The text in one line of at most 80 characters.
  private static func oneLine(_ text: String) -> String {
    let words = text.prefix(400).split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    let safe = escapingControls(words)
    return safe.count > 80 ? String(safe.prefix(79)) + "…" : safe
  }

  private static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path + "/" + SessionLog.fileName, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A shared lock is refused exactly while a writer holds its own; closing gives it back at once.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
