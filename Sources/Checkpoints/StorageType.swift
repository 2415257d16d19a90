public import Tensors

/// How a tensor's elements lie in a file: every type of GGUF and safetensors, also those that the runtime cannot
/// compute with (`elementType` is then nil); such tensors can be listed, hashed and copied.
///
/// Names and layouts: ggml.h and ggml-common.h of llama.cpp, `Dtype` of the safetensors crate.
public enum StorageType: String, Sendable, Hashable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i8 = "I8"
  case i16 = "I16"
  case i32 = "I32"
  case i64 = "I64"
  case u8 = "U8"
  case u16 = "U16"
  case u32 = "U32"
  case u64 = "U64"
  case bool = "BOOL"
  case c64 = "C64"
  case f4 = "F4"
  case f6_E2M3 = "F6_E2M3"
  case f6_E3M2 = "F6_E3M2"
  case f8_E5M2 = "F8_E5M2"
  case f8_E4M3 = "F8_E4M3"
  case f8_E8M0 = "F8_E8M0"
  case f8_E4M3FNUZ = "F8_E4M3FNUZ"
  case f8_E5M2FNUZ = "F8_E5M2FNUZ"
  case q4_0 = "Q4_0"
  case q4_1 = "Q4_1"
  case q5_0 = "Q5_0"
  case q5_1 = "Q5_1"
  case q8_0 = "Q8_0"
  case q8_1 = "Q8_1"
  case q2_K = "Q2_K"
  case q3_K = "Q3_K"
  case q4_K = "Q4_K"
  case q5_K = "Q5_K"
  case q6_K = "Q6_K"
  case q8_K = "Q8_K"
  case iq2_XXS = "IQ2_XXS"
  case iq2_XS = "IQ2_XS"
  case iq2_S = "IQ2_S"
  case iq3_XXS = "IQ3_XXS"
  case iq3_S = "IQ3_S"
  case iq1_S = "IQ1_S"
  case iq1_M = "IQ1_M"
  case iq4_NL = "IQ4_NL"
  case iq4_XS = "IQ4_XS"
  case tq1_0 = "TQ1_0"
  case tq2_0 = "TQ2_0"
  case mxfp4 = "MXFP4"
  case nvfp4 = "NVFP4"
  case q1_0 = "Q1_0"
  case q2_0 = "Q2_0"

  /// The name that ggml and safetensors print, "Q4_1" or "BF16".
  public var name: String { rawValue }

  /// The type the runtime computes with, nil when it has none for these bytes.
  public var elementType: ElementType? { ElementType(rawValue: rawValue) }

  /// Elements in a block; 1 for the plain types. A row is a whole number of blocks.
  public var blockLength: Int { layout.length }

  /// Bits of a block, of an element for the plain types; a tensor is a whole number of bytes.
  public var blockBits: Int { layout.bits }

  private var layout: (length: Int, bits: Int) {
    switch self {
    case .f4: (1, 4)
    case .f6_E2M3, .f6_E3M2: (1, 6)
    case .i8, .u8, .bool, .f8_E5M2, .f8_E4M3, .f8_E8M0, .f8_E4M3FNUZ, .f8_E5M2FNUZ: (1, 8)
    case .f16, .bf16, .i16, .u16: (1, 16)
    case .f32, .i32, .u32: (1, 32)
    case .f64, .i64, .u64, .c64: (1, 64)
    case .q4_0, .iq4_NL: (32, 8 * 18)
    case .q4_1: (32, 8 * 20)
    case .q5_0: (32, 8 * 22)
    case .q5_1: (32, 8 * 24)
    case .q8_0: (32, 8 * 34)
    case .q8_1: (32, 8 * 36)
    case .mxfp4: (32, 8 * 17)
    case .nvfp4: (64, 8 * 36)
    case .q1_0: (128, 8 * 18)
    case .q2_0: (64, 8 * 18)
    case .q2_K: (256, 8 * 84)
    case .q3_K, .iq3_S: (256, 8 * 110)
    case .q4_K: (256, 8 * 144)
    case .q5_K: (256, 8 * 176)
    case .q6_K: (256, 8 * 210)
    case .q8_K: (256, 8 * 292)
    case .iq2_XXS, .tq2_0: (256, 8 * 66)
    case .iq2_XS: (256, 8 * 74)
    case .iq2_S: (256, 8 * 82)
    case .iq3_XXS: (256, 8 * 98)
    case .iq1_S: (256, 8 * 50)
    case .iq1_M: (256, 8 * 56)
    case .iq4_XS: (256, 8 * 136)
    case .tq1_0: (256, 8 * 54)
    }
  }

  /// Why a shape has no size in this type.
  enum SizeFault: Error {
    case overflow
    case partialBlock(row: Int)
    case partialByte(bits: Int)
  }

  /// Bytes of a tensor of this row-major shape; a shape without dimensions holds one element.
  func byteCount(shape: [Int]) throws(SizeFault) -> Int {
    var elements = 1
    for dimension in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { throw .overflow }
      elements = product
    }
    guard (shape.last ?? 1) % blockLength == 0 else { throw .partialBlock(row: shape.last ?? 1) }
    let (bits, overflow) = (elements / blockLength).multipliedReportingOverflow(by: blockBits)
    guard !overflow else { throw .overflow }
    guard bits % 8 == 0 else { throw .partialByte(bits: bits) }
    return bits / 8
  }
}

extension StorageType: CustomStringConvertible {
  /// The type's name.
  public var description: String { name }
}
