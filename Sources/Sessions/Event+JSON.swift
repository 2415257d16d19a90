public import JSONText

extension TimedEvent {
  /// The event as one object: `seconds` and `event` (its kind) first, then the members of its payload.
  public var json: JSONValue {
    if case .unknown(_, let value) = event { return value }
    var object = JSONObjectBuilder()
    object["seconds"] = .double(seconds)
    object["event"] = .string(event.kind)
    event.writePayload(to: &object)
    return object.value
  }

  /// Reads an event. A kind that this version does not know becomes `Event.unknown`.
  public init(json: JSONValue) throws(EventFormatError) {
    let fields = try Fields(json)
    let seconds = try fields.double("seconds")
    guard seconds.isFinite, (0...1e10).contains(seconds) else {
      throw EventFormatError(description: "\"seconds\": expected a time from 0 to 1e10, got \(seconds)")
    }
    self.init(seconds: seconds, event: try Event(kind: try fields.string("event"), fields))
  }
}

extension Event {
  /// The kind's name in the log.
  public var kind: String {
    switch self {
    case .key: "key"
    case .paste: "paste"
    case .edited: "edited"
    case .mouse: "mouse"
    case .resized: "resized"
    case .arranged: "arranged"
    case .sessionNamed: "session named"
    case .memoryUsed: "memory used"
    case .tick: "tick"
    case .opened: "opened"
    case .changed: "changed"
    case .resumed: "resumed"
    case .ended: "ended"
    case .asked: "asked"
    case .attached: "attached"
    case .detached: "detached"
    case .answerOrdered: "answer ordered"
    case .movedTo: "moved to"
    case .preferred: "preferred"
    case .notice: "notice"
    case .modelLoading: "model loading"
    case .modelReady: "model ready"
    case .modelFailed: "model failed"
    case .answerDelayed: "answer delayed"
    case .answerStarted: "answer started"
    case .prefillProgress: "prefill progress"
    case .token: "token"
    case .answerFinished: "answer finished"
    case .answerRefused: "answer refused"
    case .models: "models"
    case .sessions: "sessions"
    case .sessionMatches: "session matches"
    case .pull: "pull"
    case .unknown(let kind, _): kind
    }
  }

  func writePayload(to object: inout JSONObjectBuilder) {
    switch self {
    case .tick, .resumed, .ended, .detached, .unknown: break
    case .key(let press): object["key"] = .string(press.name)
    case .paste(let text), .edited(let text): object["text"] = .string(text)
    case .modelFailed(let message), .answerRefused(let message): object["message"] = .string(message)
    case .mouse(let mouse): mouse.write(to: &object)
    case .resized(let size): size.write(to: &object)
    case .arranged(let layout): layout.write(to: &object)
    case .sessionNamed(let name): object["name"] = .string(name)
    case .memoryUsed(let bytes): object["bytes"] = .integer(bytes)
    case .opened(let opening), .changed(let opening): opening.write(to: &object)
    case .asked(let question): question.write(to: &object)
    case .attached(let image): image.write(to: &object)
    case .answerOrdered(let order): order.write(to: &object)
    case .preferred(let preference): preference.write(to: &object)
    case .movedTo(let turn): object["id"] = .integer(turn)
    case .notice(let notice): notice.write(to: &object)
    case .modelLoading(let loading): loading.write(to: &object)
    case .modelReady(let model): model.write(to: &object)
    case .answerDelayed(let delay): delay.write(to: &object)
    case .answerStarted(let start): start.write(to: &object)
    case .prefillProgress(let progress): progress.write(to: &object)
    case .token(let token): token.write(to: &object)
    case .answerFinished(let end): end.write(to: &object)
    case .pull(let progress): progress.write(to: &object)
    case .models(let models): object["models"] = Event.array(models)
    case .sessions(let sessions): object["sessions"] = Event.array(sessions)
    case .sessionMatches(let found):
      object["query"] = .string(found.query)
      object["matches"] = Event.array(found.matches)
    }
  }

  private static func array(_ payloads: [some EventPayload]) -> JSONValue {
    .array(
      payloads.map { payload in
        var object = JSONObjectBuilder()
        payload.write(to: &object)
        return object.value
      })
  }

  init(kind: String, _ fields: Fields) throws(EventFormatError) {
    switch kind {
    case "key":
      let name = try fields.string("key")
      guard let press = KeyPress(name: name) else {
        throw EventFormatError(description: "\"key\": unknown key \(JSONValue.string(name).text)")
      }
      self = .key(press)
    case "paste": self = .paste(try fields.string("text"))
    case "edited": self = .edited(try fields.string("text"))
    case "mouse": self = .mouse(try MouseInput(fields))
    case "resized": self = .resized(try TerminalSize(fields))
    case "arranged": self = .arranged(try PaneLayout(fields))
    case "session named": self = .sessionNamed(try fields.string("name"))
    case "memory used": self = .memoryUsed(try fields.integer("bytes"))
    case "tick": self = .tick
    case "opened": self = .opened(try ChatOpening(fields))
    case "changed": self = .changed(try ChatOpening(fields))
    case "resumed": self = .resumed
    case "ended": self = .ended
    case "asked": self = .asked(try Question(fields))
    case "attached": self = .attached(try ImageReference(fields))
    case "detached": self = .detached
    case "answer ordered": self = .answerOrdered(try AnswerOrder(fields))
    case "preferred": self = .preferred(try Preference(fields))
    case "moved to": self = .movedTo(try fields.integer("id"))
    case "notice": self = .notice(try Notice(fields))
    case "model loading": self = .modelLoading(try ModelLoading(fields))
    case "model ready": self = .modelReady(try ModelDescription(fields))
    case "model failed": self = .modelFailed(try fields.string("message"))
    case "answer delayed": self = .answerDelayed(try AnswerDelay(fields))
    case "answer started": self = .answerStarted(try AnswerStart(fields))
    case "prefill progress": self = .prefillProgress(try PrefillProgress(fields))
    case "token": self = .token(try GeneratedToken(fields))
    case "answer finished": self = .answerFinished(try AnswerEnd(fields))
    case "answer refused": self = .answerRefused(try fields.string("message"))
    case "models": self = .models(try Event.payloads(fields.objects("models")))
    case "sessions": self = .sessions(try Event.payloads(fields.objects("sessions")))
    case "session matches":
      self = .sessionMatches(
        SessionMatches(
          query: try fields.string("query"), matches: try Event.payloads(fields.objects("matches"))))
    case "pull": self = .pull(try PullProgress(fields))
    default: self = .unknown(kind: kind, fields.value)
    }
  }

  private static func payloads<Payload: EventPayload>(
    _ objects: [Fields]
  ) throws(EventFormatError) -> [Payload] {
    var payloads: [Payload] = []
    for object in objects { payloads.append(try Payload(object)) }
    return payloads
  }
}
