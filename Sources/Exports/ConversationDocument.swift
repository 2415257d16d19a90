import Drawing
public import JSONText
import OrderedCollections
public import Screens
public import Sessions

/// What was said in a session, as a document: Markdown for people, JSON for programs.
public struct ConversationDocument {
  private let header: SessionHeader
  private let seconds: Double
  private let title: String
  private let tags: [String]
  private let chat: ChatScreen
  private let folder: String?

  /// Reads a session to its end.
  public init(_ log: SessionLog, title: String, tags: [String] = []) {
    var chat = ChatScreen()
    for event in log.events { _ = chat.update(event) }
    self.init(chat, header: log.header, seconds: log.seconds, title: title, tags: tags, folder: log.path)
  }

  /// Takes a chat as it is on screen, so many seconds after its session began.
  ///
  /// - Parameter folder: the session's folder, in which its images lie; `nil` where it is not recorded.
  public init(
    _ chat: ChatScreen, header: SessionHeader, seconds: Double, title: String, tags: [String] = [], folder: String?
  ) {
    self.chat = chat
    self.header = header
    self.seconds = seconds
    self.title = title
    self.tags = tags
    self.folder = folder
  }

  private var model: ModelDescription? { if case .ready(let model) = chat.model { model } else { nil } }

  /// The conversation in Markdown: what it was held with, then each turn. Text of the session stands as it was written,
  /// without control characters.
  public var markdown: String {
    var lines = ["# " + printableLine(title.isEmpty ? "Session" : title), ""]
    lines.append("- model: \(printableLine(model?.name ?? header.model))")
    if let model {
      lines.append("- weights: \(printableLine(model.quantisation)), SHA-256 `\(printableLine(model.identity))`")
    }
    lines.append("- began: \(Timestamp.text(header.created.rounded()))")
    if let settings = chat.opening?.settings { lines.append("- sampling: `\(settings.json.text)`") }
    if !tags.isEmpty { lines.append("- tags: \(printableLine(tags.joined(separator: ", ")))") }
    if !otherTurns.isEmpty { lines.append("- other branches: \(otherTurns.count) turns that the JSON export holds") }
    if let system = chat.opening?.system { lines += ["", "## System", "", printable(system)] }
    for entry in chat.entries where !entry.isWithdrawn {
      switch entry.kind {
      case .question:
        lines += ["", "## Question \(entry.turn)", "", printable(entry.text)]
        for image in entry.images { lines += ["", link(to: image)] }
      case .answer(let answer):
        lines += ["", "## Answer \(entry.turn)", "", printable(entry.text)]
        if let reason = ConversationDocument.remark(on: answer) { lines += ["", "*\(reason)*"] }
      case .notice: break
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The conversation as one JSON object: the session, the model, the settings and the messages in order.
  public var json: JSONValue {
    var messages: [JSONValue] = []
    if let system = chat.opening?.system { messages.append(["role": "system", "content": .string(system)]) }
    messages += chat.entries.compactMap { $0.isWithdrawn ? nil : message($0) }
    return [
      "title": .string(title), "tags": .array(tags.map { .string($0) }),
      "created": .string(Timestamp.text(header.created)), "seconds": .double(seconds),
      "model": model.map {
        [
          "name": .string($0.name), "weights_sha256": .string($0.identity), "family": .string($0.family),
          "quantisation": .string($0.quantisation), "context_length": .integer($0.contextLength),
        ]
      } ?? ["name": .string(header.model)],
      "sampling": chat.opening?.settings.json ?? .null, "messages": .array(messages),
      "other_branches": .array(otherTurns.compactMap(message)),
    ]
  }

  /// The turns of branches that are not shown.
  private var otherTurns: [Entry] {
    let shown = Set(chat.entries.map(\.id))
    return chat.conversation.entries.filter { $0.isTurn && !shown.contains($0.id) }
  }

  /// A turn as a chat message with its place in the tree; `nil` for a notice.
  private func message(_ entry: Entry) -> JSONValue? {
    switch entry.kind {
    case .question:
      var object = JSONObjectBuilder()
      object["role"] = "user"
      object["content"] = .string(entry.text)
      if !entry.images.isEmpty { object["images"] = .array(entry.images.map(description)) }
      object["turn"] = .integer(entry.turn)
      object["id"] = .integer(entry.id)
      object["parent"] = .integer(entry.parent)
      return object.value
    case .answer(let answer):
      return [
        "role": "assistant", "content": .string(entry.text), "turn": .integer(entry.turn), "id": .integer(entry.id),
        "parent": .integer(entry.parent), "tokens": .integer(answer.tokens),
        "prompt_tokens": .integer(answer.promptTokens),
        "ended": .string(ConversationDocument.remark(on: answer) ?? "end of turn"),
      ]
    case .notice: return nil
    }
  }

  /// An image as Markdown has it, with the way to its file in the session's folder.
  private func link(to image: ImageReference) -> String {
    let name = printableLine(image.name).filter { !"[]()".contains($0) }
    guard let path = path(of: image) else { return "*image \(name): its file is not in the session*" }
    // In angle brackets a path may hold spaces.
    return "![\(name)](<\(path)>)"
  }

  private func description(_ image: ImageReference) -> JSONValue {
    [
      "name": .string(image.name), "sha256": .string(image.sha256), "width": .integer(image.width),
      "height": .integer(image.height), "path": path(of: image).map { .string($0) } ?? .null,
    ]
  }

  private func path(of image: ImageReference) -> String? {
    guard let folder, let blob = image.blobPath else { return nil }
    return folder + "/" + blob
  }

  /// How an answer ended, where it did not end by itself.
  private static func remark(on answer: Answer) -> String? {
    switch answer.state {
    case .finished(.endOfTurn), .finished(.stopString): nil
    case .finished(.length): "ended at the most tokens allowed"
    case .finished(.cancelled): "stopped by the user"
    case .finished(.contextFull): "ended as the context was full"
    case .finished(.failed): "failed"
    case .streaming, .cutOff: "cut off"
    }
  }
}
