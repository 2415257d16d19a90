import Files
import JSONText

/// A place of a session that a user wants to find again.
public struct SessionMarker: Hashable, Sendable {
  /// Seconds since the session began.
  public var seconds: Double
  /// What is there, in one line; may be empty.
  public var label: String

  /// Creates a marker.
  public init(seconds: Double, label: String = "") {
    self.seconds = seconds
    self.label = label
  }
}

/// What a user adds to a session: tags and markers.
///
/// Kept in a file beside the log, as the log is only ever appended to, and by one program at a time.
public struct SessionDetails: Hashable, Sendable {
  /// The file's name in a session's folder.
  public static let fileName = "details.json"

  /// Words to find the session by, sorted, each once.
  public private(set) var tags: [String] = []
  /// Marked places, in order of time.
  public private(set) var markers: [SessionMarker] = []

  /// Nothing added.
  public init() {}

  /// Reads what was added to the session in a folder; nothing where there is no such file.
  ///
  /// - Throws: `SessionError` when the file cannot be read or is malformed.
  public init(path: String) throws(SessionError) {
    let file = path + "/" + SessionDetails.fileName
    guard FileKind(path: file) == .file else { return }
    do {
      let fields = try Fields(JSONValue(parsing: readFile(file, limit: 1 << 24)))
      for tag in fields.value["tags"]?.array ?? [] { if let tag = tag.string { add(tag: tag) } }
      for marker in try fields.optional("markers", fields.objects) ?? [] {
        add(SessionMarker(seconds: try marker.double("seconds"), label: try marker.string("label")))
      }
    } catch {
      throw SessionError(
        operation: "read the details of", subject: path, reason: "\(SessionDetails.fileName): \(error)")
    }
  }

  /// Adds a tag; one that is there already changes nothing.
  public mutating func add(tag: String) {
    guard !tags.contains(tag) else { return }
    tags.append(tag)
    tags.sort()
  }

  /// Takes a tag away.
  public mutating func remove(tag: String) { tags.removeAll { $0 == tag } }

  /// Adds a marker; one at the same time is replaced.
  public mutating func add(_ marker: SessionMarker) {
    guard marker.seconds.isFinite, marker.seconds >= 0 else { return }
    markers.removeAll { $0.seconds == marker.seconds }
    markers.append(marker)
    markers.sort { $0.seconds < $1.seconds }
  }

  /// Changes every text in it.
  package mutating func replaceTexts(_ change: (String) -> String) {
    let (oldTags, oldMarkers) = (tags, markers)
    (tags, markers) = ([], [])
    for tag in oldTags { add(tag: change(tag)) }
    for marker in oldMarkers { add(SessionMarker(seconds: marker.seconds, label: change(marker.label))) }
  }

  var json: JSONValue {
    [
      "tags": .array(tags.map { .string($0) }),
      "markers": .array(markers.map { ["seconds": .double($0.seconds), "label": .string($0.label)] }),
    ]
  }

  /// Writes the details into a session's folder.
  ///
  /// - Throws: `SessionError` when the folder cannot be written.
  public func write(to path: String) throws(SessionError) {
    do {
      try writeAtomically(Array((json.text + "\n").utf8), to: path + "/" + SessionDetails.fileName)
    } catch {
      throw SessionError("change", error)
    }
  }

  /// Why a text cannot be a tag; `nil` for one that can.
  public static func problem(ofTag tag: String) -> String? {
    if tag.isEmpty { return "a tag cannot be empty" }
    if tag.utf8.count > 64 { return "a tag has at most 64 bytes, this one has \(tag.utf8.count)" }
    let isPlain = tag.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F..<0xA0).contains($0.value) }
    guard isPlain, !tag.contains(where: \.isWhitespace), tag == escapingControls(tag) else {
      return "a tag is one word, without spaces and control characters"
    }
    return nil
  }
}
