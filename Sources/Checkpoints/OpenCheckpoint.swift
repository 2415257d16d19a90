public import Files
public import JSONText
public import OrderedCollections

/// Opens a checkpoint: a GGUF or safetensors file (told apart by content, not by name), the index of a sharded one, any
/// part of a split GGUF, or a Hugging Face folder.
///
/// - Throws: `CheckpointError` when it cannot be read or breaks a rule of its format.
public func openCheckpoint(_ path: String) throws(CheckpointError) -> any Checkpoint {
  if FileKind(path: path) == .folder { return try ModelFolder(path: path) }
  let file: MappedFile
  do throws(FileError) { file = try MappedFile(path: path) } catch { throw CheckpointError(error) }
  switch FileSignature(of: file) {
  case .gguf:
    let single = try GGUFFile(file: file)
    return try SplitGGUF.partCount(of: single) > 1 ? try SplitGGUF(part: single) : single
  case .safetensors: return try SafetensorsFile(file: file)
  case .json: return try ShardedSafetensors(index: path)
  case .other(let what): throw CheckpointError(path: path, problem: "expected a GGUF or safetensors file, got \(what)")
  }
}

/// What a file is, by its first bytes; for bytes that say nothing the name decides whose error the user reads.
enum FileSignature: Equatable {
  case gguf
  case safetensors
  case json
  case other(String)

  init(of file: MappedFile) {
    let bytes = file.bytes
    let others: [([UInt8], String)] = [
      (Array("PK\u{3}\u{4}".utf8), "a zip archive, perhaps a PyTorch checkpoint; convert it to safetensors"),
      ([0x80, 0x02], "a Python pickle; convert it to safetensors"),
      (Array("lmgg".utf8), "a file of ggml's first format; convert the model again"),
      (Array("fmgg".utf8), "a file of ggml's first format; convert the model again"),
      (Array("tjgg".utf8), "a file of ggml's first format; convert the model again"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file; convert it to safetensors"),
      (Array("version https://git-lfs".utf8), "a Git LFS pointer; fetch the file itself (git lfs pull)"),
      (Array("<!DOCTYPE".utf8), "a web page"), (Array("<html".utf8), "a web page"),
    ]
    if bytes.count >= 4, [GGUFFile.magic, GGUFFile.magic.reversed()].contains(Array(bytes.prefix(4))) {
      self = .gguf
    } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{"), bytes.load64(at: 0) <= SafetensorsFile.longestHeader {
      self = .safetensors
    } else if bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "\n") || file.path.hasSuffix(".json") {
      self = .json
    } else if let (_, what) = others.first(where: { bytes.starts(with: $0.0) }) {
      self = .other(what)
    } else if file.path.hasSuffix(".gguf") {
      self = .gguf
    } else if file.path.hasSuffix(".safetensors") {
      self = .safetensors
    } else {
      self = .other(bytes.isEmpty ? "an empty file" : "something else")
    }
  }
}

/// A Hugging Face model folder: config.json beside the weights, as `save_pretrained` writes it.
public struct ModelFolder: Checkpoint {
  /// The folder.
  public let path: String
  /// The weights in it.
  public let weights: any Checkpoint
  /// config.json.
  public let configuration: JSONValue?
  /// generation_config.json.
  public let generationConfiguration: JSONValue?

  /// The weights' format.
  public var format: CheckpointFormat { weights.format }
  /// The weights' files.
  public var files: [MappedFile] { weights.files }
  /// The weights' tensors.
  public var tensors: OrderedDictionary<String, TensorEntry> { weights.tensors }
  /// The weights' metadata.
  public var metadata: OrderedDictionary<String, GGUFValue> { weights.metadata }

  /// Settings are pages of text at most.
  private static let longestConfiguration = 16 << 20

  /// Opens a folder: its config.json and generation_config.json where present, and its weights.
  ///
  /// Weights are looked for in the order of transformers: model.safetensors, its index, diffusers' names, shards
  /// without an index, the only other safetensors file, and last the only GGUF model.
  ///
  /// - Throws: `CheckpointError` when there are none, several, or they are malformed.
  public init(path: String) throws(CheckpointError) {
    self.path = path
    var folder = path
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    let names: [String]
    do throws(FileError) { names = try namesInFolder(folder) } catch { throw CheckpointError(error) }
    configuration = try ModelFolder.settings("config.json", of: names, in: folder)
    generationConfiguration = try ModelFolder.settings("generation_config.json", of: names, in: folder)
    weights = try ModelFolder.openWeights(names, in: folder)
  }

  private static func settings(
    _ name: String, of names: [String], in folder: String
  ) throws(CheckpointError) -> JSONValue? {
    guard names.contains(name) else { return nil }
    let path = folder + "/" + name
    let value = try readJSON(path, limit: longestConfiguration)
    guard value.object != nil else {
      throw CheckpointError(path: path, problem: "expected an object, got \(value.kind)")
    }
    return value
  }

  private static func openWeights(_ names: [String], in folder: String) throws(CheckpointError) -> any Checkpoint {
    for stem in ["model", "diffusion_pytorch_model"] {
      let file = stem + ".safetensors"
      if names.contains(file) { return try SafetensorsFile(path: folder + "/" + file) }
      if names.contains(file + ".index.json") {
        return try ShardedSafetensors(index: folder + "/" + file + ".index.json")
      }
    }
    // Reference outputs and optimiser states lie beside weights and are none.
    let beside: Set<String> = ["reference.safetensors", "optimizer.safetensors"]
    let safetensors = names.filter { $0.hasSuffix(".safetensors") && !beside.contains($0) && !$0.hasPrefix(".") }
    if safetensors.count == 1 { return try SafetensorsFile(path: folder + "/" + safetensors[0]) }
    if !safetensors.isEmpty { return try openShards(safetensors, in: folder) }
    let ggufs = names.filter { $0.hasSuffix(".gguf") && !$0.hasPrefix(".") }
    guard let first = ggufs.first else {
      let hasPickles = names.contains { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
      let remedy = hasPickles ? "; its weights are Python pickles, convert them to safetensors" : ""
      throw CheckpointError(path: folder, problem: "the folder has no safetensors or GGUF weights" + remedy)
    }
    let weights = try openCheckpoint(folder + "/" + first)
    guard weights.files.count == ggufs.count else {
      throw CheckpointError(path: folder, problem: "the folder has several GGUF models; name one: \(listed(ggufs))")
    }
    return weights
  }

  /// Shards that follow the usual names, model-00001-of-00003.safetensors, but have lost their index.
  private static func openShards(_ names: [String], in folder: String) throws(CheckpointError) -> ShardedSafetensors {
    let stem = names[0].split(separator: "-").dropLast(3).joined(separator: "-")
    let ending = "-of-" + padded(names.count) + ".safetensors"
    let expected = (1...names.count).map { stem + "-" + padded($0) + ending }
    guard names == expected else {
      let problem = "several safetensors files and no index says which belong together: \(listed(names))"
      throw CheckpointError(path: folder, problem: problem)
    }
    var shards: [SafetensorsFile] = []
    for name in names { shards.append(try SafetensorsFile(path: folder + "/" + name)) }
    return try ShardedSafetensors(index: folder, shards: shards)
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }
}

/// A part's number as file names have it, in five digits.
func padded(_ number: Int) -> String {
  String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
}
