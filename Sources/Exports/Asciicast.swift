public import Drawing
import JSONText
import OrderedCollections
import Screens
public import Sessions

/// A session as a terminal recording in asciicast v3 (docs.asciinema.org/manual/asciicast/v3), which other players show.
///
/// The screen is drawn as the replay draws it, thirty times a second at most. Lathe's own events ride along under the
/// code `L`, which players pass over, so that the recording is also the whole session.
public struct Asciicast {
  /// The code of the lines that hold lathe's events, as the JSON text of one event.
  public static let eventCode = "L"
  /// Shortest time between two frames, in seconds.
  private static let frameInterval = 1.0 / 30

  private let log: SessionLog
  private let markers: [SessionMarker]
  private let title: String
  private let size: Size
  private let theme: Theme

  /// Prepares a recording.
  ///
  /// - Parameters:
  ///   - size: columns and rows of the whole recording.
  ///   - title: shown by players.
  public init(_ log: SessionLog, markers: [SessionMarker] = [], title: String, size: Size, theme: Theme = .dark) {
    self.log = log
    self.markers = markers
    self.title = title
    self.size = size
    self.theme = theme
  }

  /// Hands out the recording line by line, each with its line feed, until `write` returns false.
  public func write(_ write: (String) -> Bool) {
    guard write(header.text + "\n") else { return }
    var chat = ChatScreen()
    chat.theme = theme
    chat.shelf = ImageShelf(reading: log)
    _ = chat.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: size.columns, rows: size.rows))))
    var cast = CastLines()
    var shown: Canvas?
    var latestFrame = -Double.infinity
    var marks = markers[...]
    for (index, event) in log.events.enumerated() {
      while let mark = marks.first, mark.seconds <= event.seconds {
        guard write(cast.line(at: mark.seconds, "m", mark.label)) else { return }
        marks = marks.dropFirst()
      }
      guard write(cast.line(at: event.seconds, Asciicast.eventCode, event.json.text)) else { return }
      // The recording keeps one size; the session's own changes of it are among its events.
      if case .resized = event.event { continue }
      _ = chat.update(event)
      let next = index + 1 < log.events.count ? log.events[index + 1].seconds : .infinity
      guard next - latestFrame >= Asciicast.frameInterval else { continue }
      var frame = Canvas(size: size)
      chat.view(on: &frame)
      let update = frame.ansiUpdate(from: shown)
      shown = frame
      latestFrame = event.seconds
      guard update.isEmpty || write(cast.line(at: event.seconds, "o", update)) else { return }
    }
    for mark in marks { guard write(cast.line(at: mark.seconds, "m", mark.label)) else { return } }
  }

  private var header: JSONValue {
    [
      "version": 3,
      "term": ["cols": .integer(size.columns), "rows": .integer(size.rows), "type": "xterm-256color"],
      "timestamp": .integer(Int(log.header.created)), "idle_time_limit": .double(ReplayScreen.idleLimit),
      "title": .string(title), "tags": ["lathe"],
      // What the events alone do not say.
      "lathe": ["kind": .string(log.header.kind), "model": .string(log.header.model)],
    ]
  }
}

/// Lines with the time since the one before, in whole milliseconds that do not add up to an error.
private struct CastLines {
  private var milliseconds = 0

  mutating func line(at seconds: Double, _ code: String, _ data: String) -> String {
    let now = max(milliseconds, Int((seconds * 1000).rounded()))
    defer { milliseconds = now }
    let interval = now - milliseconds
    let fraction = String(1000 + interval % 1000).dropFirst()
    return "[\(interval / 1000).\(fraction), \(JSONValue.string(code).text), \(JSONValue.string(data).text)]\n"
  }
}
