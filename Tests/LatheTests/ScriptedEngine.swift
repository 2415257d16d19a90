import Dispatch
import Sessions
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@testable import lathe

/// An engine that answers by heart, on a thread of its own as a real one does.
final class ScriptedEngine: ChatEngine {
  let answer: [String]
  private let hasVision: Bool
  private let queue = DispatchQueue(label: "scripted engine")
  private let isStopped = SharedFlag()
  private let received = Mutex<[AnswerRequest]>([])
  /// Waits before each token until this is set.
  let gate: SharedFlag

  init(answer: [String], isHeld: Bool = false, hasVision: Bool = false) {
    self.answer = answer
    self.hasVision = hasVision
    gate = SharedFlag()
    gate.set(!isHeld)
  }

  var requests: [AnswerRequest] { received.withLock { $0 } }

  func load(_ request: ModelRequest, emit: @escaping @Sendable (Event) -> Void) {
    queue.async { [hasVision] in
      emit(.modelLoading(ModelLoading(name: request.model, fraction: 0.5)))
      guard request.model != "missing" else {
        emit(.modelFailed("cannot load missing: no such model; lathe pull missing"))
        return
      }
      emit(
        .modelReady(
          ModelDescription(
            name: request.model, path: "/m", identity: "i", family: "llama", parameters: 1, quantisation: "Q4_1",
            contextLength: request.contextLength ?? 2048, bytes: 1, hasVision: hasVision)))
    }
  }

  func answer(_ request: AnswerRequest, emit: @escaping @Sendable (Event) -> Void) {
    received.withLock { $0.append(request) }
    isStopped.set(false)
    queue.async { [self] in
      if request.messages.last?.content == "too long" {
        emit(.answerRefused("the prompt has 9999 tokens, the context holds 2048"))
        return
      }
      emit(
        .answerStarted(
          AnswerStart(
            turn: request.turn, promptTokens: 3, reusedTokens: 0, newTokens: [1, 2, 3], contextLength: 2048,
            settings: request.settings)))
      var text = ""
      var count = 0
      for piece in answer {
        while !gate.isSet, !isStopped.isSet { usleep(1000) }
        if isStopped.isSet { break }
        text += piece
        count += 1
        emit(.token(GeneratedToken(id: 5, text: piece, logit: 1, probability: 0.5)))
      }
      emit(
        .answerFinished(
          AnswerEnd(
            reason: isStopped.isSet ? .cancelled : .endOfTurn, generatedTokens: count, prefillSeconds: 0.1,
            decodeSeconds: 0.1, text: text)))
    }
  }

  func stop() { isStopped.set(true) }
}

extension AnswerRequest {
  /// What decides the answer: all but the number it gets.
  var asked: AnswerRequest { AnswerRequest(turn: turn, messages: messages, settings: settings, prefix: prefix) }
}
