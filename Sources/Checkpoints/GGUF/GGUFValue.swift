/// A value of GGUF metadata.
public enum GGUFValue: Hashable, Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case uint64(UInt64)
  case int64(Int64)
  case float32(Float)
  case float64(Double)
  case bool(Bool)
  case string(String)
  case array(GGUFArray)

  /// The value's type, in GGUF's words.
  public var type: GGUFValueType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .string: .string
    case .array: .array
    }
  }

  /// The value of any integer type, when it fits.
  public var integer: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    default: nil
    }
  }

  /// The value of any number type.
  public var double: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    case .uint64(let value): Double(value)
    default: integer.map { Double($0) }
    }
  }

  /// The value of a boolean.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The text of a string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The array.
  public var array: GGUFArray? { if case .array(let value) = self { value } else { nil } }
}

/// The types of metadata values, with the numbers that GGUF files use.
public enum GGUFValueType: UInt32, Sendable, Hashable, CaseIterable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The type's name, as the specification has it.
  public var name: String { String(describing: self) }

  /// Bytes of a value; nil for strings and arrays, whose values say their length.
  var fixedSize: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  /// The fewest bytes a value takes: an empty string is its length, an empty array its type and length.
  var smallestSize: Int { fixedSize ?? (self == .string ? 8 : 12) }
}

extension GGUFValue {
  /// A value of a fixed size from its bits.
  init(_ type: GGUFValueType, bits: UInt64) {
    switch type {
    case .uint8: self = .uint8(UInt8(truncatingIfNeeded: bits))
    case .int8: self = .int8(Int8(truncatingIfNeeded: bits))
    case .uint16: self = .uint16(UInt16(truncatingIfNeeded: bits))
    case .int16: self = .int16(Int16(truncatingIfNeeded: bits))
    case .uint32: self = .uint32(UInt32(truncatingIfNeeded: bits))
    case .int32: self = .int32(Int32(truncatingIfNeeded: bits))
    case .uint64: self = .uint64(bits)
    case .int64: self = .int64(Int64(bitPattern: bits))
    case .float32: self = .float32(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float64: self = .float64(Double(bitPattern: bits))
    case .bool: self = .bool(bits != 0)
    case .string, .array: preconditionFailure("strings and arrays have no fixed size")
    }
  }

  /// Appends the value as a GGUF file has it, without its type.
  func encode(to output: inout [UInt8]) {
    switch self {
    case .uint8(let value): output.append(value)
    case .int8(let value): output.append(UInt8(bitPattern: value))
    case .uint16(let value): output.append(littleEndian: value)
    case .int16(let value): output.append(littleEndian: value)
    case .uint32(let value): output.append(littleEndian: value)
    case .int32(let value): output.append(littleEndian: value)
    case .uint64(let value): output.append(littleEndian: value)
    case .int64(let value): output.append(littleEndian: value)
    case .float32(let value): output.append(littleEndian: value.bitPattern)
    case .float64(let value): output.append(littleEndian: value.bitPattern)
    case .bool(let value): output.append(value ? 1 : 0)
    case .string(let value):
      output.append(littleEndian: UInt64(value.utf8.count))
      output += value.utf8
    case .array(let value):
      output.append(littleEndian: value.elementType.rawValue)
      output.append(littleEndian: UInt64(value.count))
      value.withEncodedBytes { output.append(contentsOf: $0) }
    }
  }
}

extension [UInt8] {
  /// Appends the bytes of a number, lowest first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
