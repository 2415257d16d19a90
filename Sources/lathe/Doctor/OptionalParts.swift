import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Programs and libraries that Lathe uses where they are there, and does without where not.
struct OptionalParts {
  private struct Part {
    let name: String
    /// Any of these programs will do.
    var programs: [String] = []
    /// Or this library.
    var library: String?
    let use: String
    let remedy: String
  }

  private static let parts = [
    Part(name: "libcurl", library: "libcurl.so.4", use: "lathe pull", remedy: "apt install libcurl4"),
    Part(name: "tmux", programs: ["tmux"], use: "chats that outlive a connection", remedy: "apt install tmux"),
    Part(
      name: "pdftotext", programs: ["pdftotext"], use: "reading PDF documents", remedy: "apt install poppler-utils"),
    Part(
      name: "browser", programs: ["chromium", "chromium-browser", "google-chrome"], use: "web agents",
      remedy: "apt install chromium"),
  ]

  /// The folders that programs are looked for in.
  let path: [String]

  init(path: String = getenv("PATH").map { String(cString: $0) } ?? "") {
    self.path = path.split(separator: ":").map(String.init)
  }

  /// Where a program is.
  func program(_ names: [String]) -> String? {
    for name in names {
      for folder in path where access(folder + "/" + name, X_OK) == 0 && FileKind(path: folder + "/" + name) == .file {
        return folder + "/" + name
      }
    }
    return nil
  }

  var findings: [Finding] {
    OptionalParts.parts.map { part in
      let place: String? =
        if let library = part.library {
          dlopen(library, RTLD_LAZY | RTLD_LOCAL) == nil ? nil : library
        } else {
          program(part.programs)
        }
      guard let place else {
        return Finding("Optional parts", part.name, "for \(part.use)", .absent, remedy: part.remedy)
      }
      return Finding("Optional parts", part.name, "\(place), for \(part.use)", .present)
    }
  }
}
