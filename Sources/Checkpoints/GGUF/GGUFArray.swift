import Files

/// An array of GGUF metadata: its bytes stay in the mapped file and are decoded when asked for.
///
/// A vocabulary has hundreds of thousands of strings; opening a file must not make objects of them.
public struct GGUFArray: Sendable {
  /// The type of every element.
  public let elementType: GGUFValueType
  /// Number of elements.
  public let count: Int
  private let storage: Storage

  private enum Storage: Sendable {
    case mapped(MappedFile, Range<Int>)
    case owned([UInt8])
  }

  /// An array in a file; the range was checked to hold `count` whole elements.
  init(elementType: GGUFValueType, count: Int, file: MappedFile, range: Range<Int>) {
    self.elementType = elementType
    self.count = count
    storage = .mapped(file, range)
  }

  init(elementType: GGUFValueType, count: Int, encoded: [UInt8]) {
    self.elementType = elementType
    self.count = count
    storage = .owned(encoded)
  }

  /// Calls `body` with the elements as they lie in the file: little-endian numbers, strings behind their lengths.
  func withEncodedBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch storage {
    case .mapped(let file, let range):
      withExtendedLifetime(file) { body(UnsafeRawBufferPointer(rebasing: file.bytes[range])) }
    case .owned(let bytes): bytes.withUnsafeBytes(body)
    }
  }
}

extension GGUFArray {
  /// An array of strings.
  public init(_ strings: [String]) {
    var encoded: [UInt8] = []
    for string in strings { GGUFValue.string(string).encode(to: &encoded) }
    self.init(elementType: .string, count: strings.count, encoded: encoded)
  }

  /// An array of 32-bit integers.
  public init(_ integers: [Int32]) {
    self.init(elementType: .int32, values: integers.map { .int32($0) })
  }

  /// An array of 32-bit floating-point numbers.
  public init(_ numbers: [Float]) {
    self.init(elementType: .float32, values: numbers.map { .float32($0) })
  }

  /// An array of values that all have the type named.
  public init(elementType: GGUFValueType, values: [GGUFValue]) {
    precondition(values.allSatisfy { $0.type == elementType }, "a GGUF array holds values of one type")
    var encoded: [UInt8] = []
    for value in values { value.encode(to: &encoded) }
    self.init(elementType: elementType, count: values.count, encoded: encoded)
  }
}

extension GGUFArray {
  /// The elements in order, decoded one after the other; never all at once.
  public var elements: [GGUFValue] {
    var values: [GGUFValue] = []
    values.reserveCapacity(count)
    forEachElement { values.append($0) }
    return values
  }

  /// Calls `body` with every element in order.
  public func forEachElement(_ body: (GGUFValue) -> Void) {
    visitElements(while: { value in
      body(value)
      return true
    })
  }

  /// Calls `body` with the elements in order until it answers false.
  public func visitElements(while body: (GGUFValue) -> Bool) {
    withEncodedBytes { bytes in
      var position = 0
      for _ in 0..<count {
        guard body(GGUFArray.decode(elementType, from: bytes, at: &position)) else { return }
      }
    }
  }

  /// Calls `body` with the bytes of every string in order; does nothing for an array of another type.
  ///
  /// Vocabularies of byte-level models may hold pieces of characters, so strings in arrays need not be UTF-8.
  public func forEachString(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard elementType == .string else { return }
    withEncodedBytes { bytes in
      var position = 0
      for _ in 0..<count {
        let length = Int(bytes.load64(at: position))
        body(UnsafeRawBufferPointer(rebasing: bytes[position + 8..<position + 8 + length]))
        position += 8 + length
      }
    }
  }

  /// The strings, with bytes that are not UTF-8 replaced; nil for an array of another type.
  public var strings: [String]? {
    guard elementType == .string else { return nil }
    var result: [String] = []
    result.reserveCapacity(count)
    forEachString { result.append(String(decoding: $0, as: UTF8.self)) }
    return result
  }

  /// The bytes of the strings; nil for an array of another type.
  public var stringBytes: [[UInt8]]? {
    guard elementType == .string else { return nil }
    var result: [[UInt8]] = []
    result.reserveCapacity(count)
    forEachString { result.append(Array($0)) }
    return result
  }

  /// The elements of an array of any integer type; nil for another type or a value that does not fit.
  public var integers: [Int]? { numbers(\.integer) }

  /// The elements of an array of any integer type as 32-bit integers; nil for another type or one that does not fit.
  public var int32s: [Int32]? { numbers { $0.integer.flatMap { Int32(exactly: $0) } } }

  /// The elements of an array of any number type, rounded to 32 bits; nil for another type.
  public var floats: [Float]? { numbers { $0.double.map { Float($0) } } }

  private func numbers<Number>(_ convert: (GGUFValue) -> Number?) -> [Number]? {
    guard elementType != .string, elementType != .array else { return nil }
    var result: [Number] = []
    result.reserveCapacity(count)
    visitElements(while: { value in
      guard let number = convert(value) else { return false }
      result.append(number)
      return true
    })
    return result.count == count ? result : nil
  }

  /// Decodes a value that was checked when the file was opened.
  private static func decode(
    _ type: GGUFValueType, from bytes: UnsafeRawBufferPointer, at position: inout Int
  ) -> GGUFValue {
    let start = position
    switch type {
    case .string:
      let length = Int(bytes.load64(at: start))
      position = start + 8 + length
      return .string(String(decoding: bytes[start + 8..<position], as: UTF8.self))
    case .array:
      let count = Int(bytes.load64(at: start + 4))
      guard let inner = GGUFValueType(rawValue: UInt32(truncatingIfNeeded: bytes.load(start, size: 4))) else {
        preconditionFailure("array types were checked on opening")
      }
      position = start + 12
      for _ in 0..<count { skip(inner, in: bytes, at: &position) }
      let encoded = Array(bytes[start + 12..<position])
      return .array(GGUFArray(elementType: inner, count: count, encoded: encoded))
    default:
      let size = type.fixedSize ?? 0
      position = start + size
      return GGUFValue(type, bits: bytes.load(start, size: size))
    }
  }

  private static func skip(_ type: GGUFValueType, in bytes: UnsafeRawBufferPointer, at position: inout Int) {
    if type == .array {
      _ = decode(.array, from: bytes, at: &position)
    } else {
      position += type.fixedSize ?? 8 + Int(bytes.load64(at: position))
    }
  }
}

extension GGUFArray: Hashable {
  /// Arrays are equal when type, count and bytes are; NaN equals itself.
  public static func == (left: GGUFArray, right: GGUFArray) -> Bool {
    left.elementType == right.elementType && left.count == right.count
      && left.withEncodedBytes { a in right.withEncodedBytes { b in a.elementsEqual(b) } }
  }

  /// Hashes the type and the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(elementType)
    hasher.combine(count)
    withEncodedBytes { hasher.combine(bytes: $0) }
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian unsigned number of 1...8 bytes, from any address.
  func load(_ offset: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return value
  }

  /// A little-endian 64-bit number, from any address.
  func load64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
