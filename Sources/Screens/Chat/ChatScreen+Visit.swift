import Drawing
import Sessions
import Widgets

/// Another model draws one answer, to be put beside one of the chat's own.
struct ModelVisit: Hashable, Sendable {
  /// The answer it is compared with.
  var compared: Int
  /// What is still to be asked of the other model; `nil` once it is asked, and on the way back.
  var order: AnswerOrder?
}

// Two models on one question: the other is loaded in place of the chat's own, answers, and makes room again.
extension ChatScreen {
  /// Puts another model's answer to the last question beside the one that is shown; without a name, one that is there.
  mutating func compare(with name: String) -> [Effect] {
    let tip = conversation.tip
    guard let answer = conversation[tip], answer.kind != .question else {
      add(Notice(.information, "/compare: there is no answer yet to put another one beside"))
      return []
    }
    if name.isEmpty {
      compare(tip)
      return []
    }
    guard activity == .idle, visit == nil, case .ready = model else {
      add(Notice(.warning, "the model is busy: /compare \(name) when the answer is there"))
      return []
    }
    let place = TurnPlace(id: conversation.nextID, parent: answer.parent)
    return [.happen(.answerOrdered(AnswerOrder(place: place, model: name)))]
  }

  /// Loads the other model; it is asked when it is ready.
  mutating func beginVisit(for order: AnswerOrder) -> [Effect] {
    guard let name = order.model, let opening else { return [] }
    let answers = conversation.children(of: order.place.parent)
    guard let compared = answers.first(where: { conversation.path(to: conversation.tip).contains($0) }) ?? answers.last
    else { return [] }
    // Questions may be written meanwhile.
    conversation.reserve(through: min(order.place.id, 1 << 40))
    visit = ModelVisit(compared: compared, order: order)
    model = .loading(ModelLoading(name: name, fraction: 0))
    return [.loadModel(ModelRequest(model: name, contextLength: opening.contextLength))]
  }

  /// Asks the other model, which is there now. Its answer is shown as it comes; what is asked meanwhile follows the one
  /// that it is compared with.
  mutating func askVisited() -> [Effect] {
    guard let order = visit?.order else { return [] }
    visit?.order = nil
    conversation.move(to: order.place.parent)
    let before = nextParent
    let effects = request(order)
    nextParent = queue.isEmpty ? visit?.compared : before
    return effects.isEmpty ? comeBack() : effects
  }

  /// The other model's answer is there: both are shown, and the chat's own model is loaded again.
  mutating func leave(visitFor drawn: Int?, _ reason: AnswerEndReason) -> [Effect] {
    if case .failed(let message) = reason { add(Notice(.error, message)) }
    if let compared = visit?.compared, let drawn, mode == .writing {
      mode = .comparing(Comparison(left: compared, right: drawn))
    }
    return comeBack()
  }

  /// Loads the chat's own model again.
  mutating func comeBack() -> [Effect] {
    endVisit()
    return load()
  }

  /// The path stays with the answer that was compared, until the other one is found better.
  mutating func endVisit() {
    guard let compared = visit?.compared else { return }
    visit = nil
    conversation.move(to: compared)
    if queue.isEmpty { nextParent = nil }
    isUnfinished = conversation.lacksAnswer
  }
}
