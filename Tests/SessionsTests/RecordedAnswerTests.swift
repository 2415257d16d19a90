import Sessions
import Testing

@Suite struct RecordedAnswerTests {
  private func start(_ turn: Int, _ prompt: [Int32], reused: Int, hash: String? = nil) -> Event {
    .answerStarted(
      AnswerStart(
        turn: turn, promptTokens: prompt.count, reusedTokens: reused, newTokens: Array(prompt[reused...]),
        contextLength: 64, settings: SamplingSettings(), promptSHA256: hash ?? AnswerStart.sha256(ofPrompt: prompt)))
  }

  private func tokens(_ ids: [Int32]) -> [Event] {
    ids.map { .token(GeneratedToken(id: $0, text: "", logit: 0, probability: 1)) }
  }

  private func end(_ reason: AnswerEndReason = .endOfTurn) -> Event {
    .answerFinished(
      AnswerEnd(reason: reason, generatedTokens: 0, prefillSeconds: 0, decodeSeconds: 0, text: ""))
  }

  private func ready(_ identity: String) -> Event {
    .modelReady(
      ModelDescription(
        name: "m", path: "/m", identity: identity, family: "llama", parameters: 1, quantisation: "F32",
        contextLength: 64, bytes: 1))
  }

  private func answers(_ events: [Event]) -> [RecordedAnswer] {
    SessionLog(
      path: "/s",
      header: SessionHeader(kind: "chat", model: "m", created: 0, terminal: TerminalSize(columns: 9, rows: 9)),
      events: events.enumerated().map { TimedEvent(seconds: Double($0.offset), event: $0.element) }
    ).answers
  }

  @Test func promptsArePutTogetherFromWhatWasCached() {
    let second: [Int32] = [1, 2, 3, 10, 11, 4, 5]
    let found = answers(
      [ready("w"), start(1, [1, 2, 3], reused: 0)] + tokens([10, 11]) + [end(), start(2, second, reused: 5)]
        + tokens([12]) + [end(.cancelled), ready("v"), start(3, second + [6], reused: 0)] + tokens([7]))
    #expect(found.map(\.prompt) == [[1, 2, 3], second, second + [6]])
    #expect(found.map { $0.tokens.map(\.id) } == [[10, 11], [12], [7]])
    #expect(found.map(\.isCutShort) == [false, true, true])
    #expect(found.map(\.start.weightsSHA256) == ["w", "w", "v"])
  }

  @Test func everyAnswerKnowsTheModelThatDrewIt() {
    func loading(_ name: String) -> Event { .modelLoading(ModelLoading(name: name, fraction: 0)) }
    let found = answers(
      [
        start(1, [1], reused: 0), end(), loading("big"), ready("v"), start(1, [1], reused: 0), end(), loading("m"),
        ready("w"), start(2, [1, 2], reused: 0), end(), .changed(ChatOpening(model: "n")), start(3, [1], reused: 0),
      ])
    #expect(found.map(\.model) == ["m", "big", "m", "n"])
  }

  @Test func aPromptThatCannotBeKnownIsNotGuessed() {
    let missing = answers([ready("w"), start(1, [1, 2, 3], reused: 2)])
    #expect(missing.map(\.prompt) == [nil], "the cache cannot have held it")
    let wrong = answers([ready("w"), start(1, [1, 2, 3], reused: 0, hash: AnswerStart.sha256(ofPrompt: [1, 2, 4]))])
    #expect(wrong.map(\.prompt) == [nil])
    #expect(answers([ready("w"), start(1, [1, 2, 3], reused: 0, hash: "")]).map(\.prompt) == [[1, 2, 3]])
  }
}
