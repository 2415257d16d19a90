import Files
import TestSupport
import Testing

/// The model that a fresh machine fetches; LATHE_TEST_MODEL names another place.
enum DefaultModel {
  static let fileName = "SmolLM2-135M-Instruct.Q4_1.gguf"

  static let path: String? = {
    let path = Fixtures.environment("LATHE_TEST_MODEL") ?? DataFolders.models + "/" + fileName
    return (try? MappedFile(path: path)) == nil ? nil : path
  }()
}

extension Trait where Self == ConditionTrait {
  static var needsDefaultModel: Self {
    .enabled(if: DefaultModel.path != nil, "\(DefaultModel.fileName) is not in the models folder")
  }
}
