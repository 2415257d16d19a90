import OrderedCollections
public import Tensors

/// What becomes of every tensor of a GGUF checkpoint under a recipe.
public struct QuantizationPlan: Sendable {
  /// A tensor and its type in the new file.
  public struct Step: Sendable, Hashable {
    /// The tensor as it is.
    public let entry: TensorEntry
    /// How its elements will be stored; the bytes are copied where it is the type that they have.
    public let type: StorageType
    /// The type that the recipe wanted, where rows are no whole number of its blocks.
    public let wanted: ElementType?

    /// Whether the elements are quantised blocks on both sides: the errors add up.
    public var isRequantized: Bool {
      type != entry.type && entry.elementType?.isQuantized == true && type.elementType?.isQuantized == true
    }
  }

  /// The recipe.
  public let recipe: QuantizationRecipe
  /// One step a tensor, in the order of the checkpoint.
  public let steps: [Step]

  /// Plans the conversion of a checkpoint.
  ///
  /// Matrices called weights are converted; norms, biases, expert gates, position tables and the like keep their bytes.
  /// The output matrix, or the embedding where it serves as one, gets at least Q6_K in the quantised recipes.
  ///
  /// - Throws: `CheckpointError` when the checkpoint is no GGUF file, or a weight has a type that cannot be read.
  public init(_ checkpoint: any Checkpoint, recipe: QuantizationRecipe) throws(CheckpointError) {
    guard checkpoint.format == .gguf else {
      let problem = "expected a GGUF file, got safetensors; make one of it first (convert_hf_to_gguf.py of llama.cpp)"
      throw CheckpointError(path: checkpoint.path, problem: problem)
    }
    let layers = (checkpoint.tensors.keys.compactMap(QuantizationPlan.layer).max() ?? -1) + 1
    let hasOutput = checkpoint.tensors["output.weight"] != nil
    var steps: [Step] = []
    for entry in checkpoint.tensors.values {
      guard QuantizationPlan.isWeightMatrix(entry) else {
        steps.append(Step(entry: entry, type: entry.type, wanted: nil))
        continue
      }
      guard let stored = entry.elementType, stored.isFloat || stored.isQuantized else {
        let problem = "weights of type \(entry.type) cannot be converted"
        throw CheckpointError(path: checkpoint.path, place: "tensor \(quoted(entry.name))", problem: problem)
      }
      let wanted = recipe.elementType(for: entry.name, layers: layers, embeddingIsOutput: !hasOutput)
      let fitting = QuantizationPlan.fitting(wanted, columns: entry.shape.last ?? 1)
      steps.append(Step(entry: entry, type: fitting.storageType, wanted: fitting == wanted ? nil : wanted))
    }
    self.recipe = recipe
    self.steps = steps
  }

  /// Whether recipes say a tensor's type.
  static func isWeightMatrix(_ entry: TensorEntry) -> Bool {
    let name = entry.name
    guard entry.shape.count >= 2, name.hasSuffix("weight"), !name.hasSuffix("_norm.weight") else { return false }
    let kept = [
      "ffn_gate_inp.", "ffn_gate_tid2eid.", "position_embd", "token_types", "attn_rel_b.", "ssm_conv1d",
      "shortconv.conv.", "patch_embd", "pos_embd",
    ]
    return !kept.contains { name.contains($0) }
  }

  /// The layer that a GGUF name speaks of: 3 for "blk.3.attn_q.weight".
  static func layer(of name: String) -> Int? {
    let parts = name.split(separator: ".", maxSplits: 2)
    return parts.count == 3 && parts[0] == "blk" ? Int(parts[1]) : nil
  }

  /// The type itself where rows are whole blocks, else the one that takes its place, as llama.cpp has it.
  static func fitting(_ type: ElementType, columns: Int) -> ElementType {
    guard columns % type.blockLength != 0 else { return type }
    let substitute: ElementType =
      switch type {
      case .q2_K, .q3_K: .q4_0
      case .q4_K: .q5_0
      case .q5_K: .q5_1
      case .q6_K: .q8_0
      case .iq4_XS: .iq4_NL
      default: .f16
      }
    return columns % substitute.blockLength == 0 ? substitute : .f16
  }
}

extension QuantizationRecipe {
  /// The type for the weight of a name, whatever its shape.
  func elementType(for name: String, layers: Int, embeddingIsOutput: Bool) -> ElementType {
    let role = WeightRole(name: name)
    if role == .output || (role == .tokenEmbedding && embeddingIsOutput) {
      return elementType.isFloat || elementType == .q8_0 ? elementType : .q6_K
    }
    let layer = QuantizationPlan.layer(of: name) ?? 0
    let promotion = promotions.first { $0.role == role && $0.layers.contains(layer, of: layers) }
    return promotion?.elementType ?? elementType
  }
}

extension ElementType {
  /// The same type as files name it.
  var storageType: StorageType {
    guard let type = StorageType(rawValue: rawValue) else { preconditionFailure("\(self) is a type of files") }
    return type
  }
}
