import Dispatch
public import Sessions
import Synchronization

/// The chat engine over a server that speaks the OpenAI API: the same calls and events as the embedded runtime's.
public final class RemoteEngine: ChatEngine {
  private let queue = DispatchQueue(label: "lathe.remote", qos: .userInitiated)
  private let configuration: RemoteConfiguration
  private let state = Confined()
  private let running = Mutex(Running())

  /// What only the engine's queue touches.
  private final class Confined: @unchecked Sendable {
    var client: EndpointClient?
    var model: ServedModel?
    /// The settings that the user knows are not sent.
    var reportedUnsent: [String] = []
  }

  private struct Running {
    /// Rises with every stop; an answer ends when it is no longer the number it was asked for with.
    var stops = 0
    /// Of what is being done now.
    var interruption: Interruption?
  }

  /// Creates an engine that talks to no server yet.
  public init(_ configuration: RemoteConfiguration) { self.configuration = configuration }

  /// Finds the model that `request.model`, a `RemoteModel` reference, names, and asks its server about it.
  public func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void) {
    queue.async { [self] in
      emit(.modelLoading(ModelLoading(name: request.model, fraction: 0)))
      state.model = nil
      state.reportedUnsent = []
      let interruption = Interruption()
      running.withLock { $0.interruption = interruption }
      defer { running.withLock { $0.interruption = nil } }
      do {
        let wanted = try RemoteModel(reference: request.model)
        let client = try EndpointClient(wanted.endpoint, configuration)
        let model = try find(wanted.name, client, interruption, emit)
        state.client = client
        state.model = model
        emit(.modelReady(describe(model, at: wanted.endpoint, contextLength: request.contextLength)))
      } catch {
        emit(.modelFailed("\(error)"))
      }
    }
  }

  private func find(
    _ name: String?, _ client: EndpointClient, _ interruption: Interruption, _ emit: (Event) -> Void
  ) throws(RemoteError) -> ServedModel {
    guard let models = try client.models(stop: interruption.transfer) else {
      guard let name else { throw client.failure("the server does not list its models; name one with --model") }
      emit(.notice(Notice(.information, "the server does not list its models: \(name) is taken as it is written")))
      return ServedModel(id: name)
    }
    do {
      return try ServedModel.choose(name, from: models)
    } catch {
      throw client.failure("\(error)")
    }
  }

  private func describe(_ model: ServedModel, at endpoint: Endpoint, contextLength: Int?) -> ModelDescription {
    ModelDescription(
      name: "\(model.shortName)@\(endpoint.host)", path: endpoint.description,
      identity: RemoteModel(endpoint: endpoint, name: model.id).reference, family: model.owner, parameters: 0,
      quantisation: "", contextLength: model.contextLength ?? contextLength ?? 0, bytes: 0,
      hasVision: configuration.hasVision)
  }

  /// Answers; see `ChatEngine`.
  public func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void) {
    let ticket = running.withLock { $0.stops }
    queue.async { [self] in
      guard let model = state.model, let client = state.client else {
        return emit(.answerRefused("no model is chosen; name one first"))
      }
      let interruption = Interruption()
      running.withLock { running in
        running.interruption = interruption
        if running.stops != ticket { interruption.request() }
      }
      defer { running.withLock { $0.interruption = nil } }
      let images: [ImageReference: [UInt8]]
      do {
        images = try self.images(of: request)
      } catch {
        return emit(.answerRefused("\(error)"))
      }
      let body = ChatRequestBody(
        request, model: model, topLogProbabilities: configuration.topLogProbabilities, images: images)
      report(unsent: body.unsent, emit)
      AnswerRun(request, body: body, model: model, client: client, interruption: interruption, emit: emit).run()
    }
  }

  /// The images of the messages, read from the session.
  private func images(of request: AnswerRequest) throws -> [ImageReference: [UInt8]] {
    var images: [ImageReference: [UInt8]] = [:]
    for image in request.messages.flatMap(\.images) where images[image] == nil {
      guard configuration.hasVision else {
        throw RemoteError("the conversation holds images; --vision says that the server's model takes them")
      }
      guard let session = request.session else {
        throw RemoteError("an image cannot be sent: the session that holds it is recorded no further")
      }
      images[image] = try SessionBlobs.bytes(of: image, in: session)
    }
    return images
  }

  /// Ends the answer that is waited for or comes; at once, whatever the server does.
  public func stop() {
    running.withLock { running in
      running.stops += 1
      running.interruption?.request()
    }
  }

  /// Says, when it changes, which settings the server does not get.
  private func report(unsent: [String], _ emit: (Event) -> Void) {
    guard unsent != state.reportedUnsent else { return }
    state.reportedUnsent = unsent
    guard !unsent.isEmpty else { return }
    emit(
      .notice(
        Notice(
          .information,
          "this server is not sent what the OpenAI API lacks: \(unsent.joined(separator: ", ")); its own values apply"))
    )
  }
}
