import Checkpoints
import Layers
public import Tensors

/// Runs reference cases of some entry and families. Modules above this one add their own to the list they verify with.
public protocol ReferenceRunner: Sendable {
  /// Whether this runner runs a case.
  func runs(_ reference: ReferenceCase) -> Bool
  /// The outputs by name.
  func outputs(of reference: ReferenceCase, on backend: any Backend) throws -> [String: ReferenceValue]
}

/// What a case came to.
public struct VerificationResult: Sendable {
  /// The case's folder.
  public let path: String
  /// What was run; empty when the case could not be read.
  public let entry: String
  /// Every expected output with its comparison.
  public let outputs: [(name: String, comparison: Comparison)]
  /// Why nothing could be compared.
  public let failure: String?

  /// Whether everything was computed and is within the tolerance.
  public var passes: Bool { failure == nil && outputs.allSatisfy { $0.comparison.passes } }
}

/// The runners of language models: entries `forward` and `generate`.
public let languageModelRunners: [any ReferenceRunner] = [ForwardRunner(), GenerateRunner()]

/// Runs the case in a folder with the first runner that takes it.
public func verify(path: String, runners: [any ReferenceRunner], backend: any Backend) -> VerificationResult {
  var entry = ""
  do {
    let reference = try ReferenceCase(path: path)
    entry = reference.entry
    guard let runner = runners.first(where: { $0.runs(reference) }) else {
      let failure = "not supported yet: entry '\(entry)' of family '\(reference.family)'"
      return VerificationResult(path: path, entry: entry, outputs: [], failure: failure)
    }
    let outputs = try runner.outputs(of: reference, on: backend)
    let comparisons = reference.outputs.map { name, expected in
      (name: name, comparison: Comparison(outputs[name], with: expected, tolerance: reference.tolerance))
    }
    return VerificationResult(path: path, entry: entry, outputs: comparisons, failure: nil)
  } catch {
    return VerificationResult(path: path, entry: entry, outputs: [], failure: "\(error)")
  }
}

/// One pass over `input_ids`: `logits` of all positions.
struct ForwardRunner: ReferenceRunner {
  func runs(_ reference: ReferenceCase) -> Bool {
    reference.entry == "forward" && hasLanguageModelFamily(reference.family)
  }

  func outputs(of reference: ReferenceCase, on backend: any Backend) throws -> [String: ReferenceValue] {
    try reference.checkInputs(known: ["input_ids"])
    let model = try loadLanguageModel(path: reference.path, backend: backend)
    let batch = try reference.tokens("input_ids")
    var elements: [Float] = []
    for tokens in batch {
      let cache = try model.makeCache(capacity: max(1, tokens.count), elementType: .f32)
      elements += try model(tokens, cache: cache, logits: .all).floats()
    }
    let shape = [batch.count, batch.first?.count ?? 0, model.configuration.vocabularySize]
    return ["logits": ReferenceValue(shape: shape, elements: .floats(elements))]
  }
}

/// Greedy decoding from `input_ids`: `sequences`, and `step_logits` that each token was chosen from.
struct GenerateRunner: ReferenceRunner {
  func runs(_ reference: ReferenceCase) -> Bool {
    reference.entry == "generate" && hasLanguageModelFamily(reference.family)
  }

  func outputs(of reference: ReferenceCase, on backend: any Backend) throws -> [String: ReferenceValue] {
    try reference.checkInputs(known: ["input_ids"])
    let model = try loadLanguageModel(path: reference.path, backend: backend)
    let settings = ConfigurationReader(
      reference.settings, path: reference.path + "/reference.json", prefix: "settings.")
    let limit = try settings.integer("max_new_tokens")
    let stops = try settings.text("stop", default: "at eos_token_id").hasPrefix("at ")
    let ends = stops ? Set(model.configuration.endTokens) : []
    let batch = try reference.tokens("input_ids")
    var sequences: [Int] = []
    var stepLogits: [Float] = []
    var length = 0
    for prompt in batch {
      var sequence = prompt
      var fed = prompt
      let cache = try model.makeCache(capacity: prompt.count + limit, elementType: .f32)
      for _ in 0..<limit {
        let logits = try model(fed, cache: cache, logits: .last)
        stepLogits += logits.floats()
        let best = Int32(try logits.rowStatistics()[0].index)
        sequence.append(best)
        if ends.contains(best) { break }
        fed = [best]
      }
      length = sequence.count
      sequences += sequence.map { Int($0) }
    }
    let new = length - (batch.first?.count ?? 0)
    let vocabulary = model.configuration.vocabularySize
    return [
      "sequences": ReferenceValue(shape: [batch.count, length], elements: .integers(sequences)),
      "step_logits": ReferenceValue(shape: [batch.count, new, vocabulary], elements: .floats(stepLogits)),
    ]
  }
}
