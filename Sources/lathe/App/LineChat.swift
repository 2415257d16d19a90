import Drawing
import JSONText
import Screens
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A chat without a screen: questions line by line from standard input, answers as plain text to standard output.
///
/// The same reducer, engine and recording as on the screen, so these sessions replay and are continued like any other.
struct LineChat {
  let driver: ChatDriver
  /// Whether events are printed as JSON Lines instead of the answers' text.
  let isJSON: Bool
  /// Whether a person types: they see a prompt.
  let isInteractive: Bool
  private var failed = false
  /// The attempt that is waited for; said once.
  private var attempt = 0

  init(driver: ChatDriver, isJSON: Bool, isInteractive: Bool) {
    self.driver = driver
    self.isJSON = isJSON
    self.isInteractive = isInteractive
  }

  /// Runs to the end of the input.
  ///
  /// - Returns: whether every question was answered.
  mutating func run() -> Bool {
    settle()
    // Without a screen nobody can take them away: a model that takes none answers nothing.
    if let refusal = driver.chat.refusalOfAttachments {
      complain(refusal)
      driver.close(inGoodOrder: true)
      return false
    }
    while case .ready = driver.chat.model {
      if isInteractive, !isJSON { StandardStreams.output("> ") }
      guard let line = readLine(strippingNewline: true) else { break }
      if line == "/quit" || line == "/exit" { break }
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      _ = driver.ask(line)
      settle()
    }
    driver.close(inGoodOrder: true)
    return !failed
  }

  /// Waits until the model is there or failed and nothing is being answered.
  private mutating func settle() {
    while isBusy {
      for event in driver.mailbox.wait() {
        _ = driver.handle(event)
        show(event)
      }
    }
  }

  private var isBusy: Bool {
    if case .loading = driver.chat.model { return true }
    return driver.chat.activity != .idle
  }

  private mutating func show(_ event: Event) {
    switch event {
    case .modelFailed(let message), .answerRefused(let message): complain(message)
    case .notice(let notice): remark(notice.text)
    case .answerDelayed(let delay):
      if delay.attempt != attempt {
        remark("\(delay.reason); asked again in \(delay.seconds) s, attempt \(delay.attempt) of \(delay.attempts)")
      }
      attempt = delay.attempt
    case .answerFinished(let end):
      attempt = 0
      switch end.reason {
      case .failed(let message): complain(message)
      case .length: remark("the answer ended at the most tokens allowed")
      case .contextFull: remark("the answer ended as the context is full")
      default: break
      }
    default: break
    }
    if isJSON {
      StandardStreams.output(TimedEvent(seconds: driver.seconds, event: event).json.text + "\n")
    } else if case .token(let token) = event {
      StandardStreams.output(printable(token.text))
    } else if case .answerFinished = event {
      StandardStreams.output("\n")
    }
  }

  private mutating func complain(_ message: String) {
    failed = true
    remark(message)
  }

  private func remark(_ message: String) {
    StandardStreams.error("lathe chat: \(printableLine(message))\n")
  }
}
