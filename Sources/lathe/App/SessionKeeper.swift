import Dispatch
import Screens
import Sessions

/// Does what a screen asks for with sessions, one thing after the other on a thread of its own.
final class SessionKeeper: Sendable {
  private let library: SessionLibrary
  private let mailbox: Mailbox
  private let queue = DispatchQueue(label: "lathe.sessions", qos: .userInitiated)
  private let state = Confined()

  /// What only the queue touches.
  private final class Confined: @unchecked Sendable {
    /// The sessions as they were listed last: a search while typing need not look at the disk again.
    var index: SessionIndex?
    /// The query that is shown, to be answered anew when sessions change.
    var query: String?
  }

  init(library: SessionLibrary, mailbox: Mailbox) {
    self.library = library
    self.mailbox = mailbox
  }

  func run(_ effect: Effect) {
    queue.async { [self] in
      switch effect {
      case .searchSessions(let query): search(query)
      case .renameSession(let path, let name): change { () throws(SessionError) in try library.rename(path, to: name) }
      case .tagSession(let path, let tags): setTags(tags, of: path)
      case .deleteSession(let path):
        change("deleted \(SessionLibrary.name(ofPath: path)); u brings it back") { () throws(SessionError) in
          try library.delete(path, now: Clock.now())
        }
      case .undeleteSession: change { () throws(SessionError) in try library.undelete() }
      default: list()
      }
    }
  }

  private func list() {
    let index = library.index()
    state.index = index
    mailbox.post(.sessions(index.summaries))
    if let query = state.query { search(query) }
  }

  private func search(_ text: String) {
    let query = SessionQuery(text)
    state.query = query.isEmpty ? nil : text
    let index = state.index ?? library.index()
    state.index = index
    // Without words everything is listed as it was.
    mailbox.post(.sessionMatches(SessionMatches(query: text, matches: query.isEmpty ? [] : index.search(query))))
  }

  private func setTags(_ tags: [String], of path: String) {
    if let problem = tags.lazy.compactMap({ SessionDetails.problem(ofTag: $0) }).first {
      mailbox.post(.notice(Notice(.error, problem)))
      return
    }
    change { () throws(SessionError) in
      try library.changeDetails(of: path) { details in
        for tag in details.tags { details.remove(tag: tag) }
        for tag in tags { details.add(tag: tag) }
      }
    }
  }

  /// Makes a change, says so or why not, and lists the sessions anew.
  private func change<Ignored>(_ done: String? = nil, _ make: () throws(SessionError) -> Ignored) {
    do {
      _ = try make()
      if let done { mailbox.post(.notice(Notice(.information, done))) }
    } catch {
      mailbox.post(.notice(Notice(.error, "\(error)")))
    }
    list()
  }
}
