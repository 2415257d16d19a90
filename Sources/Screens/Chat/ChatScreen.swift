public import Drawing
public import Sessions
import Widgets

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
    /// It will be asked for again.
    case delayed(AnswerDelay)
    case prefilling(PrefillProgress)
    case decoding
  }

  /// The roles' styles.
  public var theme = Theme.dark
  /// The keys the user has given to actions.
  public var bindings = KeyBindings.standard
  /// What the terminal can show.
  public var display = Display()
  /// The images that have been read.
  public var shelf = ImageShelf()
  /// The images for the next question.
  public internal(set) var attachments: [ImageReference] = []
  /// The path of an image that was pasted last.
  var pastedPath: String?
  /// How the chat began.
  public internal(set) var opening: ChatOpening?
  /// All that was said, as a tree.
  public internal(set) var conversation = Conversation()
  /// What is known of the model.
  public internal(set) var model = ModelState.none
  /// What the engine does.
  public internal(set) var activity = Activity.idle
  /// Questions that wait for the model or for the answer before.
  public internal(set) var queue: [Question] = []
  /// Whether the last question has no whole answer, so that Enter asks for it again.
  public internal(set) var isUnfinished = false

  /// What keys are for.
  enum Mode: Hashable {
    case writing
    /// Looking at the turns, with one of them chosen.
    case turns(Int)
    /// Looking at the tree, with one of its rows chosen.
    case tree(ListSelection)
    /// Looking at the tokens of an answer.
    case tokens(TokenCursor)
    /// Changing how tokens are chosen.
    case sampling(SamplingPanel)
    /// Two answers to one question side by side.
    case comparing(Comparison)
    /// Looking at what is known of the chat, from this row on.
    case about(Int)
  }

  var mode = Mode.writing {
    didSet {
      if let pane = mode.sidePane { layout.pane = pane }
      layout.focus(side: mode.sidePane != nil)
    }
  }
  /// How the panes lie.
  var layout = ChatLayout()
  /// What the latest key could not do; the next one takes it away.
  var hint: String?
  /// The question that the next one stands in place of.
  var editing: Int?
  /// Whether the answers are marked by how much each token surprised the model.
  var isTinted = false
  /// The answer that was asked for and has not begun.
  var expected: AnswerOrder?
  /// A server's answer that was cut off and is asked to go on; withdrawn when what goes on has begun.
  var continued: Int?
  /// Another model's answer that is drawn now, to be compared; the chat then comes back to its own model.
  var visit: ModelVisit?
  /// The answer that is being drawn.
  var drawing: Int?
  /// The turn that the next question follows, when it is not there yet: an answer still to come.
  var nextParent: Int?

  var size = Size(columns: 80, rows: 24)
  var editor = TextEditor()
  /// The first place shown; `nil` follows the end.
  var scroll: TranscriptAnchor?
  /// First row of the help that is shown; `nil` while there is none.
  var helpRow: Int?
  var isStopping = false
  /// When Ctrl-C was pressed for the first of two times.
  var interrupted: Double?
  var contextLength = 0
  /// Tokens a second of the latest answer.
  var prefillSpeed: Double?
  var decodeSpeed: Double?
  /// Bytes of memory that the program had in RAM when it last looked.
  var memoryUsed: Int?
  /// The session's name, once it is told.
  var sessionName = ""
  /// Who the model was when the session was recorded first.
  var identity: ModelDescription?

  /// Creates a chat before its first event.
  public init() {}

  /// Whether the user has written anything, so that the session is worth keeping.
  public var hasContent: Bool {
    !queue.isEmpty || !editor.isEmpty || !attachments.isEmpty || conversation.entries.contains { $0.id > 0 }
  }

  /// What is shown of the conversation.
  public var entries: [Entry] { conversation.shown }

  /// The latest turn that is shown, from 1; 0 before the first question.
  public var turn: Int { conversation[conversation.tip]?.turn ?? 0 }

  /// The conversation as the model is given it.
  public var messages: [ChatMessage] { messages(to: conversation.tip) }

  func messages(to turn: Int) -> [ChatMessage] {
    let system = (opening?.system).map { [ChatMessage(role: "system", content: $0)] } ?? []
    return system + conversation.messages(to: turn)
  }

  /// Takes in what happened and says what to do about it.
  public mutating func update(_ event: TimedEvent) -> [Effect] {
    switch event.event {
    case .key(let press): return rememberingLayout { $0.handle(press, at: event.seconds) }
    case .mouse(let mouse): return rememberingLayout { $0.handle(mouse) }
    case .paste(let text):
      guard helpRow == nil, mode == .writing else { return [] }
      editor.insert(text)
      return take(pasted: text)
    case .edited(let text): editor.replace(with: text)
    case .resized(let newSize): size = Size(newSize)
    case .arranged(let remembered): layout.take(remembered)
    case .sessionNamed(let name): sessionName = name
    case .memoryUsed(let bytes): memoryUsed = bytes
    case .opened(let opening): return open(opening)
    case .changed(let opening): return change(to: opening)
    case .resumed: return resume()
    case .ended: cutOff()
    case .asked(let question): return ask(question)
    case .attached(let image): attachments.append(image)
    case .detached: attachments = []
    case .answerOrdered(let order): return take(order)
    case .movedTo(let turn): move(to: turn)
    case .preferred(let preference): return prefer(preference)
    case .notice(let notice): add(notice)
    case .modelLoading(let loading): model = .loading(loading)
    case .modelReady(let description): return ready(description)
    case .modelFailed(let message): return fail(loading: message)
    case .answerDelayed(let delay): wait(for: delay)
    case .answerStarted(let start): begin(start, at: event.seconds)
    case .prefillProgress(let progress):
      if case .prefilling = activity { activity = .prefilling(progress) }
    case .token(let token): append(token, at: event.seconds)
    case .answerFinished(let end): return finish(end)
    case .answerRefused(let message): return refuse(message)
    case .tick, .models, .sessions, .sessionMatches, .pull, .unknown: break
    }
    return []
  }

  /// Has the panes' layout kept when a change has left it another.
  private mutating func rememberingLayout(_ change: (inout ChatScreen) -> [Effect]) -> [Effect] {
    let before = layout
    let effects = change(&self)
    guard before.isOpen || layout.isOpen, !layout.isDragged else { return effects }
    // While the line is dragged nothing is kept, so the end of that counts as a change.
    let isOther = before.isDragged || before.remembered != layout.remembered
    return isOther ? effects + [.keepLayout(layout.remembered)] : effects
  }

  mutating func add(_ notice: Notice) { conversation.append(notice) }

  mutating func changeStreaming(_ change: (inout Answer, inout String) -> Void) {
    guard activity != .idle, let drawing else { return }
    conversation.change(drawing) { entry in
      guard case .answer(var answer) = entry.kind, answer.state == .streaming else { return }
      change(&answer, &entry.text)
      entry.kind = .answer(answer)
    }
  }
}
