public import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The model that a fresh machine fetches; LATHE_TEST_MODEL names another place.
public enum DefaultModel {
  /// The file, `nil` where it was not fetched.
  public static let path: String? = {
    let home = Fixtures.environment("HOME") ?? ""
    let data = Fixtures.environment("XDG_DATA_HOME").flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.local/share"
    let path = Fixtures.environment("LATHE_TEST_MODEL") ?? data + "/lathe/models/smollm2-135m.gguf"
    return access(path, R_OK) == 0 ? path : nil
  }()
}

extension Trait where Self == ConditionTrait {
  /// Runs the test only where the default model is.
  public static var needsDefaultModel: Self {
    .enabled(if: DefaultModel.path != nil, "the default model is absent: fetch it with lathe pull smollm2-135m")
  }
}
