public import JSONText

extension TerminalSize: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["columns"] = .integer(columns)
    object["rows"] = .integer(rows)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(columns: try fields.integer("columns"), rows: try fields.integer("rows"))
  }
}

extension ChatOpening: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["model"] = .string(model)
    if let system { object["system"] = .string(system) }
    object["settings"] = settings.json
    if let contextLength { object["context_length"] = .integer(contextLength) }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      model: try fields.string("model"), system: try fields.optional("system", fields.string),
      settings: try SamplingSettings(json: try fields.object("settings").value),
      contextLength: try fields.optional("context_length", fields.integer))
  }
}

extension Question: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["text"] = .string(text)
    place?.write(to: &object)
    if !images.isEmpty { object["images"] = images.json }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      text: try fields.string("text"), place: try TurnPlace(optional: fields),
      images: try [ImageReference](optional: fields))
  }
}

extension Notice: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["severity"] = .string(severity.rawValue)
    object["text"] = .string(text)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    // A severity of a later version is still worth showing.
    self.init(Severity(rawValue: try fields.string("severity")) ?? .information, try fields.string("text"))
  }
}

extension ModelListing: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["name"] = .string(name)
    if let path { object["path"] = .string(path) }
    object["bytes"] = .integer(bytes)
    object["details"] = .string(details)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      name: try fields.string("name"), path: try fields.optional("path", fields.string),
      bytes: try fields.integer("bytes"), details: try fields.string("details"))
  }
}

extension PullProgress: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["name"] = .string(name)
    switch state {
    case .receiving(let bytes, let total):
      object["state"] = "receiving"
      object["bytes"] = .integer(bytes)
      object["total"] = .integer(total)
    case .verifying: object["state"] = "verifying"
    case .finished: object["state"] = "finished"
    case .cancelled: object["state"] = "cancelled"
    case .failed(let message):
      object["state"] = "failed"
      object["message"] = .string(message)
    }
  }
  init(_ fields: Fields) throws(EventFormatError) {
    let state: State
    switch try fields.string("state") {
    case "receiving":
      state = .receiving(bytes: try fields.integer("bytes"), total: try fields.integer("total"))
    case "verifying": state = .verifying
    case "finished": state = .finished
    case "cancelled": state = .cancelled
    case "failed": state = .failed(try fields.string("message"))
    case let other: throw EventFormatError(description: "\"state\": unknown state \(JSONValue.string(other).text)")
    }
    self.init(name: try fields.string("name"), state: state)
  }
}

extension SessionSummary: EventPayload {
  /// The summary as a JSON object.
  public var json: JSONValue {
    var object = JSONObjectBuilder()
    write(to: &object)
    return object.value
  }
  func write(to object: inout JSONObjectBuilder) {
    object["name"] = .string(name)
    object["path"] = .string(path)
    object["title"] = .string(title)
    object["model"] = .string(model)
    object["created"] = .string(Timestamp.text(created))
    object["seconds_long"] = .double(seconds)
    object["turns"] = .integer(turns)
    object["unfinished"] = .bool(isUnfinished)
    object["open_elsewhere"] = .bool(isOpenElsewhere)
    object["tags"] = .array(tags.map { .string($0) })
  }
  init(_ fields: Fields) throws(EventFormatError) {
    let created = try fields.string("created")
    guard let created = Timestamp.seconds(created) else {
      throw EventFormatError(description: "\"created\": expected a time such as 2026-01-31T12:00:00Z")
    }
    self.init(
      name: try fields.string("name"), path: try fields.string("path"), title: try fields.string("title"),
      model: try fields.string("model"), created: created, seconds: try fields.double("seconds_long"),
      turns: try fields.integer("turns"), isUnfinished: try fields.bool("unfinished"),
      isOpenElsewhere: try fields.bool("open_elsewhere"),
      tags: (fields.value["tags"]?.array ?? []).compactMap(\.string))
  }
}

extension SessionMatch: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    summary.write(to: &object)
    object["excerpt"] = .string(excerpt)
    object["hits"] = .integer(hits)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      summary: try SessionSummary(fields), excerpt: try fields.string("excerpt"), hits: try fields.integer("hits"))
  }

  /// The match as one object: what a list tells of the session, the excerpt and the number of places.
  public var json: JSONValue {
    var object = JSONObjectBuilder()
    write(to: &object)
    return object.value
  }
}
