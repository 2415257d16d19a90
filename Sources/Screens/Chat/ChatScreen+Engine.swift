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
    endVisit()
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
    continued = nil
    activity = .idle
    isStopping = false
    endVisit()
  }

  mutating func resume() -> [Effect] {
    cutOff()
    helpRow = nil
    interrupted = nil
    add(Notice(.information, isUnfinished ? "continued; the last answer was cut off" : "continued"))
    return load()
  }

  mutating func ready(_ description: ModelDescription) -> [Effect] {
    if visit?.order != nil {
      model = .ready(description)
      return askVisited()
    }
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

  mutating func fail(loading message: String) -> [Effect] {
    add(Notice(.error, message))
    if visit != nil { return comeBack() }
    model = .failed(message)
    returnQueue()
    return []
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
    guard case .ready = model, activity == .idle, visit == nil, !isUnfinished, !queue.isEmpty else { return [] }
    let question = queue.removeFirst()
    let place = question.place ?? nextPlace
    let id = conversation.append(.question, question.text, at: place, follows: true, images: question.images)
    return request(AnswerOrder(place: TurnPlace(id: id + 1, parent: id)))
  }

  /// Asks the engine for an answer to a question that is there.
  mutating func request(_ order: AnswerOrder, beginning: String = "") -> [Effect] {
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
          prefix: prefix(of: order), beginning: beginning))
    ]
  }

  /// Asks again for the answer that was cut off: with the turn's own seed it is drawn as it would have been. A server
  /// draws nothing twice, so it is asked to go on.
  mutating func answerAgain() -> [Effect] {
    guard isUnfinished, activity == .idle, visit == nil else { return [] }
    guard case .ready = model else {
      if case .failed = model { return load() }
      return []
    }
    scroll = nil
    var order = AnswerOrder(place: TurnPlace(id: conversation.nextID, parent: conversation.tip))
    if let tip = conversation[conversation.tip], case .answer(let answer) = tip.kind {
      order.place.parent = tip.parent
      if conversation.canGoOn(with: tip) {
        continued = tip.id
        return request(order, beginning: tip.text)
      }
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
    prefillSpeed = nil
    decodeSpeed = nil
    var answer = Answer(
      promptTokens: start.promptTokens, newTokens: start.promptTokens - start.reusedTokens, started: seconds,
      fork: expected?.fork)
    answer.settings = start.settings
    if case .ready(let description) = model { answer.model = description.name }
    let place = expected?.place ?? start.place ?? TurnPlace(id: conversation.nextID, parent: conversation.tip)
    expected = nil
    if let continued { conversation.withdraw(continued) }
    continued = nil
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
      // A server that tells the prompt's length only now has counted the answer's tokens as well.
      guard let promptTokens = end.promptTokens else { return }
      answer.promptTokens = promptTokens
      answer.tokens = end.generatedTokens
    }
    activity = .idle
    isStopping = false
    let drawn = drawing
    drawing = nil
    if let newTokens, newTokens > 0, end.prefillSeconds > 0 { prefillSpeed = Double(newTokens) / end.prefillSeconds }
    // The first token is drawn from the prompt's logits, so its time belongs to reading the prompt.
    if end.decodeSeconds > 0, end.generatedTokens > 1 {
      decodeSpeed = Double(end.generatedTokens - 1) / end.decodeSeconds
    }
    if visit != nil { return leave(visitFor: drawn, end.reason) }
    switch end.reason {
    case .failed(let message):
      let canGoOn = conversation[conversation.tip].map(conversation.canGoOn) ?? false
      add(Notice(.error, message + (canGoOn ? "; Enter goes on with the answer" : "; Enter asks again")))
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
    // What was to go on is still there, and can be asked to go on again.
    isUnfinished = continued != nil
    continued = nil
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
    return visit == nil ? sendNext() : comeBack()
  }
}
