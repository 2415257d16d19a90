import Inference
import Layers
import Models
import Sessions
import Tensors
import TestSupport
import Testing
import Tokenization

@Suite(.needsDefaultModel) struct RerunTests {
  /// An answer as a session would hold it.
  private func recorded(_ change: (inout SamplingSettings) -> Void = { _ in }) throws -> RecordedAnswer {
    let model = try ChatModel.shared()
    let settings = ChatModel.settings {
      $0.maximumTokens = 12
      $0.temperature = 1
      change(&$0)
    }
    let prompt = try ChatPrompt.tokens(for: [ChatMessage(role: "user", content: "Name three colours.")], model: model)
    var events = [
      TimedEvent(
        seconds: 0,
        event: .answerStarted(
          AnswerStart(
            turn: 1, promptTokens: prompt.count, reusedTokens: 0, newTokens: prompt, contextLength: 256,
            settings: settings)))
    ]
    let generator = try Generator(model, contextLength: 256)
    let end = try generator.answer(prompt, sampler: Sampler(settings, text: { model.text(of: $0) })) { report in
      if case .token(let token) = report { events.append(TimedEvent(seconds: 1, event: .token(token))) }
    }
    events.append(TimedEvent(seconds: 2, event: .answerFinished(end)))
    let header = SessionHeader(
      kind: "chat", model: "m", created: 0, terminal: TerminalSize(columns: 80, rows: 24))
    return try #require(SessionLog(path: "/s", header: header, events: events).answers.first)
  }

  private func changed(_ answer: RecordedAnswer, _ change: (inout [TimedEvent]) -> Void) throws -> RecordedAnswer {
    var events = [TimedEvent(seconds: 0, event: .answerStarted(answer.start))]
    events += answer.tokens.map { TimedEvent(seconds: 1, event: .token($0)) }
    if let end = answer.end { events.append(TimedEvent(seconds: 2, event: .answerFinished(end))) }
    change(&events)
    let header = SessionHeader(
      kind: "chat", model: "m", created: 0, terminal: TerminalSize(columns: 80, rows: 24))
    return try #require(SessionLog(path: "/s", header: header, events: events).answers.first)
  }

  @Test(arguments: [1, 3]) func aSampledAnswerIsTheSameOnAnyNumberOfThreads(threads: Int) throws {
    let answer = try recorded()
    let generator = try Generator(ChatModel.shared(threads: threads), contextLength: 256)
    #expect(try Rerun.run(answer, on: generator) == .identical(tokens: answer.tokens.count, logits: 0))
    #expect(try Rerun.run(answer, on: generator) == .identical(tokens: answer.tokens.count, logits: 0), "cached, too")
  }

  @Test func theFirstTokenThatDiffersIsTold() throws {
    let answer = try recorded()
    let forged = try changed(answer) { events in
      guard case .token(var token) = events[4].event else { return }
      token.id += 1
      events[4].event = .token(token)
    }
    let generator = try Generator(ChatModel.shared(), contextLength: 256)
    guard case .differs(3, let before?, let now?) = try Rerun.run(forged, on: generator) else {
      Issue.record("the forged token was not found")
      return
    }
    #expect(now == answer.tokens[3] && before.id == now.id + 1)
    let sum = now.distribution.reduce(0) { $0 + $1.probability }
    #expect(now.distribution.count == 5 && sum > 0 && sum <= 1.0001)
    let own = now.distribution.first { $0.candidate.id == now.id }
    #expect(own == nil || abs((own?.probability ?? 0) - Double(now.probability)) < 1e-5)
  }

  @Test func endsAreCompared() throws {
    let answer = try recorded()
    let generator = try Generator(ChatModel.shared(), contextLength: 256)
    let shorter = try changed(answer) { $0.remove(at: $0.count - 2) }
    guard case .differs(let place, nil, .some) = try Rerun.run(shorter, on: generator) else {
      Issue.record("the recording ended before")
      return
    }
    #expect(place == answer.tokens.count - 1)
    let stopped = try changed(answer) { events in
      events.removeLast(4)
    }
    #expect(try Rerun.run(stopped, on: generator) == .identical(tokens: answer.tokens.count - 3, logits: 0))
  }

  @Test func aPromptThatIsGoneIsRefused() throws {
    let answer = try recorded()
    let redacted = try changed(answer) { events in
      var start = answer.start
      start.newTokens = []
      events[0].event = .answerStarted(start)
    }
    let generator = try Generator(ChatModel.shared(), contextLength: 256)
    #expect(throws: InferenceError.self) { try Rerun.run(redacted, on: generator) }
  }
}
