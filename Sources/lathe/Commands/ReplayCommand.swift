import ArgumentParser
import Drawing
import JSONText
import Screens
import Sessions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `lathe replay`: plays a recorded session, or prints one moment of it.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Play a recorded session; needs neither the model nor a network.",
    discussion: """
      On a terminal the session plays in the screen it was recorded in (? shows the keys). With --at, and where there \
      is no terminal, the frame of that moment is printed as text.
      """)

  @Argument(help: "The session: its folder, its name, or the beginning of its name.")
  var session: String

  @Option(help: "Print the frame at this time, in seconds since the start, or at the end.")
  var at: Moment?

  @Option(help: "Size of the printed frame, as 100x30 (default: as recorded).")
  var size: FrameSize?

  @OptionGroup var screen: ScreenOptions

  @Flag(help: "Print the events up to that time as JSON Lines instead of the frame.")
  var json = false

  func run() throws {
    let log = try SessionLog(path: try Services.sessionLibrary.find(session))
    for notice in log.notices { StandardStreams.error("lathe replay: \(printableLine(notice.text))\n") }
    if at == nil, size == nil, !json, TerminalCheck.canShowScreens {
      let opening = ChatOpening(model: Services.defaultModel)
      try Workbench(
        .replay(log), opening: opening, services: Services.standard(), appearance: screen.appearance
      ).runAndTell()
      return
    }
    let count = if case .seconds(let seconds) = at { log.count(at: seconds) } else { log.events.count }
    if json {
      for event in log.events.prefix(count) { StandardStreams.output(event.json.text + "\n") }
      return
    }
    var replay = ReplayScreen(log: log)
    replay.move(to: count)
    let recorded = Size(columns: log.header.terminal.columns, rows: log.header.terminal.rows)
    var canvas = Canvas(size: size?.size ?? recorded)
    replay.chat.view(on: &canvas)
    StandardStreams.output(canvas.text)
  }
}

/// A moment of a session, as `--at` takes it.
enum Moment: ExpressibleByArgument {
  case end
  case seconds(Double)

  init?(argument: String) {
    if argument == "end" {
      self = .end
    } else if let seconds = Double(argument), seconds.isFinite, seconds >= 0 {
      self = .seconds(seconds)
    } else {
      return nil
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
