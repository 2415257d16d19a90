import JSONText
import Sessions
import TestSupport
import Testing

@testable import Remote

@Suite(.timeLimit(.minutes(1))) struct RemoteEngineTests {
  private func finished(_ event: Event) -> AnswerEnd? { if case .answerFinished(let end) = event { end } else { nil } }
  private func refusal(_ event: Event) -> String? { if case .answerRefused(let text) = event { text } else { nil } }
  private func failure(_ event: Event) -> String? { if case .modelFailed(let text) = event { text } else { nil } }

  private func refused(_ status: Int, _ body: String = "", _ headers: [String] = []) -> ScriptedServer.Reply {
    .init(status: status, headers: headers, body: Array(body.utf8))
  }

  @Test func anAnswerComesPieceByPieceWithTheServersCounts() throws {
    let fixture = try RemoteFixture([RemoteFixture.stream(["Os", "lo", "."])])
    defer { fixture.server.stop() }
    guard case .modelReady(let model) = fixture.load() else {
      Issue.record("the model was not found")
      return
    }
    #expect(model.identity == "m@\(fixture.server.address)/v1")
    #expect(model.path == fixture.server.address + "/v1")
    #expect(model.contextLength == 100)
    var settings = SamplingSettings()
    settings.seed = 3
    fixture.ask(settings)
    let end = try #require(finished(fixture.waitForEnd()))
    #expect(end.text == "Oslo.")
    #expect(end.reason == .endOfTurn)
    #expect(end.generatedTokens == 4 && end.promptTokens == 20)
    let kinds = fixture.events.all.map(\.kind)
    #expect(
      kinds == [
        "model loading", "model ready", "answer started", "token", "token", "token", "answer finished",
      ])
    #expect(fixture.asked.first?["model"] == "m")
    #expect(fixture.asked.first?["seed"] == 3)
  }

  @Test func splitCharactersAndLineEndsArrive() throws {
    let bytes = Array("data: {\"choices\":[{\"delta\":{\"content\":\"你🙂\"},\"finish_reason\":\"stop\"}]}\r\n\r\n".utf8)
    let reply = ScriptedServer.Reply(
      headers: ["Content-Type: text/event-stream"], pieces: bytes.map { [$0] } + [Array("data: [DONE]".utf8)])
    let fixture = try RemoteFixture([reply])
    defer { fixture.server.stop() }
    #expect(finished(fixture.answer())?.text == "你🙂")
  }

  @Test func aConnectionThatDropsInMidAnswerKeepsWhatCame() throws {
    let fixture = try RemoteFixture([RemoteFixture.stream(["Half an "], isCut: true)])
    defer { fixture.server.stop() }
    let end = try #require(finished(fixture.answer()))
    #expect(end.text == "Half an ")
    guard case .failed(let words) = end.reason else {
      Issue.record("expected a failure")
      return
    }
    #expect(words == "\(fixture.server.address)/v1: the server ended the answer before it was complete")
    #expect(fixture.asked.count == 1)
  }

  @Test func aConnectionThatBreaksKeepsWhatCame() throws {
    let pieces = try #require(RemoteFixture.stream(["Half an answer"]).pieces)
    let broken = ScriptedServer.Reply(
      headers: ["Content-Type: text/event-stream"], body: Array(pieces.joined()), dropAfter: pieces[0].count + 9)
    let fixture = try RemoteFixture([broken])
    defer { fixture.server.stop() }
    let end = try #require(finished(fixture.answer()))
    #expect(end.text == "Half an answer")
    guard case .failed(let words) = end.reason else {
      Issue.record("expected a failure")
      return
    }
    #expect(words.hasPrefix("\(fixture.server.address)/v1: the connection broke: "))
  }

  @Test func anAnswerThatBreaksOffBeforeItsFirstTokenIsAskedForAgain() throws {
    let broken = ScriptedServer.Reply(body: Array("data: {".utf8), dropAfter: 0)
    let fixture = try RemoteFixture([RemoteFixture.stream([], isCut: true), broken, RemoteFixture.stream(["a"])])
    defer { fixture.server.stop() }
    #expect(finished(fixture.answer())?.text == "a")
    #expect(fixture.asked.count == 3)
  }

  @Test func anAnswerWithoutItsLastMarkIsWhole() throws {
    var reply = RemoteFixture.stream(["yes"])
    reply.pieces?.removeLast(2)
    let fixture = try RemoteFixture([reply])
    defer { fixture.server.stop() }
    #expect(finished(fixture.answer())?.reason == .endOfTurn)
  }

  @Test func aMalformedChunkEndsTheAnswerInOneLine() throws {
    var reply = RemoteFixture.stream(["good "], isCut: true)
    reply.pieces?.append(Array("data: {\"choices\": [\u{1B}[31m oops\n\n".utf8))
    let fixture = try RemoteFixture([reply])
    defer { fixture.server.stop() }
    let end = try #require(finished(fixture.answer()))
    #expect(end.text == "good ")
    guard case .failed(let words) = end.reason else {
      Issue.record("expected a failure")
      return
    }
    #expect(words.contains(#"the server sent a malformed chunk: "#))
    #expect(words.contains(#"it begins with {"choices": [\u{1B}[31m oops"#))
  }

  @Test func anErrorWithinTheStreamIsTheServers() throws {
    var reply = RemoteFixture.stream(["a"], isCut: true)
    reply.pieces?.append(Array(#"data: {"error":{"message":"CUDA out of memory"}}"#.utf8) + [10, 10])
    let fixture = try RemoteFixture([reply])
    defer { fixture.server.stop() }
    guard case .failed(let words)? = finished(fixture.answer())?.reason else {
      Issue.record("expected a failure")
      return
    }
    #expect(words.hasSuffix("the server reports: CUDA out of memory"))
  }

  @Test(arguments: [429, 500, 502, 503])
  func busyAndBrokenServersAreAskedAgain(status: Int) throws {
    let fixture = try RemoteFixture([
      refused(status, #"{"error":{"message":"busy"}}"#), refused(status), RemoteFixture.stream(["at last"]),
    ])
    defer { fixture.server.stop() }
    #expect(finished(fixture.answer())?.text == "at last")
    var delays: [AnswerDelay] = []
    for event in fixture.events.all { if case .answerDelayed(let delay) = event { delays.append(delay) } }
    #expect(Set(delays.map(\.attempt)) == [2, 3])
    #expect(delays.first?.reason.contains("HTTP \(status)") == true)
    #expect(delays.first?.reason.hasSuffix(": busy") == true)
  }

  @Test func attemptsEnd() throws {
    let fixture = try RemoteFixture([refused(503)])
    defer { fixture.server.stop() }
    let words = try #require(refusal(fixture.answer()))
    #expect(words.hasSuffix("HTTP 503, it is busy or not ready; given up after 3 attempts"))
    #expect(fixture.asked.count == 3)
  }

  @Test func retryAfterIsHonouredAndTooLongAWaitRefused() throws {
    let fixture = try RemoteFixture([refused(429, "", ["Retry-After: 3600"])])
    defer { fixture.server.stop() }
    #expect(refusal(fixture.answer())?.hasSuffix("it asks to wait 3600 s, which is too long") == true)
    #expect(fixture.asked.count == 1)
  }

  @Test func theCountdownIsShownAndCanBeGivenUp() throws {
    let fixture = try RemoteFixture([refused(429, "", ["Retry-After: 60"])])
    defer { fixture.server.stop() }
    fixture.load()
    fixture.ask()
    guard
      case .answerDelayed(let delay) = fixture.events.wait(for: { if case .answerDelayed = $0 { true } else { false } })
    else { return }
    #expect((60...61).contains(delay.seconds))
    #expect(delay.attempt == 2 && delay.attempts == 3)
    fixture.engine.stop()
    let end = try #require(finished(fixture.waitForEnd()))
    #expect(end.reason == .cancelled && end.text.isEmpty)
    #expect(fixture.asked.count == 1)
  }

  @Test(arguments: [
    (
      400, "This model's maximum context length is 100 tokens", "HTTP 400, it does not accept the request: This model's"
    ),
    (401, "", "HTTP 401, it asks for a key; set LATHE_API_KEY"), (403, "", "HTTP 403, no permission"),
    (404, "no model m", "HTTP 404, no such model or address: no model m"),
    (422, "", "HTTP 422, it does not accept the request"), (418, "", "HTTP 418, expected 200"),
  ])
  func requestsThatCannotHelpAreNotMadeAgain(status: Int, body: String, expected: String) throws {
    let message = body.isEmpty ? "" : #"{"error":{"message":"\#(body)"}}"#
    let fixture = try RemoteFixture([refused(status, message)])
    defer { fixture.server.stop() }
    #expect(refusal(fixture.answer())?.contains(expected) == true)
    #expect(fixture.asked.count == 1)
  }

  @Test func aServerThatStallsIsGivenUpAndItsAnswerKept() throws {
    var reply = RemoteFixture.stream(["slow "], isCut: true)
    reply.holds = true
    let fixture = try RemoteFixture([reply]) { $0.idleSeconds = 1 }
    defer { fixture.server.stop() }
    let end = try #require(finished(fixture.answer()))
    #expect(end.text == "slow ")
    #expect(
      end.reason == .failed("\(fixture.server.address)/v1: nothing came for 1 s; --idle-timeout sets how long to wait"))
  }

  @Test func stopEndsAtOnceWhatTheServerDoesNot() throws {
    var reply = RemoteFixture.stream(["a", "b"], isCut: true)
    reply.holds = true
    let fixture = try RemoteFixture([reply]) { $0.idleSeconds = 3600 }
    defer { fixture.server.stop() }
    fixture.load()
    fixture.ask()
    for _ in 0..<2 { _ = fixture.events.wait { if case .token = $0 { true } else { false } } }
    fixture.engine.stop()
    let end = try #require(finished(fixture.waitForEnd()))
    #expect(end.reason == .cancelled)
    #expect(end.text == "ab")
  }

  @Test func stopReachesAnswersThatHaveNotBegun() throws {
    let silent = ScriptedServer.Reply(headers: ["Content-Type: text/event-stream"], holds: true)
    let fixture = try RemoteFixture([silent]) { $0.idleSeconds = 3600 }
    defer { fixture.server.stop() }
    fixture.load()
    fixture.ask()
    fixture.ask()
    fixture.engine.stop()
    for _ in 0..<2 { #expect(finished(fixture.waitForEnd())?.reason == .cancelled) }
  }

  @Test func whatIsNoStreamIsRefused() throws {
    let page = ScriptedServer.Reply(headers: ["Content-Type: text/html"], body: Array("<h1>Welcome</h1>".utf8))
    let fixture = try RemoteFixture([page])
    defer { fixture.server.stop() }
    #expect(
      refusal(fixture.answer())?.hasSuffix(
        "expected a stream of events, got text/html; is the address right?: <h1>Welcome</h1>") == true)
  }

  @Test(arguments: ["application/json", "application/json; charset=utf-8"])
  func anAnswerInOnePieceIsTaken(type: String) throws {
    let document =
      #"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Oslo."},"#
      + #""finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":3}}"#
    let fixture = try RemoteFixture([.init(headers: ["Content-Type: \(type)"], body: Array(document.utf8))])
    defer { fixture.server.stop() }
    let end = try #require(finished(fixture.answer()))
    #expect(end.text == "Oslo." && end.reason == .endOfTurn)
    #expect(end.generatedTokens == 3 && end.promptTokens == 20)
    #expect(fixture.events.all.map(\.kind).suffix(3) == ["answer started", "token", "answer finished"])
  }

  @Test func aDocumentThatIsNoAnswerIsRefused() throws {
    for (document, words) in [
      (#"{"object":"list","data":[]}"#, "expected a stream of events, got application/json"),
      (#"{"error":{"message":"no GPU left"}}"#, "the server reports: no GPU left"),
      (#"{"choices":7}"#, #"a malformed chunk: "choices" is missing"#), ("[", "expected a stream of events"),
    ] {
      let fixture = try RemoteFixture([.init(headers: ["Content-Type: application/json"], body: Array(document.utf8))])
      defer { fixture.server.stop() }
      #expect(refusal(fixture.answer())?.contains(words) == true, "\(document)")
    }
  }

  @Test(arguments: ["vllm", "library"]) func aCutAnswerIsAskedToGoOn(owner: String) throws {
    let models = ScriptedServer.Reply(body: Array(#"{"data":[{"id":"m","owned_by":"\#(owner)"}]}"#.utf8))
    let fixture = try RemoteFixture(models: models, [RemoteFixture.stream(["an ", "answer"])])
    defer { fixture.server.stop() }
    fixture.load()
    let messages = [ChatMessage(role: "user", content: "q")]
    fixture.engine.answer(
      AnswerRequest(turn: 1, messages: messages, settings: SamplingSettings(), beginning: "Half "),
      emit: fixture.events.record)
    let end = try #require(finished(fixture.waitForEnd()))
    #expect(end.text == "Half an answer", "what was there is kept")
    let starts = fixture.events.all.compactMap { if case .answerStarted(let start) = $0 { start } else { nil } }
    #expect(starts.map(\.prefixText) == ["Half "])
    let body = try #require(fixture.asked.first)
    #expect(body["messages"]?.array?.compactMap { $0["role"]?.string } == ["user", "assistant"])
    #expect(body["messages"]?[1]?["content"]?.string == "Half ")
    #expect(body["continue_final_message"]?.bool == (owner == "vllm" ? true : nil))
    #expect(body["add_generation_prompt"]?.bool == (owner == "vllm" ? false : nil))
  }

  @Test func settingsThatAreNotSentAreSaidOnce() throws {
    let models = ScriptedServer.Reply(body: Array(#"{"data":[{"id":"m","owned_by":"library"}]}"#.utf8))
    let fixture = try RemoteFixture(models: models, [RemoteFixture.stream(["a"])])
    defer { fixture.server.stop() }
    _ = fixture.answer()
    fixture.ask()
    _ = fixture.waitForEnd()
    let notices = fixture.events.all.compactMap { if case .notice(let notice) = $0 { notice.text } else { nil } }
    #expect(notices.count == 1)
    #expect(notices.first?.contains(": top-k 40, min-p 0.05; ") == true)
  }

  @Test func modelsThatCannotBeFoundAreSaid() throws {
    let fixture = try RemoteFixture([])
    let address = fixture.server.address
    #expect(failure(fixture.load("other@" + address)) == "\(address)/v1: the server has no model other; it has: m")
    fixture.server.stop()
    #expect(failure(fixture.load("http://127.0.0.1:1"))?.hasPrefix("http://127.0.0.1:1/v1: not reached: ") == true)
    let fixture2 = try RemoteFixture([])
    fixture2.ask()
    #expect(refusal(fixture2.waitForEnd()) == "no model is chosen; name one first")
    fixture2.server.stop()
  }

  @Test func aServerWithoutAListIsBelievedWhenAModelIsNamed() throws {
    let fixture = try RemoteFixture(models: .init(status: 404), [RemoteFixture.stream(["a"])])
    defer { fixture.server.stop() }
    #expect(failure(fixture.load())?.hasSuffix("the server does not list its models; name one with --model") == true)
    guard case .modelReady(let model) = fixture.load("any@" + fixture.server.address) else {
      Issue.record("the model was not taken")
      return
    }
    #expect(model.contextLength == 0)
    fixture.ask()
    #expect(finished(fixture.waitForEnd())?.text == "a")
    #expect(fixture.asked.first?["model"] == "any")
  }
}
