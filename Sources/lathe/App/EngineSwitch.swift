import Remote
import Sessions
import Synchronization

/// The engines behind one: the embedded runtime for models on this machine, the remote one for those on servers.
final class EngineSwitch: ChatEngine {
  private let local: any ChatEngine
  private let remote: any ChatEngine
  private let isRemote = Atomic(false)

  init(local: any ChatEngine, remote: any ChatEngine) {
    self.local = local
    self.remote = remote
  }

  private var current: any ChatEngine { isRemote.load(ordering: .acquiring) ? remote : local }

  func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void) {
    isRemote.store(RemoteModel.isReference(request.model), ordering: .releasing)
    current.load(request, emit: emit)
  }

  func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void) {
    current.answer(request, emit: emit)
  }

  func stop() {
    // Also what was asked of the one before the last change of models.
    local.stop()
    remote.stop()
  }
}
