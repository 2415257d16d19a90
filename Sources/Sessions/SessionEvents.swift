/// The size of a terminal in cells.
public struct TerminalSize: Hashable, Sendable {
  /// Cells in a row.
  public var columns: Int
  /// Rows.
  public var rows: Int
  /// Creates a size; each side is brought into 0...1000, as sizes also come from files of others.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, min(columns, 1000))
    self.rows = max(0, min(rows, 1000))
  }
}

/// How a chat begins: everything that decides its answers beside the questions.
public struct ChatOpening: Hashable, Sendable {
  /// The model: a name, a file or a folder, as the user gave it.
  public var model: String
  /// The system prompt; `nil` leaves it to the model's chat template.
  public var system: String?
  /// The settings of every answer; `seed` is the session's, from which each turn's is derived.
  public var settings: SamplingSettings
  /// Tokens of context to open the model with; `nil` is the model's own.
  public var contextLength: Int?

  /// Creates an opening.
  public init(
    model: String, system: String? = nil, settings: SamplingSettings = SamplingSettings(), contextLength: Int? = nil
  ) {
    self.model = model
    self.system = system
    self.settings = settings
    self.contextLength = contextLength
  }
}

/// A question of the user.
public struct Question: Hashable, Sendable {
  /// The text.
  public var text: String
  /// Where it stands; `nil` goes on from the answer before, as in sessions of programs that knew no branches.
  public var place: TurnPlace?
  /// The images that belong to it.
  public var images: [ImageReference]
  /// Creates a question.
  public init(text: String, place: TurnPlace? = nil, images: [ImageReference] = []) {
    self.text = text
    self.place = place
    self.images = images
  }
}

/// A line that tells the user something.
public struct Notice: Hashable, Sendable {
  /// How much it matters.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    case information, warning, error
  }
  /// How much it matters.
  public var severity: Severity
  /// One line: what happened and what to do.
  public var text: String
  /// Creates a notice.
  public init(_ severity: Severity, _ text: String) {
    self.severity = severity
    self.text = text
  }
}

/// A model that can be chosen.
public struct ModelListing: Hashable, Sendable {
  /// The name that `--model` takes.
  public var name: String
  /// Where it lies; `nil` when it would have to be pulled first.
  public var path: String?
  /// Size in bytes; 0 where unknown.
  public var bytes: Int
  /// Family, parameters, quantisation and context in one line.
  public var details: String
  /// Creates a listing.
  public init(name: String, path: String?, bytes: Int, details: String) {
    self.name = name
    self.path = path
    self.bytes = bytes
    self.details = details
  }
}

/// How far the pulling of a model is.
public struct PullProgress: Hashable, Sendable {
  /// What is known of the pull.
  public enum State: Hashable, Sendable {
    /// Bytes received, of a total that is 0 where unknown.
    case receiving(bytes: Int, total: Int)
    /// Received; the hash is being checked.
    case verifying
    /// The model is there.
    case finished
    /// Given up by the user.
    case cancelled
    /// It failed; the text is one line.
    case failed(String)
  }
  /// The model's name.
  public var name: String
  /// How far it is.
  public var state: State
  /// Creates a report.
  public init(name: String, state: State) {
    self.name = name
    self.state = state
  }
}

/// What a list of sessions tells of each.
public struct SessionSummary: Hashable, Sendable {
  /// The folder's name without `.session`.
  public var name: String
  /// The folder.
  public var path: String
  /// The first question, in one line; empty when nothing was asked.
  public var title: String
  /// The model, as the user gave it.
  public var model: String
  /// When it began, in seconds since 1970.
  public var created: Double
  /// How long it is, in seconds.
  public var seconds: Double
  /// Questions asked.
  public var turns: Int
  /// Whether the program that recorded it did not end in good order, so that it waits to be continued.
  public var isUnfinished: Bool
  /// Whether another program is recording it now.
  public var isOpenElsewhere: Bool
  /// The words that the user has put on it, sorted.
  public var tags: [String]

  /// Creates a summary.
  public init(
    name: String, path: String, title: String, model: String, created: Double, seconds: Double, turns: Int,
    isUnfinished: Bool, isOpenElsewhere: Bool, tags: [String] = []
  ) {
    self.name = name
    self.path = path
    self.title = title
    self.model = model
    self.created = created
    self.seconds = seconds
    self.turns = turns
    self.isUnfinished = isUnfinished
    self.isOpenElsewhere = isOpenElsewhere
    self.tags = tags
  }
}
