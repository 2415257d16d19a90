/// How far converted elements are from what they were.
public struct QuantizationError: Sendable, Hashable {
  /// The sum of the squared differences.
  public private(set) var squaredError = 0.0
  /// The sum of the squares of the elements as they were.
  public private(set) var squaredValues = 0.0

  /// No elements yet.
  public init() {}

  /// Root of the squared error over the squared values; 0 where there were none.
  public var relative: Double { squaredValues > 0 ? (squaredError / squaredValues).squareRoot() : 0 }

  /// Adds the elements of another.
  public mutating func add(_ other: QuantizationError) {
    squaredError += other.squaredError
    squaredValues += other.squaredValues
  }

  /// The distance of two lists of equal length; nil when an element of either is an infinity or NaN.
  init?(before: UnsafeBufferPointer<Float>, after: UnsafeBufferPointer<Float>) {
    // Eight sums at a time: one alone would wait for itself.
    var (errors, values, faults) = (SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Float>.zero)
    let (old, new) = (UnsafeRawBufferPointer(before), UnsafeRawBufferPointer(after))
    let whole = before.count / 8 * 8
    for index in stride(from: 0, to: whole, by: 8) {
      let x = old.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
      let y = new.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
      let difference = SIMD8<Double>(x - y)
      errors += difference * difference
      values += SIMD8<Double>(x) * SIMD8<Double>(x)
      // Zero for finite numbers, NaN for all else.
      faults += (x - x) + (y - y)
    }
    for index in whole..<before.count {
      let (x, y) = (before[index], after[index])
      errors[0] += Double(x - y) * Double(x - y)
      values[0] += Double(x) * Double(x)
      faults[0] += (x - x) + (y - y)
    }
    guard faults == .zero else { return nil }
    (squaredError, squaredValues) = (errors.sum(), values.sum())
  }
}
