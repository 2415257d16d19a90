public import Checkpoints
import Files
import JSONText
public import Tensors

/// Families of language models, found by the architecture that a checkpoint names.
enum ModelRegistry {
  /// What loads a family's checkpoints.
  typealias Load = @Sendable (any Checkpoint, any Backend) throws -> any LanguageModel

  /// Loaders by GGUF's `general.architecture` and by Hugging Face's `model_type`.
  static let families: [String: Load] = [
    "llama": { try Llama($0, backend: $1) },
    "mistral": { try Llama($0, backend: $1) },
  ]

  /// The architecture a checkpoint names.
  static func architecture(of checkpoint: any Checkpoint) throws(ModelError) -> String {
    switch checkpoint.format {
    case .gguf:
      return try ConfigurationReader(checkpoint, prefix: "").text("general.architecture")
    case .safetensors:
      return try ConfigurationReader(huggingFace: checkpoint).text("model_type")
    }
  }
}

extension ConfigurationReader {
  /// Reads a checkpoint folder's config.json.
  init(huggingFace checkpoint: any Checkpoint) throws(ModelError) {
    guard let object = checkpoint.configuration else {
      throw ModelError(
        path: checkpoint.path,
        problem: "expected a config.json beside the weights, got none; name the model's folder, or a GGUF file")
    }
    self.init(object, path: checkpoint.path + "/config.json")
  }
}

/// Whether the runtime has the family of an architecture name.
public func hasLanguageModelFamily(_ architecture: String) -> Bool { ModelRegistry.families[architecture] != nil }

/// Loads the language model of a GGUF file or a Hugging Face folder.
///
/// Weights are mapped and packed for the backend's kernels once.
///
/// - Throws: `CheckpointError`, `ModelError`, `ParameterError` or `TensorError`, each one line.
public func loadLanguageModel(path: String, backend: any Backend) throws -> any LanguageModel {
  try loadLanguageModel(openCheckpoint(path), backend: backend)
}

/// Loads the language model of a checkpoint that is open.
public func loadLanguageModel(_ checkpoint: any Checkpoint, backend: any Backend) throws -> any LanguageModel {
  let architecture = try ModelRegistry.architecture(of: checkpoint)
  guard let load = ModelRegistry.families[architecture] else {
    let known = ModelRegistry.families.keys.sorted().joined(separator: ", ")
    throw ModelError(
      path: checkpoint.path, problem: "architecture: expected one of \(known), got '\(architecture.prefix(80))'")
  }
  return try load(checkpoint, backend)
}
