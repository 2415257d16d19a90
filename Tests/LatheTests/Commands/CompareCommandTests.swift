import ArgumentParser
import JSONText
import Screens
import Sessions
import Testing

@testable import lathe

@Suite struct CompareCommandTests {
  private func sides(_ words: String...) throws -> (left: ComparedSide, right: ComparedSide) {
    try CompareCommand.parse(["--prompt", "q"] + words).sides(drawing: { 77 })
  }

  private func complaint(_ words: String...) -> String? {
    do { _ = try CompareCommand.parse(words) } catch { return CompareCommand.message(for: error) }
    return nil
  }

  @Test func twoModelsShareSeedAndSettings() throws {
    let (left, right) = try sides("--model", "one", "--model", "two@http://localhost:8000", "--temperature", "0.3")
    #expect(left.model == "one" && right.model == "two@http://localhost:8000/v1")
    #expect(left.settings == right.settings && left.settings.seed == 77 && left.settings.temperature == 0.3)
  }

  @Test func twoSamplingsShareTheSeed() throws {
    let (left, right) = try sides("--left", "temperature=0", "--right", "temperature=1.5", "--right", "top-k=0")
    #expect(left.model == right.model && left.settings.seed == 77 && right.settings.seed == 77)
    #expect(left.settings.temperature == 0 && right.settings.temperature == 1.5 && right.settings.topK == 0)
  }

  @Test func withoutADifferenceTwoSeedsAreDrawn() throws {
    let (left, right) = try sides()
    #expect(left.settings.seed == 77 && right.settings.seed != 77 && right.settings.seed != nil)
    let again = try sides("--seed", "5")
    #expect(again.left.settings.seed == 5 && again.right.settings == again.left.settings.forTurn(1, attempt: 1))
    let given = try sides("--left", "seed=1", "--right", "seed=2")
    #expect(given.left.settings.seed == 1 && given.right.settings.seed == 2)
  }

  @Test func callsThatCannotWorkAreRefused() {
    #expect(complaint()?.contains("expected one of --prompt and --prompt-file, got 0") == true)
    #expect(complaint("--prompt", "q", "--temperature", "0")?.contains("both sides are the same") == true)
    #expect(complaint("--prompt", "q", "--model", "a", "--model", "b", "--model", "c")?.contains("two at most") == true)
    #expect(complaint("--prompt", "q", "--left", "heat=1")?.contains("there are temperature, top-k") == true)
    #expect(complaint("--prompt", "q", "--right", "top-p=7")?.contains("expected 0.0 to 1.0") == true)
    #expect(complaint("--prompt", "q", "--preferences", "f")?.contains("goes with --prefer") == true)
    #expect(complaint("--prompt", "q", "--prefer", "both") != nil)
  }

  private func answer(_ text: String, _ reason: AnswerEndReason = .endOfTurn) -> ComparedAnswer {
    let model = ModelDescription(
      name: "m", path: "/m", identity: "i", family: "llama", parameters: 1, quantisation: "Q8_0", contextLength: 9,
      bytes: 1)
    var settings = SamplingSettings()
    settings.seed = 3
    return ComparedAnswer(
      model: model, settings: settings,
      end: AnswerEnd(reason: reason, generatedTokens: 11, prefillSeconds: 0.1, decodeSeconds: 2, text: text))
  }

  private func report(_ left: String, _ right: String) -> ComparisonReport {
    ComparisonReport(
      messages: [ChatMessage(role: "user", content: "q")], left: answer(left), right: answer(right))
  }

  @Test func differencesAreMarkedWithAndWithoutATerminal() {
    let report = report("the big red fox\nruns", "the blue fox\nruns away\u{1B}[2J")
    let plain = report.text(isUnderlined: false)
    #expect(plain.contains("left:\nthe [-big red-] fox\nruns\n"))
    #expect(plain.contains("right:\nthe {+blue+} fox\nruns {+away"))
    #expect(!plain.contains("\u{1B}"), "what a model wrote does not steer the terminal")
    #expect(plain.hasPrefix("left   m Q8_0, temperature 0.7, seed 3: 11 tokens, 5.0 tokens/s, end of turn\n"))
    let shown = report.text(isUnderlined: true)
    #expect(shown.contains("the \u{1B}[4mbig red\u{1B}[24m fox") && !shown.contains("[-"))
    #expect(self.report("same", "same").text(isUnderlined: false).contains("The answers are the same."))
  }

  @Test func scriptsGetBothAnswers() {
    let json = report("a b", "a c").json
    #expect(json["left"]?["text"]?.string == "a b" && json["right"]?["only_here"]?[0]?.string == "c")
    #expect(json["left"]?["settings"]?["seed"]?.integer == 3 && json["prompt"]?[0]?["content"]?.string == "q")
    #expect(json["right"]?["decode_tokens_per_second"]?.double == 5)
  }

  @Test func theBetterOneIsChosenOfWholeAnswersOnly() throws {
    let pair = report("a", "b").pair(preferring: .right)
    #expect(pair.chosen == "b" && pair.rejected == "a" && pair.prompt.map(\.content) == ["q"])
    let broken = ComparisonReport(messages: [], left: answer("a"), right: answer("b", .failed("it broke")))
    #expect(throws: WaitingEngine.Failure.self) { try broken.check() }
  }

  @Test(.timeLimit(.minutes(1))) func enginesAreWaitedFor() throws {
    let engine = WaitingEngine(ScriptedEngine(answer: ["a", "b"])) { _ in }
    #expect(try engine.load(ModelRequest(model: "m")).name == "m")
    var tokens: [String] = []
    let request = AnswerRequest(
      turn: 1, messages: [ChatMessage(role: "user", content: "q")], settings: SamplingSettings())
    #expect(try engine.answer(request) { tokens.append($0.text) }.end.text == "ab")
    #expect(tokens == ["a", "b"])
    #expect(throws: WaitingEngine.Failure.self) { try engine.load(ModelRequest(model: "missing")) }
    var long = request
    long.messages[0].content = "too long"
    #expect(throws: WaitingEngine.Failure.self) { try engine.answer(long) }
  }
}
