public import Files
public import OrderedCollections

/// A GGUF checkpoint in several files, NAME-00001-of-00003.gguf and so on, as gguf-split of llama.cpp writes them.
public struct SplitGGUF: Checkpoint {
  /// The first part.
  public let path: String
  /// The parts in order.
  public let files: [MappedFile]
  /// The tensors, part after part.
  public let tensors: OrderedDictionary<String, TensorEntry>
  /// The first part's metadata, which is the model's.
  public let metadata: OrderedDictionary<String, GGUFValue>

  /// GGUF.
  public var format: CheckpointFormat { .gguf }

  /// The number of parts a file says it is one of; 1 for a file by itself.
  static func partCount(of file: GGUFFile) throws(CheckpointError) -> Int {
    guard let count = try file.integer("split.count") else { return 1 }
    guard (0...Int(UInt16.max)).contains(count) else {
      throw CheckpointError(path: file.path, place: "metadata key 'split.count'", problem: "\(count) parts")
    }
    return max(count, 1)
  }

  /// Opens all parts, given any of them.
  ///
  /// - Throws: `CheckpointError` when a part is absent, malformed, or belongs to another set.
  public init(part: GGUFFile) throws(CheckpointError) {
    let count = try SplitGGUF.partCount(of: part)
    let number = (try part.integer("split.no") ?? 0) &+ 1
    let suffix = SplitGGUF.suffix(number, count)
    guard part.path.hasSuffix(suffix) else {
      let problem = "it is part \(number) of \(count), but its name does not end with \(suffix)"
      throw CheckpointError(path: part.path, problem: problem)
    }
    let stem = String(part.path.dropLast(suffix.count))
    var parts: [GGUFFile] = []
    for index in 1...count {
      let path = stem + SplitGGUF.suffix(index, count)
      if index == number {
        parts.append(part)
        continue
      }
      guard FileKind(path: path) == .file else {
        let missing = quoted(splitPath(path).name)
        throw CheckpointError(path: part.path, problem: "it is part \(number) of \(count), and \(missing) is missing")
      }
      let other = try GGUFFile(path: path)
      let (foundNumber, foundCount) = (try other.integer("split.no") ?? 0, try SplitGGUF.partCount(of: other))
      guard foundNumber == index - 1, foundCount == count else {
        let problem = "expected part \(index) of \(count), got part \(foundNumber &+ 1) of \(foundCount)"
        throw CheckpointError(path: path, place: "metadata key 'split.no'", problem: problem)
      }
      parts.append(other)
    }
    path = parts[0].path
    files = parts.map { $0.files[0] }
    metadata = parts[0].metadata
    tensors = try joinTensors(of: parts, path: path)
    if let expected = try parts[0].integer("split.tensors.count"), expected != tensors.count {
      let problem = "\(expected) tensors, but the parts hold \(tensors.count)"
      throw CheckpointError(path: path, place: "metadata key 'split.tensors.count'", problem: problem)
    }
  }

  private static func suffix(_ number: Int, _ count: Int) -> String {
    "-\(padded(number))-of-\(padded(count)).gguf"
  }
}
