import Drawing
import Exports
import Files
import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a chat that is on screen into a file of its own, never over one that is there.
struct ChatExport {
  /// Why a chat was not written, in one line.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let document: ConversationDocument
  /// Where names without a folder lie.
  let folder: String

  /// Writes the chat; a name that ends in `.json` gets JSON, one that ends in `.md` Markdown.
  ///
  /// - Parameters:
  ///   - name: the file; empty takes the first free one of `standard.md`, `standard-2.md` and so on.
  ///   - standard: the session's name.
  /// - Returns: where it was written, and how many bytes.
  /// - Throws: `Failure` or `FileError`; what was there is untouched.
  func write(to name: String, standard: String) throws -> (path: String, bytes: Int) {
    let name = name.trimmingSpaces
    if name.isEmpty { return try writeStandard(standard) }
    let path = expanded(name)
    let bytes: [UInt8]
    switch extensionOfName(path) {
    case "md", "markdown": bytes = Array(document.markdown.utf8)
    case "json": bytes = Array((document.json.text + "\n").utf8)
    default:
      throw Failure(
        description: "export to \(printableLine(name)): the name must end in .md for Markdown or .json for JSON")
    }
    guard try writeNewFile(bytes, to: path) else {
      throw Failure(
        description: "export to \(printableLine(name)): a file of that name is there and stays; give another name")
    }
    return (path, bytes.count)
  }

  /// What stands behind the last dot of a file's name, in lower case; `nil` where there is none.
  private func extensionOfName(_ path: String) -> String? {
    let parts = (path.split(separator: "/").last ?? "").split(separator: ".")
    return parts.count > 1 ? parts.last?.lowercased() : nil
  }

  private func writeStandard(_ standard: String) throws -> (path: String, bytes: Int) {
    let bytes = Array(document.markdown.utf8)
    for number in 1...999 {
      let path = expanded(standard + (number == 1 ? "" : "-\(number)") + ".md")
      if try writeNewFile(bytes, to: path) { return (path, bytes.count) }
    }
    throw Failure(description: "export: \(printableLine(standard)).md and its like are all there; give a name")
  }

  /// The path with the user's home in the place of a leading tilde, within the folder where it is not absolute.
  private func expanded(_ name: String) -> String {
    if name.hasPrefix("~/"), let home = getenv("HOME") { return String(cString: home) + name.dropFirst() }
    return name.hasPrefix("/") ? name : folder + "/" + name
  }

  /// The folder the program was started in.
  static var currentFolder: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    let start = drop(while: \.isWhitespace)
    return String(start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
  }
}
