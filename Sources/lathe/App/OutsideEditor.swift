import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The user's own editor, for texts that outgrow one line.
enum OutsideEditor {
  /// Why a text could not be edited, in one line.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Lets the user change a text; the terminal must be theirs meanwhile.
  ///
  /// - Parameter command: the editor; `nil` takes VISUAL, EDITOR or vi.
  /// - Returns: the text as it was saved, without the line feed that editors put at the end.
  /// - Throws: `Failure` or `FileError` when there is no editor, or when it fails: the text then stays as it is.
  static func edit(_ text: String, with command: String? = nil) throws -> String {
    // A folder of its own, so that nobody else can put a file in the way.
    var template = Array(((variable("TMPDIR") ?? "/tmp") + "/lathe-XXXXXX").utf8CString)
    guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
      throw Failure(description: "edit the question: no temporary folder: \(String(cString: strerror(errno)))")
    }
    let path = folder + "/question.md"
    defer {
      unlink(path)
      rmdir(folder)
    }
    try writeAtomically(Array(text.utf8), to: path)
    let editor = command ?? variable("VISUAL") ?? variable("EDITOR") ?? "vi"
    let status = try run(editor, path)
    guard status == 0 else {
      throw Failure(
        description: "edit the question: \(editor) ended with status \(status); VISUAL or EDITOR names another editor")
    }
    var edited = String(decoding: try readFile(path, limit: 1 << 26), as: UTF8.self)
    if edited.hasSuffix("\n"), !text.hasSuffix("\n") { edited.removeLast() }
    return edited
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Runs the editor as the shell would (EDITOR may hold arguments) and waits for its end.
  private static func run(_ editor: String, _ path: String) throws -> Int32 {
    // Keys like Ctrl-C mean the editor while it has the terminal.
    let ignored = [SIGINT, SIGQUIT].map { signal in (signal, ignore(signal)) }
    defer { for (signal, before) in ignored { restore(signal, before) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGPIPE] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let words = ["sh", "-c", "\(editor) \"$1\"", "sh", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let code = posix_spawn(&child, "/bin/sh", nil, &attributes, &arguments, environ)
    guard code == 0 else {
      throw Failure(description: "edit the question: /bin/sh: \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    while waitpid(child, &status, WUNTRACED) >= 0 || errno == EINTR {
      if status & 0xFF == 0x7F {
        // The editor was stopped by Ctrl-Z: so is this program, until the shell continues both.
        kill(getpid(), SIGSTOP)
        kill(child, SIGCONT)
        continue
      }
      break
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  private static func ignore(_ signal: Int32) -> sigaction {
    var before = sigaction()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(signal, &action, &before)
    return before
  }

  private static func restore(_ signal: Int32, _ before: sigaction) {
    var before = before
    sigaction(signal, &before, nil)
  }
}
