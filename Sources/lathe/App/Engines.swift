import Downloads
import Files
import Inference
import Remote
import Sessions
import Tensors

/// The parts of the program that do the work, made in one place; tests put their own in.
struct Services {
  var engine: any ChatEngine
  var catalogue: any ModelCatalogue
  var sessionLibrary: SessionLibrary
  /// Where the layout of panes is remembered; `nil` where there is no screen for them.
  var layout: LayoutKeeper?
  /// Bytes of memory that the program has in RAM.
  var residentBytes: @Sendable () -> Int? = ResidentMemory.bytes

  /// The model of a chat that names none.
  static let defaultModel = KnownModel.standard.name

  /// What the shipped program works with.
  static func standard(
    remote: RemoteConfiguration = RemoteConfiguration(key: APIKey.fromEnvironment)
  ) -> Services {
    let store = ModelStore()
    let local = ModelEngine(threads: CPUBackend.availableProcessors) { name in
      let found = try store.find(name)
      return ModelEngine.LocatedModel(name: found.name, path: found.path)
    }
    let engine = EngineSwitch(local: local, remote: RemoteEngine(remote))
    return Services(
      engine: engine, catalogue: StoreCatalogue(store: store), sessionLibrary: sessionLibrary,
      layout: LayoutKeeper(path: DataFolders.data + "/layout.json"))
  }

  /// Sessions are recorded among the user's data; those that come with the program lie in ./sessions.
  static let sessionLibrary = SessionLibrary(
    folders: [DataFolders.sessions, "sessions"], trash: DataFolders.data + "/trash",
    indexFile: DataFolders.cache + "/sessions.index")
}
