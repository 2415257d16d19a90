import Sessions
import Testing

@testable import lathe

@Suite(.timeLimit(.minutes(1))) struct EngineSwitchTests {
  /// Loads a model, asks it something, and waits for the answer's text.
  private func answer(_ engine: EngineSwitch, model: String) -> String? {
    let mailbox = Mailbox()
    engine.load(ModelRequest(model: model)) { mailbox.post($0) }
    let messages = [ChatMessage(role: "user", content: "q")]
    engine.answer(AnswerRequest(turn: 1, messages: messages, settings: SamplingSettings())) { mailbox.post($0) }
    while true {
      for event in mailbox.wait() { if case .answerFinished(let end) = event { return end.text } }
    }
  }

  @Test func theModelsNameDecidesWhoAnswers() {
    let engine = EngineSwitch(local: ScriptedEngine(answer: ["here"]), remote: ScriptedEngine(answer: ["there"]))
    #expect(answer(engine, model: "smollm2-135m") == "here")
    #expect(answer(engine, model: "llama@http://localhost:8000/v1") == "there")
    #expect(answer(engine, model: "https://host") == "there")
    #expect(answer(engine, model: "./folder/model.gguf") == "here")
  }
}
