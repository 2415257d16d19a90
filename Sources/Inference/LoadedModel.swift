public import Checkpoints
import Files
public import Models
import JSONText
import OrderedCollections
public import Sessions
public import Templates
public import Tensors
public import Tokenization

/// A model with what a chat needs around it: tokenizer, chat template and description.
public struct LoadedModel: Sendable {
  /// What the model is, for people and session logs.
  public let description: ModelDescription
  /// The weights.
  public let model: any LanguageModel
  /// The tokenizer that belongs to it.
  public let tokenizer: any Tokenizer
  /// The chat template; `nil` for base models.
  public let template: ChatTemplate?

  /// Loads a GGUF file or a Hugging Face folder.
  ///
  /// - Parameters:
  ///   - path: the file or folder.
  ///   - name: what the user calls it.
  ///   - backend: what computes.
  /// - Throws: one line that names the file and what is wrong with it.
  public init(path: String, name: String, backend: any Backend) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let checkpoint = try openCheckpoint(path)
    let opened = clock.now
    // Building a vocabulary uses one thread, packing weights all of them with pauses: together they take less time.
    let text = BackgroundWork {
      let begin = clock.now
      let (tokenizer, template) = (try loadTokenizer(of: checkpoint), try loadChatTemplate(of: checkpoint))
      return (tokenizer: tokenizer, template: template, time: clock.now - begin)
    }
    model = try loadLanguageModel(checkpoint, backend: backend)
    let weighted = clock.now
    let parts = try text.value()
    (tokenizer, template) = (parts.tokenizer, parts.template)
    let described = clock.now
    var description = try ModelDescription(checkpoint, name: name, identity: ModelIdentity.sha256(of: checkpoint))
    description.loading = ModelLoadTimes(
      total: (clock.now - start).inSeconds, open: (opened - start).inSeconds, weights: (weighted - opened).inSeconds,
      packedBytes: model.parameters.packedBytes, tokenizer: parts.time.inSeconds,
      identity: (clock.now - described).inSeconds)
    self.description = description
    guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
      throw InferenceError(
        "\(path): the tokenizer has \(tokenizer.vocabularySize) tokens, the model \(model.configuration.vocabularySize)"
      )
    }
  }

  /// The text of one token on its own; control tokens give their name.
  public func text(of token: Int32) -> String {
    tokenizer.isControl(token)
      ? tokenizer.decode([token], skipSpecial: false) : String(decoding: tokenizer.pieceBytes(of: token), as: UTF8.self)
  }

  /// Whether an answer ends behind this token: by the tokenizer, or by the model's own list.
  public func endsAnswer(_ token: Int32) -> Bool {
    tokenizer.isEndOfGeneration(token) || model.configuration.endTokens.contains(token)
  }

  /// Refuses token ids that the model does not have.
  public func checkVocabulary(of tokens: [Int32]) throws(InferenceError) {
    let size = model.configuration.vocabularySize
    for (index, token) in tokens.enumerated() where token < 0 || Int(token) >= size {
      throw InferenceError("token \(token) at position \(index): the vocabulary has ids 0 to \(size - 1)")
    }
  }
}

extension ModelDescription {
  /// Describes a checkpoint from its metadata; no weight is read.
  public init(_ checkpoint: any Checkpoint, name: String, identity: String = "") throws {
    var bytesByType: [String: Int] = [:]
    var parameters = 0
    for tensor in checkpoint.tensors.values {
      bytesByType[tensor.type.name, default: 0] += tensor.byteCount
      parameters += tensor.elementCount
    }
    let family: String?
    let context: Int?
    switch checkpoint.format {
    case .gguf:
      family = checkpoint.metadata["general.architecture"]?.string
      context = family.flatMap { checkpoint.metadata[$0 + ".context_length"]?.integer }
    case .safetensors:
      family = checkpoint.configuration?["model_type"]?.string
      context = checkpoint.configuration?["max_position_embeddings"]?.integer
    }
    // The type that takes most bytes names the whole, as quantised files keep norms and some tables finer.
    let quantisation = bytesByType.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "none"
    self.init(
      name: name, path: checkpoint.path, identity: identity, family: family ?? "unknown", parameters: parameters,
      quantisation: quantisation, contextLength: context ?? 0, bytes: checkpoint.files.reduce(0) { $0 + $1.count })
  }
}
