import ArgumentParser
import Drawing
import Files
import JSONText
import OrderedCollections
import Sessions
import Tokenization

extension SessionsCommand {
  /// `lathe sessions redact`: a copy that can be passed on.
  struct Redact: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a copy of a session without the texts that a pattern matches.",
      discussion: """
        The pattern is a regular expression; (?i) in front makes it ignore case. Looked through are all texts of all \
        events, also what tokens or typed keys spell together. Where anything matched, typed keys are masked and the \
        prompts' token ids cleared, so that these answers cannot be run again; images are left out. The copy is read \
        again and looked through once more: where a match would be left, there is no copy.
        """)

    @OptionGroup var choice: Choice
    @Option(help: ArgumentHelp("What to take out, as a regular expression.", valueName: "re")) var pattern: String
    @Option(help: "What stands in its place.") var replacement = "[redacted]"
    @Option(help: "The copy's name (default: the session's with -redacted behind it).") var name: String?
    @Flag(help: "Print what was done as a JSON object.") var json = false

    func run() throws {
      let path = try choice.path()
      let expression = try RegularExpression(pattern)
      let redaction = SessionRedaction(replacement: replacement) { expression.matches(in: Array($0.utf8)) }
      let report = try redaction.copy(path, into: DataFolders.sessions, name: name)
      let copied = SessionLibrary.name(ofPath: report.path)
      if json {
        let object: JSONValue = [
          "name": .string(copied), "path": .string(report.path), "matches": .integer(report.matches),
          "dropped_lines": .integer(report.droppedLines), "dropped_files": .integer(report.droppedFiles),
        ]
        StandardStreams.output(object.text + "\n")
        return
      }
      var text = "\(copied): \(report.matches) matches taken out, none left"
      if report.droppedLines > 0 { text += "; \(report.droppedLines) malformed lines left out" }
      if report.droppedFiles > 0 { text += "; \(report.droppedFiles) images and other files left out" }
      StandardStreams.output(printableLine(text) + "\n")
    }
  }
}
