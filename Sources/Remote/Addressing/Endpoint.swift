/// The address of a server that speaks the OpenAI API, without credentials.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// Scheme, host, port and path up to the API's version, without a slash at the end: `http://localhost:8000/v1`.
  public let description: String
  /// Host and port, as written.
  public let host: String
  /// Whether the way to it is encrypted.
  public let isEncrypted: Bool
  /// Whether it is this machine, so that nobody can listen on the way.
  public let isLoopback: Bool

  /// Reads an address, with or without the `/v1` at its end; a user name and a password in it are left out.
  ///
  /// - Throws: for what is no plain http or https address, with what to write instead.
  public init(_ text: String) throws(RemoteError) {
    let text = text.trimmed
    guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
      throw RemoteError("endpoint \(text): expected an address such as http://localhost:8000 or https://host/v1")
    }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    let hostAndPort = String(authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority)
    let path = rest.dropFirst(authority.count)
    // A query could hold a key, and a session records the address.
    guard !path.contains("?"), !path.contains("#") else {
      throw RemoteError("endpoint \(scheme)\(hostAndPort): leave out what follows the path (? or #)")
    }
    // Some readers of addresses take \ for /, and would see another host than this one.
    guard !authority.contains("\\"), let name = Endpoint.hostName(of: hostAndPort) else {
      throw RemoteError("endpoint \(scheme)\(hostAndPort): expected HOST or HOST:PORT behind \(scheme)")
    }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      throw RemoteError("endpoint \(text): the path has characters that must be written as %XX")
    }
    host = hostAndPort
    isEncrypted = scheme == "https://"
    isLoopback = Endpoint.isLoopback(name)
    description = scheme + hostAndPort + Endpoint.basePath(String(path))
  }

  /// Whether an address holds a user name or a password.
  public static func holdsCredentials(_ text: String) -> Bool {
    guard let start = text.firstRange(of: "://")?.upperBound else { return false }
    return text[start...].prefix { !"/?#".contains($0) }.contains("@")
  }

  /// The address of one of the API's documents.
  func address(of path: String) -> String { description + path }

  /// The host without port and brackets; `nil` when it is malformed.
  private static func hostName(of hostAndPort: String) -> String? {
    var name = hostAndPort[...]
    var port: Substring?
    if name.hasPrefix("[") {
      guard let end = name.firstIndex(of: "]") else { return nil }
      let behind = name[name.index(after: end)...]
      guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
      port = behind.isEmpty ? nil : behind.dropFirst()
      name = name[..<end].dropFirst()
      guard !name.isEmpty, name.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
    } else if let colon = name.firstIndex(of: ":") {
      port = name[name.index(after: colon)...]
      name = name[..<colon]
    }
    if let port, !(port.allSatisfy(\.isASCII) && UInt16(port).map { $0 > 0 } ?? false) { return nil }
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
    return isPlain && !name.isEmpty ? name.lowercased() : nil
  }

  private static func isLoopback(_ name: String) -> Bool {
    if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
    // All four numbers: 127.example.com is somebody else.
    let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
  }

  /// The path up to the version: `/v1` is added where there is none, and what names a document is taken off.
  private static func basePath(_ path: String) -> String {
    var parts = path.split(separator: "/")
    if parts.suffix(2) == ["chat", "completions"] {
      parts.removeLast(2)
    } else if parts.last == "models" {
      parts.removeLast()
    }
    let hasVersion = parts.contains { $0.hasPrefix("v") && $0.dropFirst().first?.isNumber == true }
    return "/" + (parts + (hasVersion ? [] : ["v1"])).joined(separator: "/")
  }
}
