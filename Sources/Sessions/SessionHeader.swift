import JSONText

/// The first line of a session's log.
public struct SessionHeader: Hashable, Sendable {
  /// The newest format version that this program reads, and the one it writes.
  public static let currentVersion = 1

  /// Version of the format.
  public var version: Int
  /// What was recorded: `chat`.
  public var kind: String
  /// The model, as the user gave it; the events hold its full description once it is loaded.
  public var model: String
  /// When the session began, in seconds since 1970.
  public var created: Double
  /// The terminal at that time.
  public var terminal: TerminalSize

  /// Creates a header of the current version.
  public init(kind: String, model: String, created: Double, terminal: TerminalSize) {
    version = SessionHeader.currentVersion
    self.kind = kind
    self.model = model
    self.created = created
    self.terminal = terminal
  }

  var json: JSONValue {
    var object = JSONObjectBuilder()
    object["lathe_session"] = .integer(version)
    object["kind"] = .string(kind)
    object["model"] = .string(model)
    object["created"] = .string(Timestamp.text(created))
    var size = JSONObjectBuilder()
    terminal.write(to: &size)
    object["terminal"] = size.value
    return object.value
  }

  /// Reads a first line, with a fault in one line for what is no session or one of a later format.
  init(line: [UInt8]) throws(EventFormatError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      throw EventFormatError(description: "its first line is no session header")
    }
    guard let version = value["lathe_session"]?.integer else {
      throw EventFormatError(description: "its first line is no session header")
    }
    guard (1...SessionHeader.currentVersion).contains(version) else {
      throw EventFormatError(
        description: "it has format version \(version), this program reads up to \(SessionHeader.currentVersion); "
          + "a newer lathe reads it")
    }
    let fields = try Fields(value)
    guard let created = Timestamp.seconds(try fields.string("created")) else {
      throw EventFormatError(description: "\"created\": expected a time such as 2026-01-31T12:00:00Z")
    }
    self.init(
      kind: try fields.string("kind"), model: try fields.string("model"), created: created,
      terminal: try TerminalSize(try fields.object("terminal")))
    self.version = version
  }
}
