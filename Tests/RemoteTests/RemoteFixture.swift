import Dispatch
import JSONText
import Sessions
import Synchronization
import TestSupport
import Testing

@testable import Remote

/// A scripted server with an engine that talks to it.
struct RemoteFixture {
  let server: ScriptedServer
  let engine: RemoteEngine
  let events = EventRecorder()

  static let models = #"{"data":[{"id":"m","owned_by":"vllm","max_model_len":100}]}"#

  /// - Parameters:
  ///   - replies: to the requests for answers, in order; the last is repeated.
  ///   - change: of the configuration, which has no waiting times worth mentioning.
  init(
    models: ScriptedServer.Reply = .init(body: Array(RemoteFixture.models.utf8)), _ replies: [ScriptedServer.Reply],
    change: (inout RemoteConfiguration) -> Void = { _ in }
  ) throws {
    let count = Counter()
    server = try ScriptedServer { request in
      if request.path == "/v1/models" { return models }
      guard request.path == "/v1/chat/completions", !replies.isEmpty else { return .init(status: 404) }
      return replies[min(count.next(), replies.count - 1)]
    }
    var configuration = RemoteConfiguration()
    configuration.retries.firstDelay = 0.001
    configuration.retries.attempts = 3
    change(&configuration)
    engine = RemoteEngine(configuration)
  }

  /// Loads the model and waits for it.
  @discardableResult func load(_ reference: String? = nil) -> Event {
    engine.load(ModelRequest(model: reference ?? server.address), emit: events.record)
    return events.wait { if case .modelReady = $0 { true } else if case .modelFailed = $0 { true } else { false } }
  }

  func ask(_ settings: SamplingSettings = SamplingSettings()) {
    let messages = [ChatMessage(role: "user", content: "q")]
    engine.answer(AnswerRequest(turn: 1, messages: messages, settings: settings), emit: events.record)
  }

  /// Loads, asks, and waits for the end.
  func answer(_ settings: SamplingSettings = SamplingSettings()) -> Event {
    load()
    ask(settings)
    return waitForEnd()
  }

  func waitForEnd() -> Event {
    events.wait { if case .answerFinished = $0 { true } else if case .answerRefused = $0 { true } else { false } }
  }

  /// The bodies of the requests for answers.
  var asked: [JSONValue] {
    server.requests.filter { $0.method == "POST" }.map { (try? JSONValue(parsing: $0.body)) ?? nil }
  }

  /// A stream of chunks with these texts, whole unless `isCut`.
  static func stream(_ texts: [String], isCut: Bool = false) -> ScriptedServer.Reply {
    var pieces = texts.map { text in
      Array("data: \(JSONValue(dictionaryLiteral: ("choices", [["delta": ["content": .string(text)]]])).text)\n\n".utf8)
    }
    if !isCut {
      pieces += [
        #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
        #"{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":4}}"#, "[DONE]",
      ].map { Array("data: \($0)\n\n".utf8) }
    }
    return .init(headers: ["Content-Type: text/event-stream; charset=utf-8"], pieces: pieces)
  }
}

/// Counts from 0.
private final class Counter: Sendable {
  private let value = Atomic(0)
  func next() -> Int { value.add(1, ordering: .relaxed).oldValue }
}

/// Keeps events and lets a test wait for one.
final class EventRecorder: Sendable {
  private let events = Mutex<[Event]>([])
  private let arrived = DispatchSemaphore(value: 0)

  var all: [Event] { events.withLock { $0 } }

  @Sendable func record(_ event: Event) {
    events.withLock { $0.append(event) }
    arrived.signal()
  }

  /// Waits for the first event of a kind among those that were not waited for.
  func wait(for isWanted: (Event) -> Bool) -> Event {
    while true {
      arrived.wait()
      let taken = waited.withLock { count in
        count += 1
        return count - 1
      }
      let event = events.withLock { $0[taken] }
      if isWanted(event) { return event }
    }
  }

  private let waited = Mutex(0)
}
