import Drawing
public import Sessions

// What the life of a session and the engine's reports change.
extension ChatScreen {
  mutating func open(_ opening: ChatOpening) -> [Effect] {
    self.opening = opening
    return load()
  }

  /// Goes on with another model, other settings or another system prompt; what was said stays.
  mutating func change(to new: ChatOpening) -> [Effect] {
    let needsLoading = opening?.model != new.model || opening?.contextLength != new.contextLength
    opening = new
    guard needsLoading else { return [] }
    identity = nil
    add(Notice(.information, "from here on with \(new.model)"))
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
    drawing = nil
    expected = nil
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
    returnQuestionsWithImages()
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
    editor.replace(with: queue.map(\.text).joined(separator: "\n"))
    attachments = queue.flatMap(\.images) + attachments
    queue = []
    nextParent = nil
  }

  mutating func ask(_ question: Question) -> [Effect] {
    editor.remember(question.text)
    editing = nil
    scroll = nil
    isUnfinished = false
    // The number behind a question's is its first answer's, so that a question that waits can follow that.
    let place = question.place ?? nextPlace
    queue.append(Question(text: question.text, place: place, images: question.images))
    attachments.removeAll(where: question.images.contains)
    conversation.reserve(through: min(place.id, 1 << 40) + 1)
    nextParent = place.id + 1
    if case .failed = model { return load() }
    return sendNext()
  }

  /// Where a question that is asked now stands.
  public var nextPlace: TurnPlace {
    let parent = editing.flatMap { conversation[$0]?.parent } ?? nextParent ?? conversation.tip
    return TurnPlace(id: conversation.nextID, parent: parent)
  }

  /// Sends the next question when the model is there and has nothing else to do.
  mutating func sendNext() -> [Effect] {
    guard case .ready = model, activity == .idle, !isUnfinished, !queue.isEmpty else { return [] }
    let question = queue.removeFirst()
    let place = question.place ?? nextPlace
    let id = conversation.append(.question, question.text, at: place, follows: true, images: question.images)
    return request(AnswerOrder(place: TurnPlace(id: id + 1, parent: id)))
  }

  /// Asks the engine for an answer to a question that is there.
  mutating func request(_ order: AnswerOrder) -> [Effect] {
    guard let question = conversation[order.place.parent], question.kind == .question else { return [] }
    conversation.reserve(through: min(order.place.id, 1 << 40))
    activity = .waiting
    isUnfinished = false
    expected = order
    nextParent = order.place.id
    let attempt = conversation.children(of: question.id).count
    let settings = (opening?.settings ?? SamplingSettings()).forTurn(question.turn, attempt: attempt)
    return [
      .answer(
        AnswerRequest(
          turn: question.turn, messages: messages(to: question.id), settings: settings, place: order.place,
          prefix: prefix(of: order)))
    ]
  }

  /// Asks again for the answer that was cut off: with the turn's own seed it is drawn as it would have been.
  mutating func answerAgain() -> [Effect] {
    guard isUnfinished, activity == .idle else { return [] }
    guard case .ready = model else {
      if case .failed = model { return load() }
      return []
    }
    scroll = nil
    var order = AnswerOrder(place: TurnPlace(id: conversation.nextID, parent: conversation.tip))
    if let tip = conversation[conversation.tip], case .answer(let answer) = tip.kind {
      conversation.withdraw(tip.id)
      order = AnswerOrder(place: TurnPlace(id: conversation.nextID, parent: tip.parent), fork: answer.fork)
    }
    return request(order)
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
    var answer = Answer(
      promptTokens: start.promptTokens, newTokens: start.promptTokens - start.reusedTokens, started: seconds,
      fork: expected?.fork)
    answer.settings = start.settings
    if case .ready(let description) = model { answer.model = description.name }
    let place = expected?.place ?? start.place ?? TurnPlace(id: conversation.nextID, parent: conversation.tip)
    expected = nil
    let id = conversation.append(.answer(answer), start.prefixText, at: place, follows: false)
    drawing = id
    if let fork = answer.fork { conversation.append(tokens(of: fork, text: start.prefixText), to: id) }
  }

  mutating func append(_ token: GeneratedToken, at seconds: Double) {
    guard activity != .idle else { return }
    activity = .decoding
    if let drawing { conversation.append(CollectionOfOne(token), to: drawing) }
    var latest: Answer?
    changeStreaming { answer, text in
      answer.tokens += 1
      if answer.firstToken == nil { answer.firstToken = seconds }
      answer.latestToken = seconds
      text += token.text
      latest = answer
    }
    guard let latest, let first = latest.firstToken else { return }
    // Where the prompt's length comes at the end, what was counted last stands until then.
    if latest.promptTokens > 0 { contextUsed = latest.promptTokens + latest.tokens }
    if latest.tokens == 1 {
      if seconds > latest.started, latest.newTokens > 0 {
        prefillSpeed = Double(latest.newTokens) / (seconds - latest.started)
      }
    } else if seconds > first {
      decodeSpeed = Double(latest.tokens - 1) / (seconds - first)
    }
  }

  mutating func finish(_ end: AnswerEnd) -> [Effect] {
    var newTokens: Int?
    changeStreaming { answer, text in
      answer.state = .finished(end.reason)
      text = end.text
      newTokens = answer.newTokens
    }
    if let promptTokens = end.promptTokens { contextUsed = promptTokens + end.generatedTokens }
    activity = .idle
    isStopping = false
    drawing = nil
    if let newTokens, newTokens > 0, end.prefillSeconds > 0 { prefillSpeed = Double(newTokens) / end.prefillSeconds }
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
    if let order = expected, let question = conversation[order.place.parent] {
      // Another answer that is refused leaves the question to those that are there.
      if conversation.children(of: question.id).isEmpty {
        conversation.withdraw(question.id)
        if editor.isEmpty {
          editor.replace(with: question.text)
          attachments = question.images + attachments
        }
      }
    }
    expected = nil
    nextParent = nil
    add(Notice(.error, message))
    return sendNext()
  }
}
