import Dispatch
import Files
import JSONText
import Sessions

/// Remembers how the panes lie from one start to the next, in a small file of the program's own.
///
/// Written on a thread of its own, as the screen must not wait for a disk; what was left last is what stays.
final class LayoutKeeper: Sendable {
  private let path: String
  private let queue = DispatchQueue(label: "lathe.layout", qos: .utility)
  private static let version = 1
  private static let sizeLimit = 1 << 16

  /// Keeps the layout in this file.
  init(path: String) { self.path = path }

  /// What was remembered; `nil` where nothing was.
  ///
  /// - Throws: `FileError` where the file is damaged; the next layout that is kept replaces it.
  func read() throws(FileError) -> PaneLayout? {
    guard FileKind(path: path) != .absent else { return nil }
    let bytes = try readFile(path, limit: LayoutKeeper.sizeLimit)
    guard let value = try? JSONValue(parsing: bytes), value["lathe_layout"]?.integer == LayoutKeeper.version,
      let chat = value["chat"]
    else { throw FileError(operation: "read", path: path, reason: "it is no layout of panes") }
    do {
      return try PaneLayout(json: chat)
    } catch {
      throw FileError(operation: "read", path: path, reason: error.description)
    }
  }

  /// Remembers a layout; `report` is told in one line when that cannot be done.
  func keep(_ layout: PaneLayout, report: @escaping @Sendable (String) -> Void) {
    queue.async { [path] in
      let value: JSONValue = ["lathe_layout": .integer(LayoutKeeper.version), "chat": layout.json]
      do {
        try createFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
        try writeAtomically(Array((value.text + "\n").utf8), to: path)
      } catch {
        report("the layout of the panes is not remembered: \(error)")
      }
    }
  }

  /// Waits until what was kept is on disk.
  func finish() { queue.sync {} }
}
