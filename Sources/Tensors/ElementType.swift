package import CKernels

/// The type of a tensor's elements: plain numbers, or ggml's blocks of quantised numbers (layouts of ggml-common.h).
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u8 = "U8"
  case q8_0 = "Q8_0"
  case q4_0 = "Q4_0"
  case q4_1 = "Q4_1"
  case q5_0 = "Q5_0"
  case q5_1 = "Q5_1"
  case q2_K = "Q2_K"
  case q3_K = "Q3_K"
  case q4_K = "Q4_K"
  case q5_K = "Q5_K"
  case q6_K = "Q6_K"
  case iq4_NL = "IQ4_NL"
  case iq4_XS = "IQ4_XS"
  case mxfp4 = "MXFP4"

  /// The name that ggml and safetensors print, "Q4_1" or "BF16".
  @inlinable public var name: String { rawValue }

  /// Elements in a block; 1 for the plain types. A row is a whole number of blocks.
  public var blockLength: Int {
    switch self {
    case .f32, .f16, .bf16, .i32, .u8: 1
    case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .iq4_NL, .mxfp4: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_XS: 256
    }
  }

  /// Bytes of a block; of an element for the plain types.
  public var blockBytes: Int {
    switch self {
    case .f32, .i32: 4
    case .f16, .bf16: 2
    case .u8: 1
    case .q8_0: 34
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .iq4_NL: 18
    case .iq4_XS: 136
    case .mxfp4: 17
    }
  }

  /// Whether elements come in blocks that share scales (ggml's Q8_0, Q4_1, ...).
  public var isQuantized: Bool { blockLength > 1 }

  /// Whether elements are plain floating-point numbers.
  public var isFloat: Bool { self == .f32 || self == .f16 || self == .bf16 }

  /// Whether `Tensor.converted` can make this type from F32: every float and block type but MXFP4.
  public var canBeWritten: Bool { (isFloat || isQuantized) && self != .mxfp4 }

  /// Bytes of a row of `elements`; nil when they are no whole number of blocks, are negative or overflow.
  public func rowBytes(elements: Int) -> Int? {
    guard elements >= 0, elements % blockLength == 0 else { return nil }
    let (bytes, overflow) = (elements / blockLength).multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }

  /// Bytes of a tensor of this row-major shape; nil when rows are no whole number of blocks, or the size overflows.
  ///
  /// The last dimension is the row. A shape without dimensions holds one element.
  public func byteCount(shape: [Int]) -> Int? {
    guard var bytes = rowBytes(elements: shape.last ?? 1) else { return nil }
    for dimension in shape.dropLast() {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      bytes = product
    }
    return bytes
  }

  /// The kernels' number for this type.
  package var kernelType: element_type {
    switch self {
    case .f32: ELEMENT_F32
    case .f16: ELEMENT_F16
    case .bf16: ELEMENT_BF16
    case .i32: ELEMENT_I32
    case .u8: ELEMENT_U8
    case .q8_0: ELEMENT_Q8_0
    case .q4_0: ELEMENT_Q4_0
    case .q4_1: ELEMENT_Q4_1
    case .q5_0: ELEMENT_Q5_0
    case .q5_1: ELEMENT_Q5_1
    case .q2_K: ELEMENT_Q2_K
    case .q3_K: ELEMENT_Q3_K
    case .q4_K: ELEMENT_Q4_K
    case .q5_K: ELEMENT_Q5_K
    case .q6_K: ELEMENT_Q6_K
    case .iq4_NL: ELEMENT_IQ4_NL
    case .iq4_XS: ELEMENT_IQ4_XS
    case .mxfp4: ELEMENT_MXFP4
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// The type's name.
  public var description: String { name }
}
