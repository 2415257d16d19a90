import ArgumentParser
import Drawing
import Sessions

/// A moment of a session, as `--at` takes it.
enum Moment: ExpressibleByArgument {
  case end
  case seconds(Double)
  /// A part of the whole, 0...1.
  case fraction(Double)
  /// Behind the question of a turn, from 1.
  case turn(Int)
  /// At the marker with a label that begins so.
  case marker(String)

  init?(argument: String) {
    if argument == "end" {
      self = .end
    } else if argument.hasPrefix("turn:"), let turn = Int(argument.dropFirst(5)), turn > 0 {
      self = .turn(turn)
    } else if argument.hasPrefix("marker:") {
      self = .marker(String(argument.dropFirst(7)))
    } else if argument.hasSuffix("%"), let percent = Double(argument.dropLast()), (0...100).contains(percent) {
      self = .fraction(percent / 100)
    } else if let seconds = Double(argument), seconds.isFinite, seconds >= 0 {
      self = .seconds(seconds)
    } else {
      return nil
    }
  }

  /// Number of events that have happened at this moment.
  ///
  /// - Throws: `SessionError` for a turn or marker that the session does not have.
  func eventCount(in log: SessionLog, markers: [SessionMarker]) throws(SessionError) -> Int {
    func missing(_ what: String) -> SessionError {
      SessionError(
        operation: "find a place in", subject: log.path, reason: what + "; lathe sessions show lists what it has")
    }
    switch self {
    case .end: return log.events.count
    case .seconds(let seconds): return log.count(at: seconds)
    case .fraction(let fraction): return log.count(at: log.seconds * fraction)
    case .turn(let turn):
      let questions = log.events.indices.filter { if case .asked = log.events[$0].event { true } else { false } }
      guard turn <= questions.count else { throw missing("it has \(questions.count) turns, not \(turn)") }
      return questions[turn - 1] + 1
    case .marker(let label):
      guard let marker = markers.first(where: { $0.label.hasPrefix(label) }) else {
        throw missing("it has no marker “\(printableLine(label))”")
      }
      return log.count(at: marker.seconds)
    }
  }
}

/// A size in cells, as `--size` takes it.
struct FrameSize: ExpressibleByArgument {
  var size: Size

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1], (0...1000).contains(columns),
      (0...1000).contains(rows)
    else { return nil }
    size = Size(columns: columns, rows: rows)
  }
}
