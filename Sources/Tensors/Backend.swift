/// What runs the arithmetic: memory and the primitives that models need.
///
/// The primitives trust their arguments: the operations of `Tensor` check shapes and types first and are what layers
/// call. Activations are F32. Results do not depend on how many rows are computed in one call, nor on threads.
public protocol Backend: AnyObject, Sendable {
  /// The backend and what it runs on, as a status line shows it.
  var name: String { get }

  // MARK: Memory

  /// A tensor whose elements are not set yet.
  func allocate(_ shape: Shape, _ elementType: ElementType) throws(TensorError) -> Tensor
  /// A tensor with a copy of `bytes`, which holds exactly its elements.
  func tensor(
    copying bytes: UnsafeRawBufferPointer, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor
  /// A tensor over memory that lives as long as `owner` (a mapped file); copied where the backend cannot read it.
  func tensor(
    sharing bytes: UnsafeRawBufferPointer, owner: AnyObject, shape: Shape, elementType: ElementType
  ) throws(TensorError) -> Tensor
  /// Gives `body` the bytes of the elements, after all work on them is done.
  func withBytes<Result, Failure: Error>(
    of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result

  // MARK: Products

  /// A weight `[rows, columns]` as this backend multiplies it fastest; called once per load.
  func prepare(_ weight: Tensor) throws(TensorError) -> LinearWeight
  /// `x [tokens, columns]` through one projection, plus `residual [tokens, rows]`: `[tokens, rows]`.
  func linear(_ x: Tensor, _ projection: Projection, addedTo residual: Tensor?) throws(TensorError) -> Tensor
  /// `norm(x)` through several projections of the same columns at once.
  func linear(_ x: Tensor, norm: RowNorm?, _ projections: [Projection]) throws(TensorError) -> [Tensor]
  /// `activation(gate(norm(x))) * up(norm(x))`: `[tokens, rows]`.
  func gatedLinear(
    _ x: Tensor, norm: RowNorm?, gate: Projection, up: Projection, _ activation: Activation
  ) throws(TensorError) -> Tensor

  // MARK: Attention

  /// Rotates the first values of every head of `x [tokens, heads * headSize]` in place.
  func rotate(_ x: inout Tensor, headSize: Int, _ rotation: Rotation) throws(TensorError)
  /// Writes `x [tokens, heads * headSize]` into `cache [heads, capacity, headSize]` from `position` on.
  func store(_ x: Tensor, into cache: Tensor, at position: Int)
  /// Rotates queries and keys, both `[tokens, heads * headSize]`, in place, and writes keys and values into their caches.
  func rotateAndStore(
    queries: inout Tensor, keys: inout Tensor, values: Tensor, _ rotation: Rotation, keyCache: Tensor,
    valueCache: Tensor, at position: Int
  ) throws(TensorError)
  /// Attention of `queries [tokens, heads * headSize]` over `keys` and `values`, both `[kvHeads, capacity, headSize]`.
  func attention(
    _ queries: Tensor, keys: Tensor, values: Tensor, _ options: AttentionOptions
  ) throws(TensorError) -> Tensor

  // MARK: Rows and elements

  /// Rows `indices` of a table `[rows, width]` of any type, as F32 `[indices.count, width]`.
  func gather(_ table: Tensor, _ indices: [Int32]) throws(TensorError) -> Tensor
  /// Root-mean-square norm of each row.
  func rmsNorm(_ x: Tensor, _ norm: RowNorm) throws(TensorError) -> Tensor
  /// Each row shifted and scaled to mean 0 and variance 1, times `weight` plus `bias`.
  func layerNorm(_ x: Tensor, weight: Tensor?, bias: Tensor?, epsilon: Float) throws(TensorError) -> Tensor
  /// Softmax of each row.
  func softmax(_ x: Tensor) throws(TensorError) -> Tensor
  /// The largest element of each row, where it is, and `log(sum(exp(row)))`.
  func rowStatistics(_ x: Tensor) -> [RowStatistics]
  /// Element by element `x + y`.
  func add(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor
  /// Element by element `x * y`.
  func multiply(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor
  /// Every element times `factor`.
  func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor
  /// Every element through an activation function.
  func activate(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor
  /// `activation(gate) * up`.
  func activateMultiply(gate: Tensor, up: Tensor, _ activation: Activation) throws(TensorError) -> Tensor
  /// The elements in another type: any type to F32; F32 to any type that `canBeWritten`.
  func convert(_ x: Tensor, to elementType: ElementType) throws(TensorError) -> Tensor
  /// The rows of several F32 tensors of one width, one after the other.
  func concatenate(_ parts: [Tensor]) throws(TensorError) -> Tensor
}

/// The weight of a linear layer, prepared once per load by the backend that multiplies it.
public final class LinearWeight: Sendable {
  /// The weight as the checkpoint stores it, `[rows, columns]`.
  public let source: Tensor
  /// The backend's own copy in the order its kernels read; nil when they read `source`.
  package let packed: TensorStorage?

  /// Pairs a weight with the backend's copy of it.
  package init(source: Tensor, packed: TensorStorage?) {
    self.source = source
    self.packed = packed
  }

  /// Outputs.
  public var rows: Int { source.shape[0] }
  /// Inputs.
  public var columns: Int { source.shape[1] }
}

/// A linear map: a prepared weight `[rows, columns]` and an optional bias `[rows]` in F32.
public struct Projection: Sendable {
  /// The weight.
  public let weight: LinearWeight
  /// The bias added to every output row.
  public let bias: Tensor?

  /// Pairs a weight with a bias.
  public init(weight: LinearWeight, bias: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
  }
}

/// A root-mean-square norm of rows: `x / sqrt(mean(x^2) + epsilon) * (weight + weightOffset)`. Products take it together
/// with their input, so that normed rows need not go through memory.
public struct RowNorm: Sendable {
  /// Factors `[width]` in F32; nil for 1.
  public let weight: Tensor?
  /// What is added to every factor; 1 in Gemma.
  public let weightOffset: Float
  /// What is added to the mean square.
  public let epsilon: Float

  /// Creates a norm.
  public init(weight: Tensor?, weightOffset: Float = 0, epsilon: Float) {
    self.weight = weight
    self.weightOffset = weightOffset
    self.epsilon = epsilon
  }
}

/// The largest element of a row, its first place, and the row's log-sum-exp.
public struct RowStatistics: Sendable, Hashable {
  /// The largest element.
  public let maximum: Float
  /// The first index of the largest element.
  public let index: Int
  /// `log(sum(exp(row)))`, summed in double precision; a token's log probability is its logit minus this.
  public let logSumExp: Double

  /// Creates the statistics of a row.
  public init(maximum: Float, index: Int, logSumExp: Double) {
    self.maximum = maximum
    self.index = index
    self.logSumExp = logSumExp
  }
}
