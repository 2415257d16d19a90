import ArgumentParser
import Drawing
import JSONText
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe sessions`: lists what has been recorded.
struct SessionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List recorded sessions, newest first.")

  @Flag(help: "Print one JSON object a session.")
  var json = false

  func run() throws {
    for session in Services.sessionLibrary.summaries() {
      StandardStreams.output((json ? session.json.text : line(session)) + "\n")
    }
  }

  private func line(_ session: SessionSummary) -> String {
    let state = session.isOpenElsewhere ? "in use" : session.isUnfinished ? "unfinished" : ""
    let turns = session.turns == 1 ? "1 turn" : "\(session.turns) turns"
    let columns = [(session.name, 20), (turns, 10), (state, 12), (session.model, 16)]
    let text = columns.map { text, columns in
      let shown = printableLine(text)
      return shown + String(repeating: " ", count: max(1, columns - TextWidth.columns(of: shown)))
    }
    return text.joined() + printableLine(session.title)
  }
}
