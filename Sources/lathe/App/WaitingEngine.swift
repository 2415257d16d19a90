import Sessions

/// A chat engine whose work is waited for, for commands without a screen.
struct WaitingEngine {
  let engine: any ChatEngine
  /// Takes what the engine remarks beside its work, one line each.
  let remark: (String) -> Void
  private let mailbox = Mailbox()

  /// Why the engine did not do what it was asked for, in one line.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(_ engine: any ChatEngine, remark: @escaping (String) -> Void) {
    self.engine = engine
    self.remark = remark
  }

  /// Loads a model.
  func load(_ request: ModelRequest) throws(Failure) -> ModelDescription {
    engine.load(request) { [mailbox] in mailbox.post($0) }
    while true {
      for event in mailbox.wait() {
        switch event {
        case .notice(let notice): remark(notice.text)
        case .modelReady(let description): return description
        case .modelFailed(let message): throw Failure(description: message)
        default: break
        }
      }
    }
  }

  /// Asks for an answer.
  ///
  /// - Parameter token: called for each token as it comes.
  /// - Returns: the settings that were used, with the seed, and how it ended.
  func answer(
    _ request: AnswerRequest, token: (GeneratedToken) -> Void = { _ in }
  ) throws(Failure) -> (settings: SamplingSettings, end: AnswerEnd) {
    engine.answer(request) { [mailbox] in mailbox.post($0) }
    var settings = request.settings
    var attempt = 1
    while true {
      for event in mailbox.wait() {
        switch event {
        case .notice(let notice): remark(notice.text)
        case .answerDelayed(let delay):
          if delay.attempt != attempt { remark("\(delay.reason); asked again in \(delay.seconds) s") }
          attempt = delay.attempt
        case .answerRefused(let message): throw Failure(description: message)
        case .answerStarted(let start): settings = start.settings
        case .token(let drawn): token(drawn)
        case .answerFinished(let end): return (settings, end)
        default: break
        }
      }
    }
  }
}
