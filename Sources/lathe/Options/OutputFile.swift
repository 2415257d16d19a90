import Files

/// Where a command's result goes: standard output, or a file that appears whole or not at all.
struct OutputFile {
  private let file: AtomicFile?

  /// Opens the file of this path; `nil` and `-` are standard output.
  init(_ path: String?) throws(FileError) {
    file = path == nil || path == "-" ? nil : try path.map { (path) throws(FileError) in try AtomicFile(path: path) }
  }

  /// Writes a text; false when nobody reads it any more.
  @discardableResult
  func write(_ text: String) throws(FileError) -> Bool {
    guard let file else { return StandardStreams.output(text) }
    try file.write(Array(text.utf8))
    return true
  }

  /// Writes bytes.
  func write(_ bytes: [UInt8]) throws(FileError) {
    guard let file else { return StandardStreams.output(bytes) }
    try file.write(bytes)
  }

  /// Puts the file in place.
  func commit() throws(FileError) { try file?.commit() }
}
