/// A model on a server.
///
/// Its reference, `NAME@URL` or only `URL`, stands wherever a local model's name or path may stand: in requests, in a
/// session's header, after `--model`. So everything that handles models handles these, too.
public struct RemoteModel: Hashable, Sendable {
  /// The server.
  public var endpoint: Endpoint
  /// What the server calls it; `nil` takes the only one that the server has.
  public var name: String?

  /// Names a model.
  public init(endpoint: Endpoint, name: String? = nil) {
    self.endpoint = endpoint
    self.name = name
  }

  /// Reads a reference.
  ///
  /// - Throws: when the address in it is none.
  public init(reference: String) throws(RemoteError) {
    guard let start = RemoteModel.addressStart(in: reference) else {
      throw RemoteError("model \(reference): expected NAME@URL or the URL of a server")
    }
    endpoint = try Endpoint(String(reference[start...]))
    let name = reference[..<start].dropLast()
    self.name = name.isEmpty ? nil : String(name)
  }

  /// Whether a text names a model on a server rather than one on this machine.
  public static func isReference(_ text: String) -> Bool { addressStart(in: text) != nil }

  /// The reference, which `init(reference:)` reads back.
  public var reference: String { (name.map { $0 + "@" } ?? "") + endpoint.description }

  private static func addressStart(in text: String) -> String.Index? {
    for scheme in ["http://", "https://"] {
      if text.hasPrefix(scheme) { return text.startIndex }
      if let mark = text.firstRange(of: "@" + scheme) { return text.index(after: mark.lowerBound) }
    }
    return nil
  }
}
