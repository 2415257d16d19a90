public import Checkpoints
public import Tensors

/// A table of vectors, one per token.
public struct Embedding: Sendable {
  /// The table `[vocabulary, width]` as the checkpoint stores it.
  public let table: Tensor

  /// Reads `weight [vocabulary, width]`.
  public init(_ scope: ParameterScope, _ vocabulary: Int, _ width: Int) throws(TensorError) {
    table = try scope.tensor("weight", [vocabulary, width])
  }

  /// The vectors of tokens, F32 `[tokens, width]`.
  ///
  /// - Throws: `TensorError` naming a token outside the vocabulary.
  public func callAsFunction(_ tokens: [Int32]) throws(TensorError) -> Tensor { try table.gather(tokens) }
}
