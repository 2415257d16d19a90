import ArgumentParser
import Drawing
import JSONText
import Sessions

extension SessionsCommand {
  /// `lathe sessions show`: everything about one session but its text.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what is known of a session: model, settings, turns, tags, markers, damage.")
    @OptionGroup var choice: Choice
    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
      let path = try choice.path()
      let log = try SessionLog(path: path)
      let summary = try SessionLibrary.summary(path: path)
      let markers = try SessionDetails(path: path).markers
      StandardStreams.output(json ? object(summary, log, markers).text + "\n" : text(summary, log, markers))
    }

    private func weights(of log: SessionLog) -> ModelDescription? {
      for event in log.events { if case .modelReady(let model) = event.event { return model } }
      return nil
    }

    private func text(_ summary: SessionSummary, _ log: SessionLog, _ markers: [SessionMarker]) -> String {
      var lines = [
        ("name", summary.name), ("folder", summary.path), ("title", summary.title), ("model", summary.model),
        ("weights", weights(of: log).map { "sha256 \($0.identity)" } ?? "never loaded"),
        ("began", Timestamp.text(summary.created.rounded())), ("length", "\(summary.seconds) s"),
        ("turns", "\(summary.turns)"), ("events", "\(log.events.count)"),
        ("terminal", "\(log.header.terminal.columns)x\(log.header.terminal.rows)"),
        ("tags", summary.tags.joined(separator: " ")),
      ]
      lines += markers.map { ("marker", "\($0.seconds) s  \($0.label)") }
      lines += log.notices.map { ("damage", $0.text) }
      return lines.map { name, value in
        name + String(repeating: " ", count: 10 - name.count) + printableLine(value) + "\n"
      }.joined()
    }

    private func object(_ summary: SessionSummary, _ log: SessionLog, _ markers: [SessionMarker]) -> JSONValue {
      var object = JSONObjectBuilder(membersOf: summary.json)
      object["weights_sha256"] = weights(of: log).map { .string($0.identity) } ?? .null
      object["events"] = .integer(log.events.count)
      object["markers"] = .array(
        markers.map { ["seconds": .double($0.seconds), "label": .string($0.label)] })
      object["damage"] = .array(log.notices.map { .string($0.text) })
      return object.value
    }
  }
}
