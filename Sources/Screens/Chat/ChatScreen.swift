public import Drawing
public import Sessions

/// A chat: the conversation, the question being written, and what the engine is doing.
public struct ChatScreen: Screen, Hashable {
  /// What is known of the model.
  public enum ModelState: Hashable, Sendable {
    case none
    case loading(ModelLoading)
    case ready(ModelDescription)
    case failed(String)
  }

  /// What the engine does for this chat.
  public enum Activity: Hashable, Sendable {
    case idle
    /// An answer was asked for and has not begun.
    case waiting
    case prefilling(PrefillProgress)
    case decoding
  }

  /// The roles' styles.
  public var theme = Theme.dark
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  /// How the chat began.
  public internal(set) var opening: ChatOpening?
  /// The transcript.
  public internal(set) var entries: [Entry] = []
  /// What is known of the model.
  public internal(set) var model = ModelState.none
  /// What the engine does.
  public internal(set) var activity = Activity.idle
  /// Questions that wait for the model or for the answer before.
  public internal(set) var queue: [String] = []
  /// Whether the last question has no whole answer, so that Enter asks for it again.
  public internal(set) var isUnfinished = false
  /// The latest turn, from 1; 0 before the first question.
  public internal(set) var turn = 0

  var size = Size(columns: 80, rows: 24)
  var editor = TextEditor()
  /// The first place shown; `nil` follows the end.
  var scroll: TranscriptAnchor?
  /// First row of the help that is shown; `nil` while there is none.
  var helpRow: Int?
  var isStopping = false
  /// When Ctrl-C was pressed for the first of two times.
  var interrupted: Double?
  var contextUsed = 0
  var contextLength = 0
  /// Tokens a second of the latest answer.
  var prefillSpeed: Double?
  var decodeSpeed: Double?
  /// Who the model was when the session was recorded first.
  var identity: ModelDescription?

  /// Creates a chat before its first event.
  public init() {}

  /// Whether the user has written anything, so that the session is worth keeping.
  public var hasContent: Bool { turn > 0 || !queue.isEmpty || !editor.isEmpty || entries.contains { $0.turn > 0 } }

  /// The conversation as the model is given it.
  public var messages: [ChatMessage] {
    var messages: [ChatMessage] = []
    if let system = opening?.system { messages.append(ChatMessage(role: "system", content: system)) }
    for entry in entries where !entry.isWithdrawn {
      switch entry.kind {
      case .question: messages.append(ChatMessage(role: "user", content: entry.text))
      case .answer: messages.append(ChatMessage(role: "assistant", content: entry.text))
      case .notice: break
      }
    }
    return messages
  }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return handle(press, at: event.seconds)
    case .paste(let text):
      if helpRow == nil { editor.insert(text) }
    case .mouse(let mouse): handle(mouse)
    case .resized(let newSize): size = Size(newSize)
    case .opened(let opening): return open(opening)
    case .resumed: return resume()
    case .ended: cutOff()
    case .asked(let question): return ask(question.text)
    case .notice(let notice): add(notice)
    case .modelLoading(let loading): model = .loading(loading)
    case .modelReady(let description): return ready(description)
    case .modelFailed(let message): fail(loading: message)
    case .answerStarted(let start): begin(start, at: event.seconds)
    case .prefillProgress(let progress):
      if case .prefilling = activity { activity = .prefilling(progress) }
    case .token(let token): append(token, at: event.seconds)
    case .answerFinished(let end): return finish(end)
    case .answerRefused(let message): return refuse(message)
    case .tick, .models, .sessions, .pull, .unknown: break
    }
    return []
  }

  mutating func add(_ notice: Notice) {
    entries.append(Entry(kind: .notice(notice.severity), turn: turn, text: notice.text))
  }

  /// The answer that is being drawn.
  var streaming: Int? {
    guard activity != .idle, let last = entries.lastIndex(where: { if case .answer = $0.kind { true } else { false } }),
      case .answer(let answer) = entries[last].kind, answer.state == .streaming
    else { return nil }
    return last
  }

  mutating func changeStreaming(_ change: (inout Answer, inout String) -> Void) {
    guard let index = streaming, case .answer(var answer) = entries[index].kind else { return }
    change(&answer, &entries[index].text)
    entries[index].kind = .answer(answer)
  }
}
