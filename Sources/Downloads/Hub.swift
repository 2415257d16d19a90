import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file of a hub repository.
public struct HubFile: Hashable, Sendable {
  /// Path inside the repository.
  public let path: String
  /// Size in bytes.
  public let size: Int64
  /// Its hash: SHA-256 of large files, the git object id of others.
  public let hash: ContentHash?
}

/// The Hugging Face hub: lists a repository's files and names their addresses.
///
/// `HF_ENDPOINT` names another server, `HF_TOKEN` a token for gated repositories, as the hub's own tools have it.
public struct Hub: Sendable {
  /// Address of the server, without a slash at the end.
  public let endpoint: String
  let token: String?

  /// Creates a hub from the environment.
  public init() {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    self.init(endpoint: variable("HF_ENDPOINT") ?? "https://huggingface.co", token: variable("HF_TOKEN"))
  }

  /// Creates a hub at an address.
  public init(endpoint: String, token: String? = nil) {
    self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    self.token = token
  }

  /// Request headers that carry the token.
  public var headers: [String] { token.map { ["Authorization: Bearer \($0)"] } ?? [] }

  /// The files of a repository at a revision, sorted by path.
  public func files(of repository: String, revision: String = "main") throws(DownloadError) -> [HubFile] {
    let url = "\(endpoint)/api/models/\(Hub.escaped(repository))/tree/\(Hub.escaped(revision))?recursive=true"
    let bytes = try HTTPTransfer(url: url, headers: headers).document(limit: 16 << 20)
    guard let entries = try? JSONValue(parsing: bytes).array else {
      throw DownloadError(.mismatch, "\(url): expected a list of files")
    }
    var files: [HubFile] = []
    for entry in entries where entry["type"]?.string == "file" {
      guard let path = entry["path"]?.string, let size = entry["size"]?.integer, size >= 0 else { continue }
      // The path becomes a file name below the model folder.
      guard Hub.isSafe(path) else {
        throw DownloadError(.mismatch, "\(repository): the file name \(path) leaves the repository")
      }
      let hash: ContentHash? =
        if let digest = entry["lfs"]?["oid"]?.string { .sha256(digest) } else {
          entry["oid"]?.string.map(ContentHash.gitBlob)
        }
      files.append(HubFile(path: path, size: Int64(entry["lfs"]?["size"]?.integer ?? size), hash: hash))
    }
    return files.sorted { $0.path < $1.path }
  }

  /// The address of a file's bytes.
  public func address(of path: String, in repository: String, revision: String = "main") -> String {
    "\(endpoint)/\(Hub.escaped(repository))/resolve/\(Hub.escaped(revision))/\(Hub.escaped(path))"
  }

  /// Whether a path stays below the folder it is joined to.
  static func isSafe(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } && !path.utf8.contains(0)
  }

  /// Percent-encodes what may not stand in the path of an address.
  static func escaped(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
      }
    }
    return text
  }
}
