import ArgumentParser
import Drawing
import Exports
import JSONText
import Sessions

extension SessionsCommand {
  /// `lathe sessions export`: a session in a form that other programs read.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a session as Markdown, JSON or a terminal recording (asciicast v3).",
      discussion: """
        markdown and json hold the conversation with model, weights' hash and sampling; asciicast is the screen as it \
        was, for asciinema's players, with lathe's own events riding along under the code L. A single frame is printed \
        by lathe replay --at, also as a PNG image.
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case markdown, json, asciicast }

    @OptionGroup var choice: Choice
    @Option(help: "markdown, json or asciicast.") var format = Format.markdown
    @Option(help: "Size of the recorded screen, as 100x30 (default: as recorded).") var size: FrameSize?
    @Option(help: ArgumentHelp("Write to this file (default: standard output).", valueName: "file"))
    var output: String?

    func run() throws {
      let path = try choice.path()
      let log = try SessionLog(path: path)
      let summary = try SessionLibrary.summary(path: path)
      let file = try OutputFile(output)
      switch format {
      case .markdown:
        try file.write(ConversationDocument(log, title: summary.title, tags: summary.tags).markdown)
      case .json:
        try file.write(ConversationDocument(log, title: summary.title, tags: summary.tags).json.text + "\n")
      case .asciicast:
        let recorded = Size(columns: log.header.terminal.columns, rows: log.header.terminal.rows)
        let cast = Asciicast(
          log, markers: (try? SessionDetails(path: path))?.markers ?? [], title: summary.title,
          size: size?.size ?? recorded)
        var failure: (any Error)?
        cast.write { line in
          do {
            return try file.write(line)
          } catch {
            failure = error
            return false
          }
        }
        if let failure { throw failure }
      }
      try file.commit()
    }
  }
}
