import ArgumentParser
import Drawing
import Files
import JSONText
import Sessions

/// `lathe sessions`: what has been recorded, and what can be done with it.
struct SessionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List, search, name, tag, delete and pass on recorded sessions.",
    discussion: """
      SESSION is a session's folder, its name, or the beginning of its name. Deleted sessions go to the trash, from \
      which `undo` brings them back; only `trash --empty` removes anything.
      """,
    subcommands: [
      List.self, Search.self, Show.self, Export.self, Rename.self, Tag.self, Untag.self, Mark.self, Delete.self,
      Undo.self, Trash.self, Redact.self,
    ],
    defaultSubcommand: List.self)

  /// The session that a command works on.
  struct Choice: ParsableArguments {
    @Argument(help: "Its folder, its name, or the beginning of its name.")
    var session: String

    func path() throws -> String { try Services.sessionLibrary.find(session) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the sessions, newest first.")

    @Option(help: "Only those with this tag.")
    var tag: String?

    @Flag(help: "Print one JSON object a session.")
    var json = false

    func run() throws {
      for session in Services.sessionLibrary.summaries() where tag.map(session.tags.contains) ?? true {
        guard StandardStreams.output((json ? session.json.text : SessionsCommand.line(of: session)) + "\n") else {
          return
        }
      }
    }
  }

  struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Find sessions by what was said in them.",
      discussion: """
        All words must occur, in any case, in a question, an answer, the system prompt, the name or a tag. "two words" \
        stay together; tag:WORD and model:NAME narrow the search down. Exit status 1 when nothing is found.
        """)

    @Argument(help: "What to look for.")
    var words: [String]

    @Flag(help: "Print one JSON object a session, with the excerpt and the number of places.")
    var json = false

    func run() throws {
      // The shell took the quotes off a word with spaces: it stays together all the same.
      let quoted = words.map { $0.contains(" ") && !$0.contains("\"") ? "\"\($0)\"" : $0 }
      let query = SessionQuery(quoted.joined(separator: " "))
      let found = Services.sessionLibrary.index().search(query)
      for match in found {
        let text =
          json ? match.json.text : "\(SessionsCommand.line(of: match.summary))\n    \(printableLine(match.excerpt))"
        guard StandardStreams.output(text + "\n") else { return }
      }
      if found.isEmpty { throw ExitCode(1) }
    }
  }

  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give a session another name.")
    @OptionGroup var choice: Choice
    @Argument(help: "The new name.") var name: String
    @Flag(help: "Print the session as a JSON object.") var json = false

    func run() throws {
      let path = try Services.sessionLibrary.rename(try choice.path(), to: name)
      if json { StandardStreams.output(try SessionLibrary.summary(path: path).json.text + "\n") }
    }
  }

  struct Tag: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Put tags on a session.")
    @OptionGroup var choice: Choice
    @Argument(help: "The tags, one word each.") var tags: [String]
    @Flag(help: "Print the session as a JSON object.") var json = false

    func validate() throws {
      for tag in tags { if let problem = SessionDetails.problem(ofTag: tag) { throw ValidationError(problem) } }
    }

    func run() throws {
      try SessionsCommand.change(choice, json: json) { details in for tag in tags { details.add(tag: tag) } }
    }
  }

  struct Untag: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take tags off a session.")
    @OptionGroup var choice: Choice
    @Argument(help: "The tags.") var tags: [String]
    @Flag(help: "Print the session as a JSON object.") var json = false

    func run() throws {
      try SessionsCommand.change(choice, json: json) { details in for tag in tags { details.remove(tag: tag) } }
    }
  }

  struct Mark: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Mark a moment of a session, to find it again in replay.")
    @OptionGroup var choice: Choice
    @Option(help: "The moment: seconds, 25%, turn:3 or end.") var at: Moment
    @Option(help: "What is there.") var label = ""
    @Flag(help: "Print the session as a JSON object.") var json = false

    func run() throws {
      let path = try choice.path()
      let log = try SessionLog(path: path)
      let count = try at.eventCount(in: log, markers: SessionDetails(path: path).markers)
      let marker = SessionMarker(seconds: count == 0 ? 0 : log.events[count - 1].seconds, label: label)
      try SessionsCommand.change(choice, json: json) { $0.add(marker) }
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Move sessions to the trash; undo brings them back.")
    @Argument(help: "The sessions.") var sessions: [String]
    @Flag(help: "Print one JSON object a session.") var json = false

    func run() throws {
      let library = Services.sessionLibrary
      // All are found before the first is moved: a wrong name must not leave half of the work done.
      let paths = try sessions.map { try library.find($0) }
      for path in paths {
        let deleted = try library.delete(path, now: Clock.now())
        let name = printableLine(deleted.name)
        StandardStreams.output(
          json ? deleted.json.text + "\n" : "deleted \(name); lathe sessions undo brings it back\n")
      }
    }
  }

  struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the latest deleted session back, or one by name.")
    @Argument(help: "Its name.") var name: String?
    @Flag(help: "Print the session as a JSON object.") var json = false

    func run() throws {
      let path = try Services.sessionLibrary.undelete(name)
      let text =
        json ? try SessionLibrary.summary(path: path).json.text : "\(SessionLibrary.name(ofPath: path)) is back"
      StandardStreams.output(printableLine(text) + "\n")
    }
  }

  struct Trash: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List deleted sessions, or remove old ones for good.")
    @Flag(help: "Remove for good those that were deleted longer ago than --older-than.") var empty = false
    @Option(help: "Days since the deletion.") var olderThan = 30.0
    @Flag(help: "Print one JSON object a session.") var json = false

    func validate() throws {
      guard olderThan >= 0, olderThan.isFinite else {
        throw ValidationError("--older-than \(olderThan): expected 0 days or more")
      }
    }

    func run() throws {
      let library = Services.sessionLibrary
      let sessions =
        empty ? try library.emptyTrash(deletedBefore: Clock.now() - olderThan * 86_400) : library.deleted()
      for session in sessions {
        let text = "\(empty ? "removed " : "")\(Timestamp.text(session.deleted.rounded()))  \(session.name)"
        guard StandardStreams.output((json ? session.json.text : printableLine(text)) + "\n") else { return }
      }
    }
  }

  /// Changes tags or markers of a session.
  private static func change(_ choice: Choice, json: Bool, _ change: (inout SessionDetails) -> Void) throws {
    let path = try choice.path()
    try Services.sessionLibrary.changeDetails(of: path, change)
    if json { StandardStreams.output(try SessionLibrary.summary(path: path).json.text + "\n") }
  }

  /// A session in one line for people.
  private static func line(of session: SessionSummary) -> String {
    let state = session.isOpenElsewhere ? "in use" : session.isUnfinished ? "unfinished" : ""
    let turns = session.turns == 1 ? "1 turn" : "\(session.turns) turns"
    let columns = [(session.name, 20), (turns, 10), (state, 12), (session.model, 16)]
    let text = columns.map { text, columns in
      let shown = printableLine(text)
      return shown + String(repeating: " ", count: max(1, columns - TextWidth.columns(of: shown)))
    }
    let tags = session.tags.map { "#" + $0 + " " }.joined()
    return text.joined() + printableLine(tags + session.title)
  }
}

extension DeletedSession {
  var json: JSONValue {
    ["name": .string(name), "path": .string(path), "deleted": .string(Timestamp.text(deleted))]
  }
}
