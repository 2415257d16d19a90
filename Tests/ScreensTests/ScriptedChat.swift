import Drawing
import Screens
import Sessions

/// A chat screen with an engine that answers by heart: what the app does, without threads, files or a terminal.
struct ScriptedChat {
  var screen = ChatScreen()
  /// What a session's log would hold.
  private(set) var events: [TimedEvent] = []
  /// What the screen asked for and was not done here.
  private(set) var effects: [Effect] = []
  private(set) var requests: [AnswerRequest] = []
  private(set) var seconds = 0.0
  /// Pieces of each answer, in turn; the last one repeats.
  var answers: [[String]] = [["Hello", " there", "."]]
  /// Whether an answer is drawn as soon as it is asked for.
  var answersAtOnce = true

  static let model = ModelDescription(
    name: "tiny", path: "/tiny.gguf", identity: "abc", family: "llama", parameters: 1000, quantisation: "Q4_1",
    contextLength: 2048, bytes: 4000)

  init(columns: Int = 80, rows: Int = 24, opening: ChatOpening? = nil, loads: Bool = true) {
    feed(.resized(TerminalSize(columns: columns, rows: rows)))
    var settings = SamplingSettings()
    settings.seed = 11
    feed(.opened(opening ?? ChatOpening(model: "tiny", system: "Be brief.", settings: settings)))
    if loads { feed(.modelReady(ScriptedChat.model)) }
  }

  /// Continues a session from its log, as the app does.
  init(continuing events: [TimedEvent]) {
    for event in events {
      _ = screen.update(event)
      self.events.append(event)
      seconds = event.seconds
    }
  }

  mutating func feed(_ event: Event, after delay: Double = 0.1) {
    seconds += delay
    let timed = TimedEvent(seconds: seconds, event: event)
    seconds = timed.seconds
    if event.isRecorded { events.append(timed) }
    run(screen.update(timed))
  }

  mutating func press(_ presses: KeyPress...) {
    for press in presses { feed(.key(press)) }
  }

  mutating func type(_ text: String) {
    for character in text { press(KeyPress(.character(character))) }
  }

  mutating func ask(_ text: String) {
    type(text)
    press(KeyPress(.enter))
  }

  private mutating func run(_ newEffects: [Effect]) {
    for effect in newEffects {
      effects.append(effect)
      switch effect {
      case .happen(let event): feed(event, after: 0)
      case .answer(let request):
        requests.append(request)
        if answersAtOnce { answer() }
      default: break
      }
    }
  }

  /// Draws the answer last asked for, or the beginning of it.
  mutating func answer(tokens limit: Int? = nil) {
    guard let request = requests.last else { return }
    let pieces = answers[min(request.turn, answers.count) - 1]
    let promptTokens = 10 * request.messages.count
    feed(
      .answerStarted(
        AnswerStart(
          turn: request.turn, promptTokens: promptTokens, reusedTokens: 0, newTokens: [], contextLength: 2048,
          settings: request.settings)))
    feed(.prefillProgress(PrefillProgress(done: promptTokens, total: promptTokens)))
    for (index, piece) in pieces.prefix(limit ?? pieces.count).enumerated() {
      feed(.token(GeneratedToken(id: Int32(index), text: piece, logit: 1, probability: 0.5)), after: 0.05)
    }
    if limit == nil { finish(.endOfTurn, pieces) }
  }

  mutating func finish(_ reason: AnswerEndReason, _ pieces: [String]) {
    feed(
      .answerFinished(
        AnswerEnd(
          reason: reason, generatedTokens: pieces.count, prefillSeconds: 0.2,
          decodeSeconds: 0.05 * Double(pieces.count),
          text: pieces.joined())))
  }

  func canvas(columns: Int = 80, rows: Int = 24) -> Canvas {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    screen.view(on: &canvas)
    return canvas
  }
}

extension AnswerRequest {
  /// What decides the answer: all but the number it gets.
  var asked: AnswerRequest { AnswerRequest(turn: turn, messages: messages, settings: settings, prefix: prefix) }
}
