import Files
import JSONText
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where preferences are gathered for training: JSON Lines that only grow.
enum PreferenceFile {
  /// Why a preference could not be kept, in one line.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// `preferences.jsonl` beside a folder of sessions.
  static func path(besideSessions folder: String) -> String {
    let parent = folder.lastIndex(of: "/").map { String(folder[...$0]) } ?? ""
    return parent + "preferences.jsonl"
  }

  /// Appends a line with a single write, so that two programs never mix theirs.
  static func append(_ pair: PreferencePair, to path: String) throws(Failure) {
    var line: [UInt8] = []
    pair.json.write(to: &line)
    line.append(UInt8(ascii: "\n"))
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var written: Int
    repeat {
      written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    } while written < 0 && errno == EINTR
    guard written == line.count else { throw failure(path) }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(description: "keep the preference in \(path): \(String(cString: strerror(errno)))")
  }
}
