import JSONText
public import Sessions
import Templates
import Tokenization

/// Turns a conversation into the tokens a chat model was trained on.
public enum ChatPrompt {
  /// The tokens of a conversation, ending where the answer begins.
  ///
  /// Control tokens are read only in text that the chat template itself wrote: what users, documents or models wrote is
  /// tokenised as plain text, whatever it looks like.
  ///
  /// - Throws: `InferenceError` for a model without chat template; what the template or tokenizer says.
  public static func tokens(for messages: [ChatMessage], model: LoadedModel) throws -> [Int32] {
    guard let template = model.template else {
      throw InferenceError(
        "\(model.description.name) has no chat template: it is a base model; continue text with lathe generate --raw")
    }
    func name(of token: Int32?) -> String? { token.map { model.tokenizer.decode([$0], skipSpecial: false) } }
    let rendered: RenderedText
    do {
      rendered = try template.render(
        messages: messages.map { ["role": .string($0.role), "content": .string($0.content)] },
        addGenerationPrompt: true,
        bosToken: name(of: model.tokenizer.bosToken), eosToken: name(of: model.tokenizer.eosToken))
    } catch {
      throw InferenceError("the chat template refuses this conversation: \(error)")
    }
    var tokens = try model.tokenizer.encode(
      rendered.segments.map { TextSegment($0.text, parseSpecial: $0.isTrusted) })
    // Templates that leave the begin token to the tokenizer exist beside those that write it.
    if model.tokenizer.addsBOS, let begin = model.tokenizer.bosToken, tokens.first != begin {
      tokens.insert(begin, at: 0)
    }
    return tokens
  }
}
