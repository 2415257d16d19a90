import Files
import Inference

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Text from files and standard input.
enum InputText {
  /// Most bytes that are read: beyond this no context holds the tokens.
  static let limit = 1 << 30

  /// The whole text of a file; - is standard input. It has to be UTF-8: nothing is repaired silently.
  static func read(_ path: String) throws -> String {
    let bytes = path == "-" ? try readStandardInput() : try readFile(path, limit: limit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InferenceError("\(path == "-" ? "standard input" : path): the text is not UTF-8")
    }
    return text
  }

  /// All bytes of standard input.
  static func readStandardInput() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw InferenceError("standard input: cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw InferenceError("standard input: more than \(limit) bytes") }
    }
  }
}

/// Reads standard input line by line, also while it is still being written.
struct InputLines: Sequence, IteratorProtocol {
  private var pending: [UInt8] = []
  /// Where the next line starts, and up to where no line end was found.
  private var start = 0
  private var searched = 0
  private var isAtEnd = false

  /// Whether a line holds nothing but white space.
  static func isBlank(_ line: [UInt8]) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }

  /// The next line without its end, `nil` after the last.
  mutating func next() -> [UInt8]? {
    while true {
      if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer {
          start = end + 1
          searched = start
        }
        return Array(pending[start..<end])
      }
      if isAtEnd {
        defer { start = pending.count }
        searched = pending.count
        return start < pending.count ? Array(pending[start...]) : nil
      }
      pending.removeFirst(start)
      start = 0
      searched = pending.count
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = systemRead(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { isAtEnd = true } else { pending += buffer[..<count] }
    }
  }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
