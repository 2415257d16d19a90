import Files

/// What lists and searches need of a session, read in one pass over its log: only lines that matter are parsed.
struct SessionText {
  /// The first line.
  let header: SessionHeader
  /// The first question, in one line.
  private(set) var title = ""
  /// Questions asked.
  private(set) var turns = 0
  /// Time of the last event.
  private(set) var seconds = 0.0
  /// Whether the last event says that the program ended in good order.
  private(set) var isEnded = false
  /// What was said, a line feed behind each piece: system prompt, questions, answers.
  private(set) var text = ""

  /// Reads a session.
  ///
  /// - Throws: `SessionError` when it cannot be read or is none.
  init(path: String) throws(SessionError) {
    header = try SessionSource(path: path).header
    do {
      let file = try MappedFile(path: path + "/" + SessionLog.fileName)
      file.withBytes { read($0) }
    } catch {
      throw SessionError("read", error)
    }
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) {
    // Tokens of an answer that has no end yet: most answers have one, which holds their text.
    var unfinished: [Range<Int>] = []
    var last: Range<Int>?
    for line in LineRanges(bytes).dropFirst() {
      last = line
      switch EventHead(bytes, line).kind {
      case .token: unfinished.append(line)
      case .passedOver: break
      case .other:
        guard let event = try? TimedEvent(line: Array(bytes[line])) else { continue }
        if case .answerFinished = event.event { unfinished = [] }
        take(event.event)
      }
    }
    for line in unfinished {
      guard let event = try? TimedEvent(line: Array(bytes[line])), case .token(let token) = event.event else {
        continue
      }
      text += token.text
    }
    if let last, let event = try? TimedEvent(line: Array(bytes[last])) {
      seconds = event.seconds
      isEnded = event.event == .ended
    }
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .opened(let opening): if let system = opening.system { text += system + "\n" }
    case .asked(let question):
      if turns == 0 { title = SessionText.oneLine(question.text) }
      turns += 1
      text += question.text + "\n"
    case .answerFinished(let end): text += end.text + "\n"
    default: break
    }
  }

  /// The text in one line of at most 80 characters.
  private static func oneLine(_ text: String) -> String {
    let words = text.prefix(400).split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    let safe = escapingControls(words)
    return safe.count > 80 ? String(safe.prefix(79)) + "…" : safe
  }
}
