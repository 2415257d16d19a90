import Sessions

/// Puts an answer together from its chunks.
struct StreamedAnswer {
  /// Longest answer in bytes: a server that never ends cannot fill the memory and the disk.
  static let limit = 16 << 20

  private(set) var text = ""
  private(set) var usage: ChatChunk.Usage?
  private var tokenCount = 0
  private var isReasoning = false
  private var toolCalls: [Int: ChatChunk.ToolCallPart] = [:]
  private var finishReason: String?
  private var isStopString = false

  /// - Parameter beginning: what is there of the answer already.
  init(beginning: String = "") { text = beginning }

  /// Whether the server said that the answer is complete.
  var isComplete: Bool { finishReason != nil }

  /// Tokens of the answer as the server counts them, else the pieces that came.
  var generatedTokens: Int { usage?.completionTokens ?? tokenCount }

  /// Takes in a chunk.
  ///
  /// - Returns: what it adds, one piece a token where the server tells tokens apart.
  mutating func take(_ chunk: ChatChunk) throws(RemoteError) -> [GeneratedToken] {
    if let usage = chunk.usage { self.usage = usage }
    for part in chunk.toolCalls {
      var call = toolCalls[part.index] ?? ChatChunk.ToolCallPart(index: part.index, name: "", arguments: "")
      call.name += part.name
      call.arguments += part.arguments
      toolCalls[part.index] = call
    }
    var pieces: [GeneratedToken] = []
    if !chunk.reasoning.isEmpty {
      pieces.append(.piece((isReasoning ? "" : ReasoningMarks.opening) + chunk.reasoning))
      isReasoning = true
    }
    if !chunk.content.isEmpty {
      pieces += StreamedAnswer.tokens(of: chunk, prefix: endReasoning())
    }
    tokenCount += pieces.count
    if let reason = chunk.finishReason, finishReason == nil {
      finishReason = reason
      isStopString = chunk.isStopString
      let rest = endReasoning() + callsAsText()
      if !rest.isEmpty { pieces.append(.piece(rest)) }
    }
    for piece in pieces { text += piece.text }
    guard text.utf8.count <= StreamedAnswer.limit else {
      throw RemoteError("the answer is longer than \(StreamedAnswer.limit) bytes")
    }
    return pieces
  }

  /// Why the answer ended.
  ///
  /// - Parameter contextLength: tokens that fit, where known.
  func endReason(contextLength: Int?) -> AnswerEndReason {
    switch finishReason {
    case "length":
      if let usage, let contextLength, usage.promptTokens + usage.completionTokens >= contextLength {
        return .contextFull
      }
      return .length
    case "content_filter": return .failed("the server's content filter ended the answer")
    case "abort", "error": return .failed("the server broke the answer off")
    default: return isStopString ? .stopString : .endOfTurn
    }
  }

  private mutating func endReasoning() -> String {
    defer { isReasoning = false }
    return isReasoning ? ReasoningMarks.closing : ""
  }

  /// Nothing here runs tools, so what the model wanted to call is shown.
  private func callsAsText() -> String {
    toolCalls.sorted { $0.key < $1.key }.map { "[tool call: \($0.value.name)(\($0.value.arguments))]" }
      .joined(separator: "\n")
  }

  /// The chunk's text by tokens. Tokens that end within a character do not add up to the text; then it stays whole.
  private static func tokens(of chunk: ChatChunk, prefix: String) -> [GeneratedToken] {
    guard var first = chunk.tokens.first else { return [.piece(prefix + chunk.content)] }
    var rest = Array(chunk.tokens.dropFirst())
    if chunk.tokens.map(\.text).joined() != chunk.content {
      first.text = chunk.content
      for index in rest.indices { rest[index].text = "" }
    }
    first.text = prefix + first.text
    return [first] + rest
  }
}

extension GeneratedToken {
  /// Text of which the server does not say which tokens it is.
  static func piece(_ text: String) -> GeneratedToken {
    GeneratedToken(id: unknownID, text: text, logit: .nan, probability: .nan)
  }
}
