public import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program itself, as the build that runs the tests made it: for what only a whole process shows.
public enum BuiltProgram {
  /// The file, `nil` where it was not built beside the tests.
  public static let path: String? = {
    guard let own = Fixtures.target(ofLink: "/proc/self/exe"), let slash = own.lastIndex(of: "/") else { return nil }
    let path = String(own[...slash] + "lathe")
    return access(path, X_OK) == 0 ? path : nil
  }()

  /// How it ended.
  public struct Outcome: Sendable {
    /// The exit status; 128 and more for a signal.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let error: String
  }

  /// A run that goes on.
  public struct Run: Sendable {
    /// The process.
    public let process: Int32
    private let folder: TemporaryFolder

    /// - Parameter limits: shell words that come first, as "ulimit -f 8;".
    init(_ program: String, _ arguments: [String], limits: String) throws {
      let folder = try TemporaryFolder()
      self.folder = folder
      // The data of whoever runs the tests is neither read nor written.
      let environment = ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"].map { "\($0)=\(folder.path)" }
      let script = "\(limits) exec env \"$@\" >\(folder["output"]) 2>\(folder["error"]) </dev/null"
      let words = ["sh", "-c", script, "sh"] + environment + [program] + arguments
      var vector: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
      defer { for word in vector { free(word) } }
      // The threads that run tests block signals, which a program would inherit.
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      var signals = sigset_t()
      sigemptyset(&signals)
      posix_spawnattr_setsigmask(&attributes, &signals)
      sigfillset(&signals)
      posix_spawnattr_setsigdefault(&attributes, &signals)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
      var child = pid_t()
      guard posix_spawn(&child, "/bin/sh", nil, &attributes, &vector, environ) == 0 else { throw ServerError() }
      process = child
    }

    /// Waits for its end.
    public func end() throws -> Outcome {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      func text(_ name: String) throws -> String { String(decoding: try Fixtures.bytes(folder[name]), as: UTF8.self) }
      let signal = status & 0x7F
      return Outcome(
        status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: try text("output"), error: try text("error"))
    }

    /// Sends a signal as soon as the program takes care of it itself; or another one in its place.
    ///
    /// - Returns: whether it was still running.
    public func interrupt(with signal: Int32, sending other: Int32? = nil) -> Bool {
      while kill(process, 0) == 0 {
        let status = (try? Fixtures.lines("/proc/\(process)/status")) ?? []
        if status.contains(where: { $0.hasPrefix("State:\tZ") }) { return false }
        // Before it, the shell stands there, and this process's own handlers before that.
        guard Fixtures.target(ofLink: "/proc/\(process)/exe") == BuiltProgram.path else {
          usleep(500)
          continue
        }
        let caught = status.first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        if let mask = caught.flatMap({ UInt64($0, radix: 16) }), mask & 1 << UInt64(signal - 1) != 0 {
          return kill(process, other ?? signal) == 0
        }
        usleep(500)
      }
      return false
    }
  }

  /// Starts it.
  public static func start(_ arguments: [String], limits: String = "") throws -> Run {
    guard let path else { throw MissingFixture(path: "lathe") }
    return try Run(path, arguments, limits: limits)
  }

  /// Runs it to its end.
  public static func run(_ arguments: [String], limits: String = "") throws -> Outcome {
    try start(arguments, limits: limits).end()
  }
}

extension Fixtures {
  /// Where a symbolic link leads.
  static func target(ofLink path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// The lines of a text of unknown length, as the kernel's are.
  static func lines(_ path: String) throws -> [String] {
    guard let file = fopen(path, "r") else { throw MissingFixture(path: path) }
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs the test only where the program was built beside the tests.
  public static var needsBuiltProgram: Self {
    .enabled(if: BuiltProgram.path != nil, "lathe was not built beside the tests")
  }
}
