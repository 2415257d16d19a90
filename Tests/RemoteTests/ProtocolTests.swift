import JSONText
import Sessions
import Testing

@testable import Remote

@Suite struct ProtocolTests {
  private func chunk(_ text: String) throws -> ChatChunk { try ChatChunk(parsing: Array(text.utf8)) }

  /// What an answer makes of chunks: its pieces joined by | and its end.
  private func answer(_ chunks: [String]) throws -> (text: String, end: AnswerEndReason, answer: StreamedAnswer) {
    var answer = StreamedAnswer()
    var pieces: [String] = []
    for text in chunks { pieces += try answer.take(chunk(text)).map(\.text) }
    #expect(answer.text == pieces.joined())
    return (pieces.joined(separator: "|"), answer.endReason(contextLength: 100), answer)
  }

  @Test func imagesGoAsPartsOfTheirMessage() throws {
    let image = ImageReference(sha256: "ab", name: "a.png", width: 1, height: 1)
    let request = AnswerRequest(
      turn: 1,
      messages: [
        ChatMessage(role: "system", content: "Be brief."), ChatMessage(role: "user", content: "What?", images: [image]),
      ], settings: SamplingSettings())
    let body = ChatRequestBody(
      request, model: ServedModel(id: "m"), topLogProbabilities: 0, images: [image: Array("foo".utf8)])
    let messages = try #require(body.json["messages"]?.array)
    #expect(messages[0]["content"]?.string == "Be brief.")
    #expect(
      messages[1]["content"] == [
        ["type": "image_url", "image_url": ["url": "data:image/png;base64,Zm9v"]], ["type": "text", "text": "What?"],
      ])
  }

  @Test func piecesAddUpToTheAnswer() throws {
    let result = try answer([
      #"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
      #"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
      #"{"choices":[{"index":1,"delta":{"content":"other"}},{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#,
      #"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17}}"#,
    ])
    #expect(result.text == "Hel|lo")
    #expect(result.end == .endOfTurn)
    #expect(result.answer.usage == ChatChunk.Usage(promptTokens: 12, completionTokens: 5))
    #expect(result.answer.generatedTokens == 5)
  }

  @Test func reasoningStandsBetweenMarksAndIsNotSentBack() throws {
    for name in ["reasoning_content", "reasoning"] {
      let result = try answer([
        #"{"choices":[{"delta":{"\#(name)":"Let me "}}]}"#, #"{"choices":[{"delta":{"\#(name)":"see."}}]}"#,
        #"{"choices":[{"delta":{"content":"42"},"finish_reason":"stop"}]}"#,
      ])
      #expect(result.answer.text == "<think>\nLet me see.\n</think>\n\n42")
      #expect(ReasoningMarks.removed(from: result.answer.text) == "42")
    }
    let only = try answer([#"{"choices":[{"delta":{"reasoning":"hm"},"finish_reason":"length"}]}"#])
    #expect(only.answer.text == "<think>\nhm\n</think>\n\n")
    #expect(ReasoningMarks.removed(from: "<think> of it") == "<think> of it")
  }

  @Test func theEndIsTheServers() throws {
    func end(_ members: String, usage: String = "null") throws -> AnswerEndReason {
      try answer([#"{"choices":[{"delta":{"content":"x"},\#(members)}],"usage":\#(usage)}"#]).end
    }
    #expect(try end(#""finish_reason":"length""#) == .length)
    let full = #"{"prompt_tokens":90,"completion_tokens":10}"#
    #expect(try end(#""finish_reason":"length""#, usage: full) == .contextFull)
    #expect(try end(#""finish_reason":"stop","stop_reason":"END""#) == .stopString)
    #expect(try end(#""finish_reason":"stop","stop_reason":128009"#) == .endOfTurn)
    #expect(try end(#""finish_reason":"content_filter""#) == .failed("the server's content filter ended the answer"))
  }

  @Test func callsOfToolsAreShown() throws {
    let result = try answer([
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"find","arguments":""}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]}"#,
    ])
    #expect(result.answer.text == #"[tool call: find({"a":1})]"#)
    #expect(result.end == .endOfTurn)
  }

  @Test func probabilitiesComeWithTheirTokens() throws {
    var answer = StreamedAnswer()
    let tokens = try answer.take(
      chunk(
        #"{"choices":[{"delta":{"content":"ab"},"logprobs":{"content":["#
          + #"{"token":"a","logprob":0,"top_logprobs":[{"token":"a","logprob":0},{"token":"z","logprob":-3}]},"#
          + #"{"token":"b","logprob":-1.5}]}}]}"#))
    #expect(tokens.map(\.text) == ["a", "b"])
    #expect(tokens[0].probability == 1)
    #expect(tokens[0].top.map(\.text) == ["a", "z"])
    #expect(abs(tokens[1].probability - 0.22313) < 1e-5)
    // Tokens that end within a character do not add up; the text stays whole.
    let split = try answer.take(
      chunk(
        #"{"choices":[{"delta":{"content":"é"},"logprobs":{"content":[{"token":"\ufffd","logprob":0},{"token":"\ufffd","logprob":0}]}}]}"#
      ))
    #expect(split.map(\.text) == ["é", ""])
  }

  @Test(arguments: [
    ("{\"choices\":[{\"del", "malformed chunk"), ("[1]", "\"choices\" is missing"),
    (#"{"choices":[{"delta":{"content":7}}]}"#, "not a text"),
    (#"{"error":{"message":"out of memory","code":500}}"#, "the server reports: out of memory"),
    (#"{"error":"model not loaded"}"#, "the server reports: model not loaded"),
    (#"{"object":"error","message":"too long"}"#, "the server reports: too long"),
    ("\u{1B}[2J", #"begins with \u{1B}[2J"#), ("", "malformed chunk"),
  ])
  func whatIsNoChunkIsSaidInOneLine(text: String, expected: String) {
    let error = #expect(throws: RemoteError.self) { try chunk(text) }
    #expect(error?.description.contains(expected) == true)
    #expect(error?.description.contains("\u{1B}") == false)
  }

  @Test func refusalsAreExplainedInTheServersWords() {
    func words(_ body: String) -> String? { ServerMessage.text(in: Array(body.utf8)) }
    #expect(words(#"{"error":{"message":"context of 8192 exceeded"}}"#) == "context of 8192 exceeded")
    #expect(words(#"{"detail":"Not Found"}"#) == "Not Found")
    #expect(words(#"{"detail":[{"loc":["body","seed"],"msg":"too large"}]}"#) == "body.seed: too large")
    #expect(words("<html>\n <b>Bad gateway</b>") == "<html> <b>Bad gateway</b>")
    #expect(words("") == nil)
    #expect(words(String(repeating: "x", count: 5000)).map { $0.count < 200 } == true)
  }

  @Test func theModelsDocumentTellsNameServerAndContext() throws {
    func models(_ body: String) throws -> [ServedModel] { try ServedModel.list(parsing: Array(body.utf8)) }
    let vllm = try models(#"{"data":[{"id":"a","owned_by":"vllm","max_model_len":32768}]}"#)
    #expect(vllm.map(\.contextLength) == [32768])
    #expect(vllm[0].server == .vLLM)
    let llama = try models(
      #"{"data":[{"id":"b.gguf","owned_by":"llamacpp","meta":{"n_ctx_train":8192}},{"name":"no id"}]}"#)
    #expect(llama.map(\.contextLength) == [8192])
    let ollama = try models(#"{"object":"list","data":[{"id":"c:latest","owned_by":"library"},{"id":"d:7b"}]}"#)
    #expect(try ServedModel.choose("c", from: ollama).id == "c:latest")
    #expect(try ServedModel.choose(nil, from: vllm).id == "a")
    let several = #expect(throws: RemoteError.self) { try ServedModel.choose(nil, from: ollama) }
    #expect(several?.description.contains("--model: c:latest, d:7b") == true)
    let absent = #expect(throws: RemoteError.self) { try ServedModel.choose("e", from: ollama) }
    #expect(absent?.description == "the server has no model e; it has: c:latest, d:7b")
    #expect(throws: RemoteError.self) { try models("<html>") }
    #expect(throws: RemoteError.self) { try ServedModel.choose(nil, from: []) }
  }

  @Test func settingsGoUnderTheNamesThatTheServerKnows() throws {
    var settings = SamplingSettings()
    settings.seed = 0xFFFF_FFFF_0000_0007
    settings.maximumTokens = 9
    settings.stop = ["END"]
    settings.repetitionPenalty = 1.1
    settings.topK = 0
    let request = AnswerRequest(
      turn: 1,
      messages: [
        ChatMessage(role: "user", content: "q"), ChatMessage(role: "assistant", content: "<think>\nx\n</think>\n\na"),
      ], settings: settings)
    func body(_ server: ServerKind) -> ChatRequestBody {
      var model = ServedModel(id: "m")
      model.server = server
      return ChatRequestBody(request, model: model, topLogProbabilities: 3)
    }
    #expect(
      body(.unknown).json.text
        == #"{"model":"m","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"#
        + #""stream":true,"stream_options":{"include_usage":true},"temperature":0.7,"top_p":0.95,"max_tokens":9,"#
        + #""stop":["END"],"seed":7,"logprobs":true,"top_logprobs":3}"#)
    #expect(body(.unknown).unsent == ["min-p 0.05", "repetition-penalty 1.1", "penalty-window 64"])
    #expect(body(.unknown).settings.seed == 7)
    let vllm = body(.vLLM)
    #expect(vllm.json["top_k"] == -1 && vllm.json["repetition_penalty"] == 1.1 && vllm.json["min_p"] == 0.05)
    #expect(vllm.unsent == ["penalty-window 64"])
    let llama = body(.llamaCpp)
    #expect(llama.json["top_k"] == 0 && llama.json["repeat_penalty"] == 1.1 && llama.json["repeat_last_n"] == 64)
    #expect(llama.unsent.isEmpty)
  }
}
