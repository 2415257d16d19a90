import CKernels
import TestSupport
import Testing

/// A block format with the places of its f16 scales, which random bytes must not fill.
struct BlockType: Sendable, CustomTestStringConvertible {
  let name: String
  let type: element_type
  /// The number ggml gives the type in files.
  let fileNumber: UInt32
  /// Byte offsets of f16 fields in a block.
  let halves: [Int]
  /// The largest factor of the second of them: its share of a value is at most that times its magnitude.
  let largestMinimum: Double

  var testDescription: String { name }
  var blockLength: Int { element_block_length(type) }
  var blockBytes: Int { element_block_bytes(type) }

  static let all: [BlockType] = [
    BlockType("Q8_0", ELEMENT_Q8_0, 8, [0]), BlockType("Q4_0", ELEMENT_Q4_0, 2, [0]),
    BlockType("Q4_1", ELEMENT_Q4_1, 3, [0, 2], 1), BlockType("Q5_0", ELEMENT_Q5_0, 6, [0]),
    BlockType("Q5_1", ELEMENT_Q5_1, 7, [0, 2], 1), BlockType("Q2_K", ELEMENT_Q2_K, 10, [80, 82], 15),
    BlockType("Q3_K", ELEMENT_Q3_K, 11, [108]), BlockType("Q4_K", ELEMENT_Q4_K, 12, [0, 2], 63),
    BlockType("Q5_K", ELEMENT_Q5_K, 13, [0, 2], 63), BlockType("Q6_K", ELEMENT_Q6_K, 14, [208]),
    BlockType("IQ4_NL", ELEMENT_IQ4_NL, 20, [0]), BlockType("IQ4_XS", ELEMENT_IQ4_XS, 23, [0]),
    BlockType("MXFP4", ELEMENT_MXFP4, 39, []),
  ]

  private init(
    _ name: String, _ type: element_type, _ fileNumber: UInt32, _ halves: [Int], _ largestMinimum: Double = 0
  ) {
    (self.name, self.type, self.fileNumber) = (name, type, fileNumber)
    (self.halves, self.largestMinimum) = (halves, largestMinimum)
  }

  /// The bound of the random scales.
  static let scaleBound: Float = 0.01

  /// Blocks of random codes with scales in (-scaleBound, scaleBound); MXFP4 now and then has its smallest ones.
  func randomBlocks(elements: Int, _ random: inout TestRandom) -> [UInt8] {
    var bytes = (0..<type.byteCount(elements)).map { _ in UInt8(truncatingIfNeeded: random.bits()) }
    for block in 0..<elements / blockLength {
      let start = block * blockBytes
      for offset in halves {
        let half = Self.halfBits(random.float(Self.scaleBound))
        bytes[start + offset] = UInt8(half & 0xFF)
        bytes[start + offset + 1] = UInt8(half >> 8)
      }
      if type == ELEMENT_MXFP4 {
        bytes[start] = block % 17 == 16 ? UInt8(random.bits() % 4) : UInt8(114 + random.bits() % 8)
      }
    }
    return bytes
  }

  private static func halfBits(_ value: Float) -> UInt16 {
    var half: UInt16 = 0
    withUnsafePointer(to: value) { KernelTable.scalar.functions.from_f32(ELEMENT_F16, $0, &half, 1) }
    return half
  }

  func dequantized(_ blocks: [UInt8], with table: KernelTable = .scalar) -> [Float] {
    var values = [Float](repeating: .nan, count: blocks.count / blockBytes * blockLength)
    table.functions.to_f32(type, blocks, &values, values.count)
    return values
  }
}

/// Activations rounded by a table, in buffers that end at guard pages.
struct RoundedActivations {
  let values: GuardedBuffer
  let scales: GuardedBuffer
  let sums: GuardedBuffer
  let columns: Int

  init(_ x: [Float], columns: Int, with table: KernelTable = .scalar, slack: Int = 0) throws {
    self.columns = columns
    let source = try GuardedBuffer(x, slack: slack * 4)
    values = try GuardedBuffer(byteCount: x.count, slack: slack)
    scales = try GuardedBuffer(byteCount: x.count / 32 * 4, slack: slack * 4)
    sums = try GuardedBuffer(byteCount: x.count / 16 * 2, slack: slack * 2)
    table.functions.quantize_activations(
      source.pointer(to: Float.self), x.count, values.pointer(to: Int8.self), scales.pointer(to: Float.self),
      sums.pointer(to: Int16.self))
  }

  /// The activations from a token on, as a job takes them.
  func from(token: Int) -> quantized_activations {
    quantized_activations(
      values: values.pointer(to: Int8.self) + token * columns,
      scales: scales.pointer(to: Float.self) + token * columns / 32,
      sums: sums.pointer(to: Int16.self) + token * columns / 16)
  }

  /// What the rounded activations stand for.
  var dequantized: [Double] {
    let factors = scales.values(of: Float.self)
    return values.values(of: Int8.self).enumerated().map { Double($1) * Double(factors[$0 / 32]) }
  }
}

/// A little reader of the tensors in the GGUF files of the fixtures, which are known to be well-formed.
struct FixtureTensors {
  private let bytes: [UInt8]
  private var position = 8
  private(set) var tensors: [String: (fileNumber: UInt32, elements: Int, offset: Int)] = [:]
  private var dataStart = 0

  init(path: String) throws {
    bytes = try Fixtures.bytes(path)
    let (tensorCount, keyCount) = (take(UInt64.self), take(UInt64.self))
    var alignment = 32
    for _ in 0..<keyCount {
      let key = takeString()
      let type = take(UInt32.self)
      if key == "general.alignment" { alignment = Int(bytes[position]) }
      skipValue(type)
    }
    for _ in 0..<tensorCount {
      let name = takeString()
      let dimensions = (0..<take(UInt32.self)).map { _ in Int(take(UInt64.self)) }
      tensors[name] = (take(UInt32.self), dimensions.reduce(1, *), Int(take(UInt64.self)))
    }
    dataStart = (position + alignment - 1) / alignment * alignment
  }

  func blocks(_ name: String, _ type: BlockType) -> [UInt8]? {
    guard let tensor = tensors[name], tensor.fileNumber == type.fileNumber else { return nil }
    return Array(bytes[(dataStart + tensor.offset)...].prefix(type.type.byteCount(tensor.elements)))
  }

  private mutating func take<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) -> Value {
    defer { position += MemoryLayout<Value>.size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: type) }
  }

  private mutating func takeString() -> String {
    let count = Int(take(UInt64.self))
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  private mutating func skipValue(_ type: UInt32) {
    switch type {
    case 0, 1, 7: position += 1
    case 2, 3: position += 2
    case 8: _ = takeString()
    case 9:
      let element = take(UInt32.self)
      for _ in 0..<take(UInt64.self) { skipValue(element) }
    case 10...12: position += 8
    default: position += 4
    }
  }
}
