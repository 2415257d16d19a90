public import JSONText

/// Where a turn stands in the tree of a conversation.
///
/// Questions and answers are turns, each with a number of its own. An answer's parent is its question, a question's
/// parent the answer it goes on from. Nothing is ever taken away: another answer to the same question, or another
/// question in place of an earlier one, is one more child.
public struct TurnPlace: Hashable, Sendable {
  /// The turn, from 1, rising in the order of the session.
  public var id: Int
  /// The turn it follows; 0 for a question that begins the conversation.
  public var parent: Int

  /// Creates a place; numbers are brought into 0...2^53, as they also come from files of others.
  public init(id: Int, parent: Int) {
    self.id = max(0, min(id, 1 << 53))
    self.parent = max(0, min(parent, 1 << 53))
  }

  func write(to object: inout JSONObjectBuilder) {
    object["id"] = .integer(id)
    object["parent"] = .integer(parent)
  }

  /// Reads the members of an event; `nil` where a session has none.
  init?(optional fields: Fields) throws(EventFormatError) {
    guard let id = try fields.optional("id", fields.integer) else { return nil }
    self.init(id: id, parent: try fields.integer("parent"))
  }
}

/// The user wants one more answer to a question.
public struct AnswerOrder: Hashable, Sendable {
  /// The new answer and the question it is for.
  public var place: TurnPlace
  /// What it has in common with an answer that is there; `nil` begins anew.
  public var fork: TokenFork?
  /// The model that is to draw it in place of the chat's own, to be compared; `nil` is the chat's.
  public var model: String?

  /// Creates an order.
  public init(place: TurnPlace, fork: TokenFork? = nil, model: String? = nil) {
    self.place = place
    self.fork = fork
    self.model = model
  }
}

/// A place within an answer where another token is put, from which the model goes on.
public struct TokenFork: Hashable, Sendable {
  /// The answer that is left.
  public var answer: Int
  /// Tokens of it that are kept.
  public var kept: Int
  /// The token that follows them.
  public var token: Int32

  /// Creates a fork.
  public init(answer: Int, kept: Int, token: Int32) {
    self.answer = answer
    self.kept = kept
    self.token = token
  }
}

extension AnswerOrder: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    place.write(to: &object)
    if let model { object["model"] = .string(model) }
    guard let fork else { return }
    object["fork_of"] = .integer(fork.answer)
    object["kept_tokens"] = .integer(fork.kept)
    object["token"] = .integer(Int(fork.token))
  }
  init(_ fields: Fields) throws(EventFormatError) {
    var fork: TokenFork?
    if let answer = try fields.optional("fork_of", fields.integer) {
      fork = TokenFork(
        answer: answer, kept: try fields.integer("kept_tokens"), token: try fields.token("token"))
    }
    self.init(
      place: TurnPlace(id: try fields.integer("id"), parent: try fields.integer("parent")), fork: fork,
      model: try fields.optional("model", fields.string))
  }
}

/// The user finds one answer to a question better than another.
public struct Preference: Hashable, Sendable {
  /// The better answer.
  public var chosen: Int
  /// The other.
  public var rejected: Int

  /// Creates a preference between two answers of a session.
  public init(chosen: Int, rejected: Int) {
    self.chosen = chosen
    self.rejected = rejected
  }
}

extension Preference: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["chosen"] = .integer(chosen)
    object["rejected"] = .integer(rejected)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(chosen: try fields.integer("chosen"), rejected: try fields.integer("rejected"))
  }
}

/// A line of a preference file, in the conversational form that preference training reads.
public struct PreferencePair: Hashable, Sendable {
  /// The messages up to and with the question.
  public var prompt: [ChatMessage]
  /// The better answer.
  public var chosen: String
  /// The other.
  public var rejected: String

  /// Creates a pair.
  public init(prompt: [ChatMessage], chosen: String, rejected: String) {
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
  }

  /// `{"prompt":[messages],"chosen":[message],"rejected":[message]}`.
  public var json: JSONValue {
    func list(_ messages: [ChatMessage]) -> JSONValue {
      .array(messages.map { ["role": .string($0.role), "content": .string($0.content)] })
    }
    return [
      "prompt": list(prompt), "chosen": list([ChatMessage(role: "assistant", content: chosen)]),
      "rejected": list([ChatMessage(role: "assistant", content: rejected)]),
    ]
  }
}
