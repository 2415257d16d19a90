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
  /// The folder that deleted sessions are moved to; `nil` where none may be deleted.
  public let trash: String?
  /// The file of the index; `nil` reads all logs every time.
  public let indexFile: String?

  /// Creates a library; folders that are absent count as empty.
  public init(folders: [String], trash: String? = nil, indexFile: String? = nil) {
    self.folders = folders
    self.trash = trash
    self.indexFile = indexFile
  }

  /// All sessions with what was said in them, as they are now; a folder that is no readable session is passed over.
  public func index() -> SessionIndex {
    SessionIndex(
      file: indexFile, sessions: folders.first.map { SessionLibrary.sessions(in: $0) } ?? [],
      others: folders.dropFirst().flatMap { SessionLibrary.sessions(in: $0) })
  }

  /// All sessions, newest first.
  public func summaries() -> [SessionSummary] { index().summaries }

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
      try SessionBlobs.copy(from: path, to: target)
      try writeAtomically(bytes, to: target + "/" + SessionLog.fileName)
      return target
    } catch {
      throw SessionError("continue", error)
    }
  }

  private func paths() -> [String] { folders.flatMap { SessionLibrary.sessions(in: $0) } }

  private static func sessions(in folder: String) -> [String] {
    ((try? namesInFolder(folder)) ?? []).filter { $0.hasSuffix(".session") }.map { folder + "/" + $0 }
  }

  private func fileName(_ path: String) -> String { splitPath(path).name }

  /// A session's name: its folder's, without `.session`.
  public static func name(ofPath path: String) -> String {
    let name = splitPath(path).name
    return name.hasSuffix(".session") ? String(name.dropLast(8)) : name
  }

  /// What a list tells of a session.
  ///
  /// - Throws: `SessionError` when it cannot be read or is none.
  public static func summary(path: String) throws(SessionError) -> SessionSummary {
    guard let stamp = SessionStamp(path: path), let record = SessionRecord(path: path, stamp: stamp) else {
      // Reading it as a whole says why.
      _ = try SessionText(path: path)
      throw SessionError(operation: "read", subject: path, reason: "it changed while it was read")
    }
    return record.summary
  }

  /// Whether another program is recording a session.
  static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path + "/" + SessionLog.fileName, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A shared lock is refused exactly while a writer holds its own; closing gives it back at once.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
