public import JSONText

/// Everything that can happen to a screen: what the user did, what an engine reports, what the app found out.
///
/// Events of a recorded session are written to its log before the screen sees them, so what was live replays through
/// the same code. A kind that this version does not know is kept as it was written.
public enum Event: Hashable, Sendable {
  // What the user and the terminal do.
  case key(KeyPress)
  /// Text that was pasted, control characters and all.
  case paste(String)
  /// The text being written came back from an editor outside.
  case edited(String)
  case mouse(MouseInput)
  case resized(TerminalSize)
  /// The panes lie as they were remembered.
  case arranged(PaneLayout)
  /// Time passes; never recorded.
  case tick

  // The life of a session.
  /// A chat begins, with everything that decides its answers.
  case opened(ChatOpening)
  /// The chat goes on with these in place of what it was opened with.
  case changed(ChatOpening)
  /// A session that was recorded earlier is continued from here.
  case resumed
  /// The program ended in good order.
  case ended
  /// The user sends a question.
  case asked(Question)
  /// An image is there for the next question; its bytes are kept already.
  case attached(ImageReference)
  /// The images for the next question are put away.
  case detached
  /// The user wants one more answer to a question that has one.
  case answerOrdered(AnswerOrder)
  /// The user goes to this turn (0: before the first), to go on from there.
  case movedTo(Int)
  /// The user finds one of two answers better.
  case preferred(Preference)
  /// Something the user should know.
  case notice(Notice)

  // What the app finds out about itself.
  /// The name the session has from here on.
  case sessionNamed(String)
  /// Bytes of memory that the program has in RAM.
  case memoryUsed(Int)

  // What the engine reports.
  case modelLoading(ModelLoading)
  case modelReady(ModelDescription)
  /// The model could not be loaded; the text is one line.
  case modelFailed(String)
  /// A server does not answer yet; comes once a second until it is asked again.
  case answerDelayed(AnswerDelay)
  case answerStarted(AnswerStart)
  case prefillProgress(PrefillProgress)
  case token(GeneratedToken)
  case answerFinished(AnswerEnd)
  /// The engine did not begin, for instance as the prompt does not fit; the text is one line with the numbers.
  case answerRefused(String)

  // What the app found for the home screen; not part of a recorded chat.
  case models([ModelListing])
  case sessions([SessionSummary])
  /// What a search among the sessions has found.
  case sessionMatches(SessionMatches)
  case pull(PullProgress)

  /// An event of a later version: its kind and the whole line.
  case unknown(kind: String, JSONValue)
}

extension Event {
  /// Whether the log keeps this event. Time is in every recorded event, so ticks are not.
  public var isRecorded: Bool {
    switch self {
    case .tick, .models, .sessions, .sessionMatches, .pull: false
    default: true
    }
  }

  /// Whether the log is forced to disk behind this event.
  public var endsTurn: Bool {
    switch self {
    case .opened, .asked, .answerOrdered, .preferred, .answerFinished, .answerRefused, .ended: true
    default: false
    }
  }
}

/// An event and when it happened.
public struct TimedEvent: Hashable, Sendable {
  /// Seconds since the session (or the program, where none is recorded) started; never decreases.
  public var seconds: Double
  /// What happened.
  public var event: Event

  /// Creates an event; the time is rounded to microseconds, which is what the log keeps.
  public init(seconds: Double, event: Event) {
    self.seconds = seconds.isFinite ? (seconds * 1e6).rounded() / 1e6 : 0
    self.event = event
  }
}
