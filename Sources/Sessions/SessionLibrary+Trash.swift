import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A deleted session.
public struct DeletedSession: Hashable, Sendable {
  /// Its name.
  public let name: String
  /// Where it lies now.
  public let path: String
  /// When it was deleted, in seconds since 1970.
  public let deleted: Double
}

// Deleting moves a session into a folder of its own in the trash, named by the time; only `emptyTrash` removes anything.
extension SessionLibrary {
  /// Moves a session to the trash.
  ///
  /// - Parameter now: seconds since 1970.
  /// - Returns: where it lies now.
  /// - Throws: `SessionError` when it is not the user's own, is being recorded, or cannot be moved.
  @discardableResult
  public func delete(_ path: String, now: Double) throws(SessionError) -> DeletedSession {
    try checkOwned(path, "delete")
    guard let trash else {
      throw SessionError(operation: "delete", subject: path, reason: "there is no trash folder to move it to")
    }
    do { try createFolder(trash) } catch { throw SessionError("delete", error) }
    var milliseconds = Int((now * 1000).rounded())
    // The folder's name is the order of deletion: where two fall into one millisecond, the second counts on.
    while mkdir(trash + "/\(milliseconds)", 0o777) != 0 {
      guard errno == EEXIST else { throw SessionLibrary.failure("delete", path) }
      milliseconds += 1
    }
    let target = trash + "/\(milliseconds)/" + splitPath(path).name
    guard moveFile(path, target) == 0 else {
      let failure = SessionLibrary.failure("delete", path)
      rmdir(trash + "/\(milliseconds)")
      throw failure
    }
    return DeletedSession(
      name: SessionLibrary.name(ofPath: path), path: target, deleted: Double(milliseconds) / 1000)
  }

  /// The deleted sessions, the latest first.
  public func deleted() -> [DeletedSession] {
    guard let trash else { return [] }
    let times = ((try? namesInFolder(trash)) ?? []).compactMap { Int($0) }.sorted(by: >)
    return times.flatMap { time in
      ((try? namesInFolder(trash + "/\(time)")) ?? []).filter { $0.hasSuffix(".session") }.map {
        DeletedSession(
          name: SessionLibrary.name(ofPath: $0), path: trash + "/\(time)/" + $0, deleted: Double(time) / 1000)
      }
    }
  }

  /// Brings a deleted session back: the latest, or the latest of a name.
  ///
  /// - Returns: its folder; with a number behind its name where that is taken by now.
  /// - Throws: `SessionError` when there is none, or it cannot be moved.
  @discardableResult
  public func undelete(_ name: String? = nil) throws(SessionError) -> String {
    guard let found = deleted().first(where: { name == nil || $0.name == name }), let own = folders.first else {
      throw SessionError(
        operation: "bring back", subject: name ?? "the latest",
        reason: "the trash holds no session\(name == nil ? "" : " of this name")")
    }
    var target = own + "/" + found.name + ".session"
    var attempt = 1
    while FileKind(path: target) != .absent {
      attempt += 1
      target = own + "/\(found.name)-\(attempt).session"
    }
    do { try createFolder(own) } catch { throw SessionError("bring back", error) }
    guard moveFile(found.path, target) == 0 else { throw SessionLibrary.failure("bring back", found.path) }
    rmdir(String(splitPath(found.path).folder.dropLast()))
    return target
  }

  /// Removes for good what was deleted before a time.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Returns: the sessions that are gone.
  /// - Throws: `SessionError` for the first that cannot be removed.
  @discardableResult
  public func emptyTrash(deletedBefore time: Double) throws(SessionError) -> [DeletedSession] {
    let old = deleted().filter { $0.deleted < time }
    for session in old {
      do {
        try removeTree(session.path)
      } catch {
        throw SessionError("remove", error)
      }
      rmdir(String(splitPath(session.path).folder.dropLast()))
    }
    return old
  }
}

/// Removes a folder with all that is in it; links in it are removed, not followed.
private func removeTree(_ path: String) throws(FileError) {
  var status = stat()
  guard lstat(path, &status) == 0 else { throw FileError(operation: "remove", path: path, code: errno) }
  if status.st_mode & S_IFMT == S_IFDIR {
    for name in try namesInFolder(path) { try removeTree(path + "/" + name) }
    guard rmdir(path) == 0 else { throw FileError(operation: "remove", path: path, code: errno) }
  } else if unlink(path) != 0 {
    throw FileError(operation: "remove", path: path, code: errno)
  }
}

/// Named apart from the library's own `rename`, which hides the system's in its methods.
func moveFile(_ path: String, _ target: String) -> Int32 { rename(path, target) }
