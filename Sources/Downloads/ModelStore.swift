import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A model on this machine.
public struct LocalModel: Hashable, Sendable {
  /// The name it is asked for by: a short name, or its path below the models folder without `.gguf`.
  public let name: String
  /// The GGUF file or the folder with `config.json`.
  public let path: String
}

/// The folder that holds the pulled models.
public struct ModelStore: Sendable {
  /// The folder.
  public let folder: String

  /// Creates the store in the user's data folder.
  public init() { self.init(folder: DataFolders.models) }

  /// Creates a store in a folder.
  public init(folder: String) { self.folder = folder }

  /// All models, sorted by name: GGUF files (of split ones the first) and folders with a `config.json`.
  public func models() -> [LocalModel] {
    var found: [LocalModel] = []
    collect(below: "", depth: 0, into: &found)
    return found.sorted { $0.name < $1.name }
  }

  /// What a model that was given as a path is called: the file's name without `.gguf`, or the folder's.
  static func name(ofPath path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
  }

  /// Where a model of a given name lies or would lie.
  public func path(of name: String) -> String { folder + "/" + name }

  /// Finds a model by path, by name, or by a unique part of a name.
  ///
  /// - Throws: `DownloadError` that lists what is there, or what several models match.
  public func find(_ name: String) throws(DownloadError) -> LocalModel {
    let all = models()
    if let model = all.first(where: { $0.name == name }) { return model }
    if access(name, R_OK) == 0 { return LocalModel(name: ModelStore.name(ofPath: name), path: name) }
    let wanted = name.lowercased()
    let matches = all.filter { $0.name.lowercased().contains(wanted) }
    if matches.count == 1, let only = matches.first { return only }
    if matches.count > 1 {
      let names = matches.map(\.name).joined(separator: ", ")
      throw DownloadError(.request, "model \(name): several models match: \(names); give one of these names")
    }
    if KnownModel.all.contains(where: { $0.name == name }) {
      throw DownloadError(.request, "model \(name): not on this machine yet; fetch it with: lathe pull \(name)")
    }
    let names = all.isEmpty ? "none" : all.map(\.name).joined(separator: ", ")
    throw DownloadError(
      .request,
      "model \(name): neither a file nor a pulled model (there are: \(names)); see lathe models and lathe pull")
  }

  private func collect(below relative: String, depth: Int, into found: inout [LocalModel]) {
    let here = relative.isEmpty ? folder : folder + "/" + relative
    guard depth < 6, let names = try? namesInFolder(here) else { return }
    if names.contains("config.json"), !relative.isEmpty {
      found.append(LocalModel(name: relative, path: here))
    }
    for name in names {
      let path = relative.isEmpty ? name : relative + "/" + name
      var status = stat()
      guard stat(folder + "/" + path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        collect(below: path, depth: depth + 1, into: &found)
      } else if name.hasSuffix(".gguf"), ModelStore.isFirstPart(name) {
        found.append(LocalModel(name: String(path.dropLast(5)), path: folder + "/" + path))
      }
    }
  }

  /// Whether a file is whole or the first of a split model (NAME-00001-of-00003.gguf).
  static func isFirstPart(_ name: String) -> Bool {
    let parts = name.dropLast(5).split(separator: "-")
    guard parts.count >= 4, parts[parts.count - 2] == "of", let number = Int(parts[parts.count - 3]) else {
      return true
    }
    return number == 1
  }
}
