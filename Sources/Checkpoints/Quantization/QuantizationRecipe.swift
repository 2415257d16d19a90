public import Tensors

/// Which element type each weight of a model gets, under the names and by the rules of llama.cpp's quantiser.
///
/// Source: src/llama-quant.cpp of llama.cpp (llama_tensor_get_type), without its exceptions for single models.
public struct QuantizationRecipe: Sendable, Hashable {
  /// The name, "Q4_K_M".
  public let name: String
  /// The type of most weights.
  public let elementType: ElementType
  /// llama.cpp's number for it, which GGUF files record as `general.file_type`.
  public let fileType: Int
  /// Weights that get more bits; the first that applies counts.
  let promotions: [Promotion]

  /// Weights of one role in some layers, and their type.
  struct Promotion: Sendable, Hashable {
    let role: WeightRole
    let layers: LayerChoice
    let elementType: ElementType

    init(_ role: WeightRole, _ layers: LayerChoice, _ elementType: ElementType) {
      (self.role, self.layers, self.elementType) = (role, layers, elementType)
    }
  }

  init(_ name: String, _ elementType: ElementType, fileType: Int, _ promotions: [Promotion] = []) {
    (self.name, self.elementType, self.fileType, self.promotions) = (name, elementType, fileType, promotions)
  }

  /// All recipes, by size.
  public static let all: [QuantizationRecipe] = [
    QuantizationRecipe("F32", .f32, fileType: 0),
    QuantizationRecipe("F16", .f16, fileType: 1),
    QuantizationRecipe("BF16", .bf16, fileType: 32),
    QuantizationRecipe("Q8_0", .q8_0, fileType: 7),
    QuantizationRecipe("Q6_K", .q6_K, fileType: 18),
    QuantizationRecipe("Q5_1", .q5_1, fileType: 9),
    QuantizationRecipe("Q5_0", .q5_0, fileType: 8),
    QuantizationRecipe("Q5_K_M", .q5_K, fileType: 17, mostly(.q6_K, fused: .q6_K)),
    QuantizationRecipe("Q5_K_S", .q5_K, fileType: 16),
    QuantizationRecipe("Q4_1", .q4_1, fileType: 3),
    QuantizationRecipe("Q4_0", .q4_0, fileType: 2),
    QuantizationRecipe("Q4_K_M", .q4_K, fileType: 15, mostly(.q6_K, fused: .q5_K)),
    QuantizationRecipe(
      "Q4_K_S", .q4_K, fileType: 14,
      [Promotion(.attentionValue, .first(4), .q5_K), Promotion(.feedForwardDown, .firstPart(8), .q5_K)]),
    QuantizationRecipe("IQ4_NL", .iq4_NL, fileType: 25, [Promotion(.feedForwardDown, .firstPart(8), .q5_K)]),
    QuantizationRecipe("IQ4_XS", .iq4_XS, fileType: 30, [Promotion(.feedForwardDown, .firstPart(8), .q5_K)]),
    QuantizationRecipe(
      "Q3_K_M", .q3_K, fileType: 12,
      [
        Promotion(.attentionValue, .first(2), .q5_K), Promotion(.attentionValue, .all, .q4_K),
        Promotion(.fusedAttention, .all, .q4_K), Promotion(.attentionOutput, .all, .q4_K),
        Promotion(.feedForwardDown, .firstPart(16), .q5_K), Promotion(.feedForwardDown, .all, .q4_K),
      ]),
    QuantizationRecipe(
      "Q2_K", .q2_K, fileType: 10,
      [
        Promotion(.attentionValue, .all, .q3_K), Promotion(.fusedAttention, .all, .q3_K),
        Promotion(.attentionOutput, .all, .q3_K), Promotion(.feedForwardDown, .all, .q3_K),
      ]),
  ]

  /// The names that stand for a recipe of another name, as llama.cpp's tool has them.
  static let aliases = ["Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"]

  /// The recipe of a name in any case, nil where there is none.
  public init?(named name: String) {
    let upper = name.uppercased()
    let wanted = QuantizationRecipe.aliases[upper] ?? upper
    guard let recipe = QuantizationRecipe.all.first(where: { $0.name == wanted }) else { return nil }
    self = recipe
  }

  /// More bits where errors cost most: in half of the layers' value and down projections.
  private static func mostly(_ type: ElementType, fused: ElementType) -> [Promotion] {
    [
      Promotion(.attentionValue, .sensitive, type), Promotion(.feedForwardDown, .sensitive, type),
      Promotion(.fusedAttention, .all, fused),
    ]
  }
}

/// What a weight does, as far as recipes ask; told by its GGUF name.
enum WeightRole: Sendable, Hashable {
  case attentionValue, fusedAttention, attentionOutput, feedForwardDown, output, tokenEmbedding, other

  init(name: String) {
    let parts = name.split(separator: ".")
    switch parts.dropLast().last {
    case "output" where parts.count == 2: self = .output
    case "token_embd": self = .tokenEmbedding
    case "attn_v": self = .attentionValue
    case "attn_qkv", "attn_kv_b": self = .fusedAttention
    case "attn_output": self = .attentionOutput
    case let part? where part.hasPrefix("ffn_down"): self = .feedForwardDown
    default: self = .other
    }
  }
}

/// Which layers a promotion is for.
enum LayerChoice: Sendable, Hashable {
  case all
  case first(Int)
  /// The first of so many equal parts.
  case firstPart(Int)
  /// The first and the last eighth, and every third layer between.
  case sensitive

  func contains(_ layer: Int, of count: Int) -> Bool {
    switch self {
    case .all: true
    case .first(let number): layer < number
    case .firstPart(let parts): layer < count / parts
    case .sensitive: layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    }
  }
}

extension QuantizationRecipe: CustomStringConvertible {
  /// The name.
  public var description: String { name }
}
