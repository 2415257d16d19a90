import Files
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rewrites a copy of a session without the texts that a pattern matches.
///
/// Looked through are all texts of all events, of known kinds and others; what the tokens of an answer, or a sampled
/// token's place with one of its candidates, spell together; and what the keys typed spell. Token ids say as much as
/// their text, so those of matching tokens are cleared, and where anything matched, so are the ids of the prompts: such
/// an answer cannot be run again. Keys typed are then all masked, as edits can spell what no row of keys does. Images
/// are left out, for nothing can be looked for in them. The copy is read again and kept only if no match is left.
public struct SessionRedaction {
  /// What was done.
  public struct Report: Hashable, Sendable {
    /// The copy's folder.
    public var path: String
    /// Places that matched; one may be in a question, its keys and an answer at once.
    public var matches: Int
    /// Lines that were malformed and are left out.
    public var droppedLines: Int
    /// Images and other files beside the log that are left out.
    public var droppedFiles: Int
  }

  /// The matches in a text as ranges of bytes, in order.
  private let find: (String) -> [Range<Int>]
  private let replacement: String

  /// Prepares a redaction.
  ///
  /// - Parameters:
  ///   - replacement: what stands in place of a match.
  ///   - find: the matches in a text as ranges of its UTF-8 bytes, from left to right.
  public init(replacement: String = "[redacted]", find: @escaping (String) -> [Range<Int>]) {
    self.replacement = replacement
    self.find = { text in find(text).filter { !$0.isEmpty } }
  }

  /// Writes the copy.
  ///
  /// - Parameters:
  ///   - path: the session's folder.
  ///   - folder: where the copy goes.
  ///   - name: the copy's name; `nil` puts `-redacted` behind the session's own.
  /// - Throws: `SessionError` when the session cannot be read or the copy not written, and when a match would be left.
  public func copy(_ path: String, into folder: String, name: String? = nil) throws(SessionError) -> Report {
    func failure(_ reason: String) -> SessionError {
      SessionError(operation: "redact", subject: path, reason: reason)
    }
    guard find(replacement).isEmpty else { throw failure("the pattern matches the replacement; give another one") }
    let name = name ?? SessionLibrary.name(ofPath: path) + "-redacted"
    if let problem = SessionLibrary.problem(ofName: name) { throw failure(problem) }
    guard find(name).isEmpty else { throw failure("the pattern matches the copy's name; give another one") }
    let target = folder + "/" + name + ".session"
    guard FileKind(path: target) == .absent else { throw failure("there is a session \(name); give another name") }

    let log = try SessionLog(path: path)
    var details = try SessionDetails(path: path)
    let texts = RedactedTexts(find: find, replacement: replacement)
    let events = texts.redact(log.events)
    let header = texts.redact(log.header)
    details.replaceTexts { texts.replaced($0) }
    do {
      try createFolder(target)
      var bytes: [UInt8] = []
      header.json.write(to: &bytes)
      for event in events {
        bytes.append(UInt8(ascii: "\n"))
        event.json.write(to: &bytes)
      }
      try writeAtomically(bytes + [UInt8(ascii: "\n")], to: target + "/" + SessionLog.fileName)
    } catch {
      throw SessionError("redact", error)
    }
    if details != SessionDetails() { try details.write(to: target) }
    guard try isClean(target, texts) else {
      for file in [SessionLog.fileName, SessionDetails.fileName] { unlink(target + "/" + file) }
      rmdir(target)
      throw failure("matches would be left, as the replacement makes new ones; give another one")
    }
    return Report(
      path: target, matches: texts.matches, droppedLines: log.faults.count + (log.tornBytes > 0 ? 1 : 0),
      droppedFiles: SessionRedaction.otherFiles(in: path))
  }

  /// Reads the copy as anybody would and looks for the pattern once more.
  private func isClean(_ path: String, _ texts: RedactedTexts) throws(SessionError) -> Bool {
    let copy = try SessionLog(path: path)
    let details = try SessionDetails(path: path)
    return copy.faults.isEmpty && copy.tornBytes == 0 && texts.remaining(in: copy.events) == 0
      && texts.remaining(in: [copy.header.json, details.json]) == 0
  }

  private static func otherFiles(in path: String) -> Int {
    let names = (try? namesInFolder(path)) ?? []
    return names.filter { $0 != SessionLog.fileName && $0 != SessionDetails.fileName }.reduce(0) { count, name in
      count + max(1, ((try? namesInFolder(path + "/" + name)) ?? []).count)
    }
  }
}
