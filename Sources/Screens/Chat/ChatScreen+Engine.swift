import Drawing
import Sessions

// What the life of a session and the engine's reports change.
extension ChatScreen {
  mutating func open(_ opening: ChatOpening) -> [Effect] {
    self.opening = opening
    return load()
  }

  mutating func load() -> [Effect] {
    guard let opening else { return [] }
    model = .loading(ModelLoading(name: opening.model, fraction: 0))
    return [.loadModel(ModelRequest(model: opening.model, contextLength: opening.contextLength))]
  }

  /// The program that recorded the session is gone, and with it the answer it was drawing.
  mutating func cutOff() {
    if activity != .idle { isUnfinished = true }
    changeStreaming { answer, _ in answer.state = .cutOff }
    activity = .idle
    isStopping = false
  }

  mutating func resume() -> [Effect] {
    cutOff()
    helpRow = nil
    interrupted = nil
    add(Notice(.information, isUnfinished ? "continued; the last answer was cut off" : "continued"))
    return load()
  }

  mutating func ready(_ description: ModelDescription) -> [Effect] {
    if let identity, !identity.identity.isEmpty, identity.identity != description.identity {
      add(
        Notice(
          .warning, "this is another model than the session was recorded with: its answers will differ"))
    }
    if identity == nil { identity = description }
    model = .ready(description)
    contextLength = description.contextLength
    return sendNext()
  }

  mutating func fail(loading message: String) {
    model = .failed(message)
    add(Notice(.error, message))
    returnQueue()
  }

  /// Questions that could not be sent go back to where they were written.
  private mutating func returnQueue() {
    guard !queue.isEmpty, editor.isEmpty else { return }
    editor.replace(with: queue.joined(separator: "\n"))
    queue = []
  }

  mutating func ask(_ text: String) -> [Effect] {
    editor.remember(text)
    scroll = nil
    isUnfinished = false
    queue.append(text)
    if case .failed = model { return load() }
    return sendNext()
  }

  /// Sends the next question when the model is there and has nothing else to do.
  mutating func sendNext() -> [Effect] {
    guard case .ready = model, activity == .idle, !isUnfinished, !queue.isEmpty else { return [] }
    turn += 1
    entries.append(Entry(kind: .question, turn: turn, text: queue.removeFirst()))
    return requestAnswer()
  }

  mutating func requestAnswer() -> [Effect] {
    activity = .waiting
    isUnfinished = false
    let settings = (opening?.settings ?? SamplingSettings()).forTurn(turn)
    return [.answer(AnswerRequest(turn: turn, messages: messages, settings: settings))]
  }

  /// Asks again for the answer that was cut off: with the turn's own seed it is drawn as it would have been.
  mutating func answerAgain() -> [Effect] {
    guard isUnfinished, activity == .idle else { return [] }
    guard case .ready = model else {
      if case .failed = model { return load() }
      return []
    }
    for index in entries.indices where entries[index].turn == turn {
      if case .answer = entries[index].kind { entries[index].isWithdrawn = true }
    }
    scroll = nil
    return requestAnswer()
  }

  mutating func wait(for delay: AnswerDelay) {
    guard activity != .idle else { return }
    // The reason stays in the transcript; the countdown does not.
    var attempt: Int?
    if case .delayed(let before) = activity { attempt = before.attempt }
    if attempt != delay.attempt { add(Notice(.warning, delay.reason)) }
    activity = .delayed(delay)
  }

  mutating func begin(_ start: AnswerStart, at seconds: Double) {
    activity = .prefilling(PrefillProgress(done: 0, total: start.promptTokens - start.reusedTokens))
    contextLength = start.contextLength
    if start.promptTokens > 0 { contextUsed = start.promptTokens }
    prefillSpeed = nil
    decodeSpeed = nil
    let answer = Answer(
      promptTokens: start.promptTokens, newTokens: start.promptTokens - start.reusedTokens, started: seconds)
    entries.append(Entry(kind: .answer(answer), turn: turn, text: ""))
  }

  mutating func append(_ token: GeneratedToken, at seconds: Double) {
    guard let index = streaming, case .answer(var answer) = entries[index].kind else { return }
    activity = .decoding
    answer.tokens += 1
    // Where the prompt's length comes at the end, what was counted last stands until then.
    if answer.promptTokens > 0 { contextUsed = answer.promptTokens + answer.tokens }
    if let first = answer.firstToken {
      if seconds > first { decodeSpeed = Double(answer.tokens - 1) / (seconds - first) }
    } else {
      answer.firstToken = seconds
      if seconds > answer.started, answer.newTokens > 0 {
        prefillSpeed = Double(answer.newTokens) / (seconds - answer.started)
      }
    }
    answer.latestToken = seconds
    entries[index].text += token.text
    entries[index].kind = .answer(answer)
  }

  mutating func finish(_ end: AnswerEnd) -> [Effect] {
    let index = streaming
    changeStreaming { answer, text in
      answer.state = .finished(end.reason)
      text = end.text
    }
    if let promptTokens = end.promptTokens { contextUsed = promptTokens + end.generatedTokens }
    activity = .idle
    isStopping = false
    if let index, case .answer(let answer) = entries[index].kind {
      if end.prefillSeconds > 0, answer.newTokens > 0 { prefillSpeed = Double(answer.newTokens) / end.prefillSeconds }
    }
    // The first token is drawn from the prompt's logits, so its time belongs to reading the prompt.
    if end.decodeSeconds > 0, end.generatedTokens > 1 {
      decodeSpeed = Double(end.generatedTokens - 1) / end.decodeSeconds
    }
    switch end.reason {
    case .failed(let message):
      add(Notice(.error, message + "; Enter asks again"))
      isUnfinished = true
      returnQueue()
      return []
    case .contextFull:
      add(
        Notice(
          .warning,
          "the context of \(contextLength) tokens is full: begin a new chat, or open it with a larger --context"))
      return sendNext()
    default: return sendNext()
    }
  }

  mutating func refuse(_ message: String) -> [Effect] {
    activity = .idle
    isStopping = false
    if let index = entries.lastIndex(where: { $0.kind == .question && !$0.isWithdrawn }) {
      entries[index].isWithdrawn = true
      if editor.isEmpty { editor.replace(with: entries[index].text) }
      turn -= 1
    }
    add(Notice(.error, message))
    return sendNext()
  }
}
