import Checkpoints
import Dispatch
import Downloads
import Inference
import Sessions
import Synchronization

/// The models of the user's data folder, and those that can be pulled by name.
struct StoreCatalogue: ModelCatalogue {
  let store: ModelStore

  func models() throws -> [ModelListing] {
    let here = store.models().map { model -> ModelListing in
      do {
        let description = try ModelDescription(openCheckpoint(model.path), name: model.name)
        return ModelListing(
          name: model.name, path: model.path, bytes: description.bytes,
          details:
            "\(description.family), \(Amount.short(description.parameters)) parameters, \(description.quantisation), context \(description.contextLength)"
        )
      } catch {
        return ModelListing(name: model.name, path: model.path, bytes: 0, details: "cannot be read: \(error)")
      }
    }
    let names = Set(here.map(\.name))
    let known = KnownModel.all.filter { !names.contains($0.name) }
    return here + known.map { ModelListing(name: $0.name, path: nil, bytes: Int($0.size), details: $0.summary) }
  }

  func pull(
    _ name: String, progress: @escaping @Sendable (PullProgress.State) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let request = try PullRequest(name)
    // Pulling is asynchronous only where it runs another program; this thread is the pull's own and may wait.
    let outcome = BlockingResult()
    Task {
      do {
        _ = try await ModelPull(store: store).run(request, isStopped: isCancelled) { report in
          guard case .progress(let part) = report else { return }
          let (received, total) = (Int(part.received), Int(part.total ?? 0))
          progress(received == total ? .verifying : .receiving(bytes: received, total: total))
        }
        outcome.set(nil)
      } catch {
        outcome.set(error)
      }
    }
    if let error = outcome.wait() {
      if (error as? DownloadError)?.kind == .stopped { throw CancellationError() }
      throw error
    }
  }
}

/// Hands the end of asynchronous work to a thread that waits for it.
private final class BlockingResult: Sendable {
  private let error = Mutex<(any Error)?>(nil)
  private let done = DispatchSemaphore(value: 0)

  func set(_ failure: (any Error)?) {
    error.withLock { $0 = failure }
    done.signal()
  }

  func wait() -> (any Error)? {
    done.wait()
    return error.withLock { $0 }
  }
}
