import JSONText
import Sessions
import Transfers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One answer: asks for it, again where that may help and nothing came yet, and reports what comes.
final class AnswerRun {
  private let turn: Int
  /// What is there of the answer already.
  private let given: String
  private let body: ChatRequestBody
  private let model: ServedModel
  private let client: EndpointClient
  private let interruption: Interruption
  private let emit: (Event) -> Void

  private var answer: StreamedAnswer
  private let clock = ContinuousClock()
  private var asked: ContinuousClock.Instant
  private var firstToken: ContinuousClock.Instant?
  private var latestToken: ContinuousClock.Instant?

  /// Why an attempt brought no whole answer.
  private struct Failure: Error {
    let message: String
    /// Whether another attempt may help.
    var mayPass = false
    /// Seconds that the server asks to wait.
    var retryAfter: Double?
  }

  init(
    _ request: AnswerRequest, body: ChatRequestBody, model: ServedModel, client: EndpointClient,
    interruption: Interruption,
    emit: @escaping (Event) -> Void
  ) {
    turn = request.turn
    given = request.beginning
    answer = StreamedAnswer(beginning: given)
    self.body = body
    self.model = model
    self.client = client
    self.interruption = interruption
    self.emit = emit
    asked = clock.now
  }

  /// Runs to the end of the answer.
  func run() {
    let policy = client.configuration.retries
    for attempt in 1... {
      do {
        try ask()
        return finish(answer.endReason(contextLength: model.contextLength))
      } catch {
        if interruption.isRequested { return finish(.cancelled) }
        // What came is kept; asked again, the server would begin anew.
        if firstToken != nil { return finish(.failed(error.message)) }
        guard error.mayPass else { return emit(.answerRefused(error.message)) }
        let jitter = Double.random(in: 0...1)
        guard let delay = policy.delay(after: attempt, asked: error.retryAfter, jitter: jitter) else {
          return emit(.answerRefused(error.message + AnswerRun.reasonToGiveUp(error.retryAfter, attempt, policy)))
        }
        wait(delay, because: error.message, attempt: attempt + 1)
        if interruption.isRequested { return finish(.cancelled) }
      }
    }
  }

  private static func reasonToGiveUp(_ retryAfter: Double?, _ attempt: Int, _ policy: RetryPolicy) -> String {
    guard attempt < policy.attempts, let retryAfter else { return "; given up after \(attempt) attempts" }
    return "; it asks to wait \(Int(min(retryAfter, 1e9))) s, which is too long"
  }

  /// Counts down to the next attempt where everybody sees it.
  private func wait(_ seconds: Double, because reason: String, attempt: Int) {
    let end = clock.now + .seconds(seconds)
    while !interruption.isRequested {
      let left = clock.now.duration(to: end) / .seconds(1)
      guard left > 0 else { return }
      let shown = Int(left.rounded(.up))
      emit(
        .answerDelayed(
          AnswerDelay(
            reason: reason, seconds: shown, attempt: attempt, attempts: client.configuration.retries.attempts)))
      interruption.wait(seconds: left - Double(shown - 1) + 0.001)
    }
  }

  /// One attempt.
  private func ask() throws(Failure) {
    asked = clock.now
    answer = StreamedAnswer(beginning: given)
    var head = ResponseHead()
    var stream = EventStreamParser()
    var document: [UInt8] = []
    var fault: RemoteError?
    var isDone = false
    var handlers = HTTPRequest.Handlers()
    handlers.header = { head.take($0) }
    handlers.body = { [self] bytes in
      guard head.isStream else {
        let limit = head.isWholeAnswer ? StreamedAnswer.limit : AnswerRun.documentLimit
        document += bytes.prefix(limit - document.count)
        return document.count < limit
      }
      stream.append(bytes)
      do throws(RemoteError) {
        isDone = try take(from: &stream)
      } catch {
        fault = error
      }
      return fault == nil && !isDone
    }
    let outcome = client.request("/chat/completions", body: Array(body.json.text.utf8), stop: interruption.transfer)
      .run(handlers)
    if fault == nil, case .done = outcome {
      stream.finish()
      do throws(RemoteError) {
        isDone = try take(from: &stream) || isDone
        if head.isWholeAnswer { isDone = try take(whole: document) }
      } catch {
        fault = error
      }
    }
    if let fault { throw Failure(message: client.failure(fault.description).description) }
    if isDone || answer.isComplete { return }
    throw failure(outcome, head, document)
  }

  /// Of a refusal only the beginning is read.
  private static let documentLimit = 1 << 16

  private func failure(_ outcome: HTTPRequest.Outcome, _ head: ResponseHead, _ document: [UInt8]) -> Failure {
    if head.status != 200, head.status != 0, !document.isEmpty || outcome == .done(status: head.status) {
      let wait = head.retryAfter.flatMap { RetryPolicy.seconds(ofRetryAfter: $0, now: Double(time(nil))) }
      return Failure(
        message: client.refusal(head, document).description, mayPass: RetryPolicy.mayHelp(status: head.status),
        retryAfter: wait)
    }
    switch outcome {
    case .done where head.isStream:
      return Failure(
        message: client.failure("the server ended the answer before it was complete").description, mayPass: true)
    case .done:
      let words = ServerMessage.text(in: document).map { ": \($0)" } ?? ""
      let type = head.contentType.isEmpty ? "no content type" : beginning(of: head.contentType, limit: 60)
      return Failure(
        message: client.failure("expected a stream of events, got \(type); is the address right?\(words)").description)
    case .interrupted: return Failure(message: client.failure(outcome).description, mayPass: true)
    default: return Failure(message: client.failure(outcome).description)
    }
  }

  /// Takes in the events that are whole.
  ///
  /// - Returns: whether the server said that there are no more.
  private func take(from stream: inout EventStreamParser) throws(RemoteError) -> Bool {
    while let data = try stream.next() {
      if data.elementsEqual("[DONE]".utf8) { return true }
      try report(try ChatChunk(parsing: data))
    }
    return false
  }

  /// Takes in an answer that came in one piece, from a server that does not stream.
  ///
  /// - Returns: whether it is one.
  private func take(whole document: [UInt8]) throws(RemoteError) -> Bool {
    // What holds neither an answer nor an error is told like any other page.
    guard let value = try? JSONValue(parsing: document), value["choices"] != nil || value["error"] != nil else {
      return false
    }
    try report(try ChatChunk(parsing: document))
    if firstToken == nil { begin() }
    return true
  }

  private func report(_ chunk: ChatChunk) throws(RemoteError) {
    for token in try answer.take(chunk) {
      if firstToken == nil { begin() }
      latestToken = clock.now
      emit(.token(token))
    }
  }

  private func begin() {
    firstToken = clock.now
    start()
  }

  private func start() {
    emit(
      .answerStarted(
        AnswerStart(
          turn: turn, promptTokens: 0, reusedTokens: 0, newTokens: [], contextLength: model.contextLength ?? 0,
          settings: body.settings, prefixText: given)))
  }

  private func finish(_ reason: AnswerEndReason) {
    if firstToken == nil { start() }
    let first = firstToken ?? clock.now
    emit(
      .answerFinished(
        AnswerEnd(
          reason: reason, generatedTokens: answer.generatedTokens, promptTokens: answer.usage?.promptTokens,
          prefillSeconds: asked.duration(to: first) / .seconds(1),
          decodeSeconds: latestToken.map { first.duration(to: $0) / .seconds(1) } ?? 0, text: answer.text)))
  }
}
