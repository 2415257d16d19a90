import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What a user changes: names, tags, markers.
extension SessionLibrary {
  /// Gives a session another name, which is its folder's.
  ///
  /// - Returns: the folder under its new name.
  /// - Throws: `SessionError` when it is not the user's own or is being recorded, or the name is taken or cannot be one.
  @discardableResult
  public func rename(_ path: String, to name: String) throws(SessionError) -> String {
    try checkOwned(path, "rename")
    var name = name
    if name.hasSuffix(".session") { name.removeLast(8) }
    if let problem = SessionLibrary.problem(ofName: name) {
      throw SessionError(operation: "rename", subject: path, reason: problem)
    }
    let target = splitPath(path).folder + name + ".session"
    guard !folders.contains(where: { FileKind(path: $0 + "/" + name + ".session") != .absent }) else {
      throw SessionError(operation: "rename", subject: path, reason: "there is a session \(name); choose another name")
    }
    guard moveFile(path, target) == 0 else { throw SessionLibrary.failure("rename", path) }
    return target
  }

  /// Why a text cannot be a session's name; `nil` for one that can.
  public static func problem(ofName name: String) -> String? {
    if name.isEmpty { return "a name cannot be empty" }
    if name.utf8.count > 200 { return "a name has at most 200 bytes, this one has \(name.utf8.count)" }
    if name.contains("/") { return "a name cannot hold a slash" }
    if name.hasPrefix(".") || name.hasPrefix("-") { return "a name cannot begin with \(name.prefix(1))" }
    return name == escapingControls(name) ? nil : "a name cannot hold control characters"
  }

  /// Changes what a user has added to a session.
  ///
  /// - Throws: `SessionError` when the session is not the user's own, or its details cannot be read or written.
  public func changeDetails(
    of path: String, _ change: (inout SessionDetails) -> Void
  ) throws(SessionError) {
    try checkOwned(path, "change", evenWhileRecorded: true)
    var details = try SessionDetails(path: path)
    change(&details)
    try details.write(to: path)
  }

  /// Refuses sessions that came with the program or lie elsewhere, and those that another program is recording.
  func checkOwned(
    _ path: String, _ operation: String, evenWhileRecorded: Bool = false
  ) throws(SessionError) {
    guard FileKind(path: path + "/" + SessionLog.fileName) == .file else {
      throw SessionError(operation: operation, subject: path, reason: "it is no session")
    }
    guard let own = folders.first, splitPath(path).folder == own + "/" else {
      throw SessionError(
        operation: operation, subject: path,
        reason: "it does not lie in \(folders.first ?? "the user's sessions"); a copy made there can be changed")
    }
    guard evenWhileRecorded || !SessionLibrary.isLocked(path) else {
      throw SessionError(operation: operation, subject: path, reason: "another lathe is recording it; close that one")
    }
  }

  static func failure(_ operation: String, _ path: String) -> SessionError {
    SessionError(operation: operation, subject: path, reason: String(cString: strerror(errno)))
  }
}
