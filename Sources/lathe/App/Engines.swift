import Files
import Sessions

/// The parts of the program that do the work, made in one place; tests put their own in.
struct Services {
  var engine: any ChatEngine
  var catalogue: any ModelCatalogue
  var library: SessionLibrary

  /// The model of a chat that names none.
  static let defaultModel = "smollm2-135m"

  /// What the shipped program works with.
  static func standard() -> Services {
    Services(
      engine: AbsentEngine(), catalogue: FolderCatalogue(folder: DataFolders.models), library: library)
  }

  /// Sessions are recorded among the user's data; those that come with the program lie in ./sessions.
  static let library = SessionLibrary(folders: [DataFolders.sessions, "sessions"])
}

/// Stands where a build has no runtime: replay and lists work, a chat says why it cannot.
final class AbsentEngine: ChatEngine {
  func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void) {
    emit(.modelFailed("cannot load \(escapingControls(request.model)): this build of lathe has no runtime"))
  }
  func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void) {
    emit(.answerRefused("no model is loaded"))
  }
  func stop() {}
}

/// The GGUF files and model folders in a folder.
struct FolderCatalogue: ModelCatalogue {
  var folder: String

  func models() throws -> [ModelListing] {
    guard FileKind(path: folder) == .folder else { return [] }
    return try namesInFolder(folder).filter { !$0.hasPrefix(".") }.compactMap { name in
      let path = folder + "/" + name
      if FileKind(path: path) == .folder { return ModelListing(name: name, path: path, bytes: 0, details: "") }
      guard name.hasSuffix(".gguf") else { return nil }
      return ModelListing(
        name: String(name.dropLast(5)), path: path, bytes: try MappedFile(path: path).count, details: "")
    }
  }

  func pull(
    _ name: String, progress: @escaping @Sendable (PullProgress.State) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    throw FileError(operation: "pull", path: name, reason: "this build of lathe has no downloads")
  }
}
