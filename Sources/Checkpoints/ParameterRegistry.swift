import Files
public import Tensors

/// The parameters of a model in the order its layers read them: what listing, saving and training walk.
public struct ParameterRegistry: Sendable {
  /// A parameter of a model.
  public struct Parameter: Sendable {
    /// The name in the checkpoint.
    public let name: String
    /// The name in code: Hugging Face's.
    public let path: String
    /// The element type in the checkpoint.
    public let storedType: ElementType
    /// Bytes in the checkpoint.
    public let byteCount: Int
    /// The tensor as the model uses it.
    public let tensor: Tensor

    /// The dimensions, outermost first.
    public var shape: Shape { tensor.shape }
  }

  /// The parameters in the order they were read; each once, however many layers share it.
  public let parameters: [Parameter]
  /// Bytes of the backend's own copies, packed for its products.
  public let packedBytes: Int

  /// Numbers in all parameters.
  public var elementCount: Int { parameters.reduce(0) { $0 + $1.tensor.elementCount } }

  /// Bytes of all parameters in the checkpoint.
  public var byteCount: Int { parameters.reduce(0) { $0 + $1.byteCount } }

  /// The stored element type with the most bytes.
  public var mainType: ElementType {
    var bytes: [ElementType: Int] = [:]
    for parameter in parameters { bytes[parameter.storedType, default: 0] += parameter.byteCount }
    return ElementType.allCases.max { bytes[$0, default: 0] < bytes[$1, default: 0] } ?? .f32
  }
}

/// A checkpoint does not hold the parameters of the model that it says it is; everything wrong is listed.
public struct ParameterError: Error, Hashable, CustomStringConvertible {
  /// A tensor of the wrong shape or of a type that cannot be computed with.
  public struct Mismatch: Hashable, Sendable {
    /// The name in the checkpoint.
    public let name: String
    /// What the model wants.
    public let expected: String
    /// What the checkpoint has.
    public let got: String
  }

  /// The checkpoint.
  public let path: String
  /// Names that the model wants and the checkpoint lacks.
  public let missing: [String]
  /// Tensors that do not fit.
  public let mismatched: [Mismatch]
  /// Names that the checkpoint has and the model does not know.
  public let unused: [String]

  /// Names of one kind in a message; the properties hold all.
  static let shownNames = 40

  /// All faults in one line; beyond 40 of a kind their number.
  public var description: String {
    let mismatches = mismatched.map { "\($0.name) (expected \($0.expected), got \($0.got))" }
    let parts = [("missing", missing), ("mismatched", mismatches), ("unused", unused)].compactMap { kind, names in
      names.isEmpty ? nil : "\(names.count) \(kind): " + ParameterError.list(names)
    }
    return escapingControls("\(path): the tensors are not those of the model: " + parts.joined(separator: "; "))
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(shownNames).joined(separator: ", ")
    return names.count > shownNames ? shown + " and \(names.count - shownNames) more" : shown
  }
}
