import Dispatch
import Models
public import Sessions
import Synchronization
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The chat engine over the embedded runtime: loads and answers on a thread of its own and reports events.
public final class ModelEngine: ChatEngine {
  private let queue = DispatchQueue(label: "lathe.engine", qos: .userInitiated)
  private let state: Confined
  /// Rises with every stop; an answer ends when it is no longer the number it began with.
  private let stops = Atomic<Int>(0)
  private let threads: Int
  private let resolve: @Sendable (String) throws -> LocatedModel

  /// A model's name and where it lies.
  public struct LocatedModel: Sendable {
    /// The name the user knows.
    public let name: String
    /// The file or folder.
    public let path: String
    /// Pairs a name with a path.
    public init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// What only the engine's queue touches.
  private final class Confined: @unchecked Sendable {
    var generator: Generator?
    /// What computes, for the records.
    var computedOn = ""
  }

  /// Creates an engine without a model.
  ///
  /// - Parameters:
  ///   - threads: threads that compute.
  ///   - resolve: finds a model by what the user called it.
  public init(threads: Int, resolve: @escaping @Sendable (String) throws -> LocatedModel) {
    self.threads = threads
    self.resolve = resolve
    state = Confined()
  }

  /// Loads a model in place of the one before.
  public func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void) {
    queue.async { [self] in
      emit(.modelLoading(ModelLoading(name: request.model, fraction: 0)))
      do {
        // The one before is given back first: two may not fit.
        state.generator = nil
        let located = try resolve(request.model)
        let backend = CPUBackend(threads: threads)
        let loaded = try LoadedModel(path: located.path, name: located.name, backend: backend)
        let generator = try Generator(loaded, contextLength: request.contextLength)
        state.generator = generator
        state.computedOn = backend.name
        var description = loaded.description
        description.contextLength = generator.contextLength
        description.path = pathFromHome(located.path)
        emit(.modelReady(description))
      } catch {
        emit(.modelFailed("\(error)"))
      }
    }
  }

  /// Answers; see `ChatEngine`.
  public func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void) {
    let ticket = stops.load(ordering: .acquiring)
    queue.async { [self] in
      guard let generator = state.generator else {
        return emit(.answerRefused("no model is loaded; pick one first"))
      }
      // No model family here takes images yet; a screen refuses them before the question is asked.
      guard request.messages.allSatisfy(\.images.isEmpty) else {
        return emit(.answerRefused("this model takes no images: ask without them, or choose another model"))
      }
      let prompt: [Int32]
      do {
        try generator.model.checkVocabulary(of: request.prefix)
        prompt = try ChatPrompt.tokens(for: request.messages, model: generator.model) + request.prefix
        try generator.checkFit(of: prompt.count)
      } catch {
        return emit(.answerRefused("\(error)"))
      }
      draw(prompt, request, generator, emit) { self.stops.load(ordering: .relaxed) != ticket }
    }
  }

  /// Ends the answer that is being drawn or waits for its turn.
  public func stop() { stops.add(1, ordering: .acquiringAndReleasing) }

  private func draw(
    _ prompt: [Int32], _ request: AnswerRequest, _ generator: Generator, _ emit: (Event) -> Void,
    isStopped: () -> Bool
  ) {
    let model = generator.model
    let sampler = Sampler(request.settings, text: { model.text(of: $0) })
    let reused = generator.reusableTokens(of: prompt)
    emit(
      .answerStarted(
        AnswerStart(
          turn: request.turn, promptTokens: prompt.count, reusedTokens: reused, newTokens: Array(prompt[reused...]),
          contextLength: generator.contextLength, settings: sampler.settings, place: request.place,
          prefix: request.prefix, prefixText: model.tokenizer.text(ofAnswer: request.prefix),
          weightsSHA256: model.description.identity, promptSHA256: AnswerStart.sha256(ofPrompt: prompt),
          computedOn: state.computedOn)))
    do {
      let end = try generator.answer(
        prompt, sampler: sampler, prefixCount: request.prefix.count, isStopped: isStopped
      ) { report in
        switch report {
        case .prefill(let progress): emit(.prefillProgress(progress))
        case .token(let token): emit(.token(token))
        }
      }
      emit(.answerFinished(end))
    } catch {
      emit(
        .answerFinished(
          AnswerEnd(reason: .failed("\(error)"), generatedTokens: 0, prefillSeconds: 0, decodeSeconds: 0, text: "")))
    }
  }
}

/// A path as it goes into session logs, which people pass on: the home folder is written as ~.
private func pathFromHome(_ path: String) -> String {
  guard let home = getenv("HOME").map({ String(cString: $0) }), home.count > 1, path.hasPrefix(home + "/") else {
    return path
  }
  return "~" + path.dropFirst(home.count)
}
