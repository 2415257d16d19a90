/// The dimensions of a tensor, outermost first; kept inline, so that making one allocates nothing.
public struct Shape: Sendable, Hashable {
  /// The most dimensions a shape can have.
  public static let maximumRank = 6

  /// The number of dimensions.
  public let count: Int
  // Dimensions beyond `count` are 0, so that equality and hashing may compare all of them.
  private var dimensions: (Int, Int, Int, Int, Int, Int)

  /// The shape of a single number.
  public init() {
    count = 0
    dimensions = (0, 0, 0, 0, 0, 0)
  }

  /// A shape of one dimension.
  public init(_ first: Int) {
    count = 1
    dimensions = (first, 0, 0, 0, 0, 0)
  }

  /// A shape of two dimensions.
  public init(_ first: Int, _ second: Int) {
    count = 2
    dimensions = (first, second, 0, 0, 0, 0)
  }

  /// A shape of three dimensions.
  public init(_ first: Int, _ second: Int, _ third: Int) {
    count = 3
    dimensions = (first, second, third, 0, 0, 0)
  }

  /// A shape from any sequence of dimensions; nil when there are more than `maximumRank` or one is negative.
  public init?(exactly list: some Collection<Int>) {
    guard list.count <= Shape.maximumRank, list.allSatisfy({ $0 >= 0 }) else { return nil }
    self.init(list: list)
  }

  private init(list: some Collection<Int>) {
    precondition(list.count <= Shape.maximumRank, "a shape has at most \(Shape.maximumRank) dimensions")
    count = list.count
    dimensions = (0, 0, 0, 0, 0, 0)
    for (index, dimension) in list.enumerated() { set(index, dimension) }
  }

  private mutating func set(_ index: Int, _ dimension: Int) {
    switch index {
    case 0: dimensions.0 = dimension
    case 1: dimensions.1 = dimension
    case 2: dimensions.2 = dimension
    case 3: dimensions.3 = dimension
    case 4: dimensions.4 = dimension
    default: dimensions.5 = dimension
    }
  }

  /// The product of the dimensions, 1 for a single number. A tensor's shape never overflows: creating one checks.
  public var elementCount: Int { reduce(1, *) }

  /// The last dimension, 1 for a single number.
  public var width: Int { count == 0 ? 1 : self[count - 1] }

  /// How many rows of `width` there are: the product of all dimensions but the last.
  public var rows: Int {
    var product = 1
    for index in 0..<Swift.max(0, count - 1) { product *= self[index] }
    return product
  }

  /// The same shape with another last dimension.
  public func replacingLast(_ width: Int) -> Shape {
    precondition(count > 0, "a single number has no last dimension")
    var result = self
    result.set(count - 1, width)
    return result
  }

  /// Whether all dimensions are equal.
  public static func == (left: Shape, right: Shape) -> Bool {
    left.count == right.count && left.dimensions.0 == right.dimensions.0 && left.dimensions.1 == right.dimensions.1
      && left.dimensions.2 == right.dimensions.2 && left.dimensions.3 == right.dimensions.3
      && left.dimensions.4 == right.dimensions.4 && left.dimensions.5 == right.dimensions.5
  }

  /// Hashes the dimensions.
  public func hash(into hasher: inout Hasher) {
    for dimension in self { hasher.combine(dimension) }
  }
}

extension Shape: RandomAccessCollection {
  /// 0, the outermost dimension.
  public var startIndex: Int { 0 }
  /// The number of dimensions.
  public var endIndex: Int { count }

  /// A dimension, counted from the outermost.
  public subscript(index: Int) -> Int {
    precondition(index >= 0 && index < count, "dimension \(index) of a shape of \(count)")
    return switch index {
    case 0: dimensions.0
    case 1: dimensions.1
    case 2: dimensions.2
    case 3: dimensions.3
    case 4: dimensions.4
    default: dimensions.5
    }
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  /// A shape written as a literal of at most `maximumRank` dimensions.
  public init(arrayLiteral elements: Int...) { self.init(list: elements) }

  /// "[4, 300]".
  public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
