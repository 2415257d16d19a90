import ArgumentParser
import Downloads
import Inference
import Tensors

/// Which model to use, and on how much of the machine.
struct ModelOptions: ParsableArguments {
  @Option(help: "A pulled model's name, a GGUF file or a Hugging Face folder (default: \(KnownModel.standard.name)).")
  var model: String?

  @Option(help: "Threads that compute; default: the processors this program may use.")
  var threads = CPUBackend.availableProcessors

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads \(threads): expected 1 to 1024")
    }
  }

  /// Loads the model.
  func load() throws -> LoadedModel { try load(on: CPUBackend(threads: threads)) }

  /// Loads the model on a backend.
  func load(on backend: any Backend) throws -> LoadedModel {
    let found = try ModelStore().find(model ?? KnownModel.standard.name)
    return try LoadedModel(path: found.path, name: found.name, backend: backend)
  }
}

/// How much a context holds, and in which numbers.
struct ContextOptions: ParsableArguments {
  @Option(help: "Tokens of context; default: what the model was trained for.")
  var context: Int?

  @Option(help: "Numbers of the KV cache: f32, f16, bf16 or q8_0.")
  var cacheType: CacheType = .f16

  enum CacheType: String, ExpressibleByArgument, CaseIterable {
    case f32, f16, bf16
    case q8_0  // swift-format-ignore: AlwaysUseLowerCamelCase

    var elementType: ElementType {
      switch self {
      case .f32: .f32
      case .f16: .f16
      case .bf16: .bf16
      case .q8_0: .q8_0
      }
    }
  }

  /// Opens a context on a model.
  func open(_ model: LoadedModel) throws -> Generator {
    try Generator(model, contextLength: context, cacheType: cacheType.elementType)
  }
}
