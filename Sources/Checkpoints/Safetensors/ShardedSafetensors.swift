public import Files
import JSONText
public import OrderedCollections

/// A safetensors checkpoint in several files, opened by its index (`model.safetensors.index.json`).
///
/// The index names a file for every tensor; each must lie in the file named and in no other. Tensors that the files
/// hold but the index does not list are taken as well, as the field's loaders do.
public struct ShardedSafetensors: Checkpoint {
  /// The index.
  public let path: String
  /// The shards, sorted by name.
  public let files: [MappedFile]
  /// The tensors, shard after shard in the order of their bytes.
  public let tensors: OrderedDictionary<String, TensorEntry>
  /// The `__metadata__` of all shards; of equal keys the first shard's value.
  public let metadata: OrderedDictionary<String, GGUFValue>

  /// Safetensors.
  public var format: CheckpointFormat { .safetensors }

  /// An index lists names only: more than this is something else.
  private static let longestIndex = 64 << 20

  /// Opens the shards that an index names.
  ///
  /// - Throws: `CheckpointError` when the index or a shard is malformed or absent, or they disagree.
  public init(index path: String) throws(CheckpointError) {
    let weightMap = try ShardedSafetensors.weightMap(of: path)
    let shardNames = Set(weightMap.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let folder = splitPath(path).folder
    var shards: [SafetensorsFile] = []
    for name in shardNames {
      guard FileKind(path: folder + name) == .file else {
        throw CheckpointError(path: path, problem: "the shard \(quoted(name)) it names is missing")
      }
      shards.append(try SafetensorsFile(path: folder + name))
    }
    try self.init(index: path, shards: shards)
    let indices = Dictionary(uniqueKeysWithValues: zip(shardNames, shardNames.indices))
    for (tensor, shard) in weightMap {
      let place = "tensor \(quoted(tensor))"
      guard let entry = tensors[tensor] else {
        let problem = "the index puts it into \(quoted(shard)), but no shard has it; the index is stale"
        throw CheckpointError(path: path, place: place, problem: problem)
      }
      guard indices[shard] == entry.fileIndex else {
        let problem = "the index puts it into \(quoted(shard)), but it is in \(quoted(shardNames[entry.fileIndex]))"
        throw CheckpointError(path: path, place: place, problem: problem)
      }
    }
  }

  /// Joins shards; `path` names the whole.
  init(index path: String, shards: [SafetensorsFile]) throws(CheckpointError) {
    var metadata: OrderedDictionary<String, GGUFValue> = [:]
    for shard in shards { metadata.merge(shard.metadata) { first, _ in first } }
    self.path = path
    self.metadata = metadata
    files = shards.map { $0.files[0] }
    tensors = try joinTensors(of: shards, path: path)
  }

  private static func weightMap(of path: String) throws(CheckpointError) -> OrderedDictionary<String, String> {
    let index = try readJSON(path, limit: longestIndex)
    guard let members = index["weight_map"]?.object else {
      throw CheckpointError(path: path, place: "weight_map", problem: "an index must have this object")
    }
    guard !members.isEmpty else { throw CheckpointError(path: path, place: "weight_map", problem: "it is empty") }
    var map: OrderedDictionary<String, String> = [:]
    map.reserveCapacity(members.count)
    for (tensor, value) in members {
      let place = "weight_map entry \(quoted(tensor))"
      guard let name = value.string else {
        throw CheckpointError(path: path, place: place, problem: "expected a file name, got \(value.kind)")
      }
      guard isInside(name) else {
        throw CheckpointError(path: path, place: place, problem: "\(quoted(name)) is no path inside the folder")
      }
      map[tensor] = name
    }
    return map
  }

  /// Whether a relative path stays in its folder. Links are followed: the Hugging Face cache is made of them.
  static func isInside(_ path: String) -> Bool {
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && !path.utf8.contains(UInt8(ascii: "\\"))
      && components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}

/// The tensors of several files as those of one checkpoint.
func joinTensors(
  of shards: [some Checkpoint], path: String
) throws(CheckpointError) -> OrderedDictionary<String, TensorEntry> {
  var tensors: OrderedDictionary<String, TensorEntry> = [:]
  for (index, shard) in shards.enumerated() {
    for entry in shard.tensors.values {
      let earlier = tensors.updateValue(entry.moved(toFile: index), forKey: entry.name)
      guard let earlier else { continue }
      let names = [earlier.fileIndex, index].map { quoted(splitPath(shards[$0].path).name) }
      throw CheckpointError(
        path: path, place: "tensor \(quoted(entry.name))", problem: "it is in both \(names[0]) and \(names[1])")
    }
  }
  return tensors
}

/// A small JSON file beside a checkpoint.
func readJSON(_ path: String, limit: Int) throws(CheckpointError) -> JSONValue {
  let bytes: [UInt8]
  do throws(FileError) { bytes = try readFile(path, limit: limit) } catch { throw CheckpointError(error) }
  do throws(JSONError) {
    return try JSONValue(parsing: bytes)
  } catch {
    throw CheckpointError(path: path, offset: error.offset, problem: "not JSON: \(error.problem) (line \(error.line))")
  }
}
