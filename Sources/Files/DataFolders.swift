#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where Lathe keeps a user's files, as the XDG Base Directory Specification says.
public enum DataFolders {
  /// Models, sessions and runs: `$XDG_DATA_HOME/lathe`, else `~/.local/share/lathe`.
  public static var data: String { folder(variable: "XDG_DATA_HOME", inHome: ".local/share") }
  /// Settings and key tables: `$XDG_CONFIG_HOME/lathe`, else `~/.config/lathe`.
  public static var configuration: String { folder(variable: "XDG_CONFIG_HOME", inHome: ".config") }
  /// What can be made again: `$XDG_CACHE_HOME/lathe`, else `~/.cache/lathe`.
  public static var cache: String { folder(variable: "XDG_CACHE_HOME", inHome: ".cache") }
  /// Downloaded models.
  public static var models: String { data + "/models" }
  /// Recorded sessions.
  public static var sessions: String { data + "/sessions" }

  static func folder(variable: String, inHome relative: String) -> String {
    folder(base: value(variable), home: home, inHome: relative)
  }

  /// The specification: a base that is not absolute is ignored.
  static func folder(base: String?, home: String, inHome relative: String) -> String {
    if let base, base.hasPrefix("/") { return withoutTrailingSlash(base) + "/lathe" }
    return withoutTrailingSlash(home) + "/" + relative + "/lathe"
  }

  private static var home: String {
    if let home = value("HOME"), home.hasPrefix("/") { return home }
    // Services and cron jobs may lack HOME; the account database still knows.
    if let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir { return String(cString: folder) }
    return "/"
  }

  private static func value(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }
  }

  private static func withoutTrailingSlash(_ path: String) -> String {
    var path = path
    while path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

/// Creates a folder and those above it; one that exists is fine.
///
/// - Throws: `FileError` when a component cannot be created or is not a folder.
public func createFolder(_ path: String) throws(FileError) {
  if FileKind(path: path) == .folder { return }
  let components = path.split(separator: "/")
  var prefix = path.hasPrefix("/") ? "" : "."
  for component in components {
    prefix += "/" + component
    if mkdir(prefix, 0o777) == 0 || errno == EEXIST { continue }
    throw FileError(operation: "create the folder", path: path, code: errno)
  }
  guard FileKind(path: path) == .folder else {
    throw FileError(operation: "create the folder", path: path, reason: "a file of that name is in the way")
  }
}
