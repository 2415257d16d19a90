import JSONText
import Sessions
import Testing

@Suite struct EventTests {
  static let settings: SamplingSettings = {
    var settings = SamplingSettings()
    settings.temperature = 0.1
    settings.logitBias = [5: -1.5, 70: 0.3]
    settings.stop = ["\n\n", "結束"]
    settings.seed = .max
    return settings
  }()

  /// One event of every kind and of every form of its payload.
  static let all: [Event] =
    [
      .key(KeyPress(.character("é"))), .key(KeyPress(.character("-"), .control)), .key(KeyPress(.character(" "))),
      .key(KeyPress(.character("f"))), .key(KeyPress(.function(12), [.control, .alt, .shift])),
      .key(KeyPress(.pageUp)), .key(KeyPress(.enter, .alt)), .key(KeyPress(.character("👩‍👩‍👧"))),
      .paste("a\u{1B}[31m\r\nb\u{0}"), .resized(TerminalSize(columns: 0, rows: 0)), .tick,
      .arranged(PaneLayout(pane: "tree", isOpen: true, fractions: [[0.25, 0.75], [1.0 / 3, 2.0 / 3]])),
      .arranged(PaneLayout(pane: "", isOpen: false, fractions: [])), .sessionNamed("a \u{1B} b"),
      .memoryUsed(123_456_789),
      .opened(ChatOpening(model: "m")),
      .opened(ChatOpening(model: "m", system: "Be brief.", settings: settings, contextLength: 512)),
      .changed(ChatOpening(model: "n", settings: settings)), .resumed, .ended, .asked(Question(text: "你好 🌍\u{2028}")),
      .modelLoading(ModelLoading(name: "m", fraction: 0.25)),
      .modelReady(
        ModelDescription(
          name: "m", path: "/m.gguf", identity: "sha256:0", family: "llama", parameters: 135_000_000,
          quantisation: "Q4_1", contextLength: 2048, bytes: 98_000_000)),
      .modelFailed("no such file"),
      .answerStarted(
        AnswerStart(
          turn: 2, promptTokens: 9, reusedTokens: 7, newTokens: [1, .max], contextLength: 64, settings: settings)),
      .answerDelayed(AnswerDelay(reason: "HTTP 429\u{7}", seconds: 7, attempt: 2, attempts: 5)),
      .answerFinished(
        AnswerEnd(
          reason: .length, generatedTokens: 3, promptTokens: 40, prefillSeconds: 0.1, decodeSeconds: 0.2, text: "a")),
      .answerStarted(
        AnswerStart(
          turn: 1, promptTokens: 1, reusedTokens: 0, newTokens: [5], contextLength: 64, settings: settings,
          weightsSHA256: "ab", promptSHA256: AnswerStart.sha256(ofPrompt: [5]), computedOn: "cpu (avx2, 1 thread)")),
      .prefillProgress(PrefillProgress(done: 1, total: 2)),
      .token(GeneratedToken(id: 7, text: "", logit: .leastNonzeroMagnitude, probability: 0.1)),
      .token(
        GeneratedToken(
          id: 7, text: "\"\\", logit: -.infinity, probability: 1 / 3,
          top: [TokenCandidate(id: 7, text: " x", logit: 0.1), TokenCandidate(id: 8, text: "", logit: -0)])),
      .token(GeneratedToken(id: 7, text: "x", logit: 1, probability: 0.1, entropy: 1.25)),
      .asked(Question(text: "q", place: TurnPlace(id: 3, parent: 2))), .movedTo(7),
      .attached(ImageReference(sha256: "ab", name: "a\u{1B} b.png", width: 1654, height: 1530)), .detached,
      .asked(Question(text: "q", images: [ImageReference(sha256: "ab", name: "a.png", width: 0, height: 0)])),
      .modelReady(
        ModelDescription(
          name: "m", path: "", family: "", parameters: 0, quantisation: "", contextLength: 0, bytes: 0, hasVision: true)
      ),
      .preferred(Preference(chosen: 4, rejected: 2)), .edited("a\nb"),
      .answerOrdered(AnswerOrder(place: TurnPlace(id: 4, parent: 1))),
      .answerOrdered(AnswerOrder(place: TurnPlace(id: 4, parent: 1), model: "big")),
      .answerOrdered(
        AnswerOrder(place: TurnPlace(id: 4, parent: 1), fork: TokenFork(answer: 2, kept: 5, token: .max))),
      .answerStarted(
        AnswerStart(
          turn: 2, promptTokens: 9, reusedTokens: 7, newTokens: [], contextLength: 64, settings: settings,
          place: TurnPlace(id: 2, parent: 1), prefix: [4, 5], prefixText: "ab")),
      .answerRefused("prompt of 3000 tokens, context of 2048"),
      .models([ModelListing(name: "m", path: nil, bytes: 0, details: "")]),
      .models([ModelListing(name: "m", path: "/m", bytes: 1, details: "d")]),
      .sessions([
        SessionSummary(
          name: "a", path: "/a.session", title: "t", model: "m", created: 1_700_000_000.25, seconds: 3.5, turns: 2,
          isUnfinished: true, isOpenElsewhere: false)
      ]),
      .sessionMatches(
        SessionMatches(
          query: "t \"x\"",
          matches: [
            SessionMatch(
              summary: SessionSummary(
                name: "a", path: "/a.session", title: "t", model: "m", created: 1, seconds: 3.5, turns: 2,
                isUnfinished: false, isOpenElsewhere: true, tags: ["p", "q"]),
              excerpt: "…t…", hits: 3)
          ])),
      .unknown(
        kind: "branch", ["seconds": 1.5, "event": "branch", "from": 3, "list": [1, nil, "x"]]),
    ] + Notice.Severity.allCases.map { .notice(Notice($0, "text")) }
    + [AnswerEndReason.endOfTurn, .stopString, .length, .cancelled, .contextFull, .failed("x")].map {
      .answerFinished(
        AnswerEnd(reason: $0, generatedTokens: 3, prefillSeconds: 0.1, decodeSeconds: 0.2, text: "abc"))
    }
    + [
      PullProgress.State.receiving(bytes: 1, total: 0), .verifying, .finished, .cancelled, .failed("x"),
    ].map { .pull(PullProgress(name: "m", state: $0)) }

  @Test(arguments: all) func readsBackAsWritten(event: Event) throws {
    let timed = TimedEvent(seconds: 1.5, event: event)
    let line = timed.json.text
    #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a line holds no control characters")
    #expect(try TimedEvent(json: JSONValue(parsing: line)) == timed)
  }

  @Test func timeIsKeptToTheMicrosecond() throws {
    let timed = TimedEvent(seconds: 1.0 / 3, event: .tick)
    #expect(timed.seconds == 0.333333)
    #expect(try TimedEvent(json: JSONValue(parsing: timed.json.text)) == timed)
  }

  @Test func everyFloatReadsBackBitByBit() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = Float(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let event = Event.token(GeneratedToken(id: 0, text: "", logit: value, probability: 0))
      let read = try TimedEvent(json: JSONValue(parsing: TimedEvent(seconds: 0, event: event).json.text))
      guard case .token(let token) = read.event else {
        Issue.record("not a token: \(read)")
        return
      }
      #expect(token.logit == value)
    }
  }

  @Test(arguments: [
    ("[]", "expected an object, got an array"),
    (#"{"event":"tick"}"#, #""seconds" is missing"#),
    (#"{"seconds":-1,"event":"tick"}"#, #""seconds": expected a time from 0 to 1e10, got -1.0"#),
    (#"{"seconds":0,"event":5}"#, #""event": expected a string, got a number"#),
    (#"{"seconds":0,"event":"key","key":"hyper-q"}"#, #""key": unknown key "hyper-q""#),
    (#"{"seconds":0,"event":"token","token":4294967296}"#, #""token": expected a token id, got a number"#),
    (
      #"{"seconds":0,"event":"resized","columns":9223372036854775807,"rows":9}"#,
      #""columns": expected an integer, got a number"#
    ),
  ]) func faultsAreNamed(line: String, fault: String) throws {
    let value = try JSONValue(parsing: line)
    #expect(throws: EventFormatError.self) { try TimedEvent(json: value) }
    do { _ = try TimedEvent(json: value) } catch { #expect(error.description == fault) }
  }

  @Test func seedsOfTurnsDifferAndRepeat() {
    var settings = SamplingSettings()
    settings.seed = 42
    let seeds = (1...100).map { settings.forTurn($0).seed }
    #expect(seeds[0] == 42)
    #expect(Set(seeds).count == 100)
    #expect(seeds == (1...100).map { settings.forTurn($0).seed })
    settings.seed = nil
    #expect(settings.forTurn(3).seed == nil)
  }
}
