import ArgumentParser
import Drawing
import Exports
import Images
import JSONText
import Screens
import Sessions
import Settings

/// `lathe replay`: plays a recorded session, or prints one moment of it.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Play a recorded session; needs neither the model nor a network.",
    discussion: """
      On a terminal the session plays in the screen it was recorded in (? shows the keys). With --at, and where there \
      is no terminal, the frame of that moment is printed: as text, with colours (ansi), or as an image (png).
      """)

  /// How a frame is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, ansi, png }

  @Argument(help: "The session: its folder, its name, or the beginning of its name.")
  var session: String

  @Option(help: "Print the frame at this moment: seconds since the start, 25%, turn:3, marker:LABEL or end.")
  var at: Moment?

  @Option(help: "Size of the printed frame, as 100x30 (default: as recorded).")
  var size: FrameSize?

  @Option(help: "How the frame is printed: text, ansi or png.")
  var format: Format?

  @Option(help: ArgumentHelp("Write the frame to this file (default: standard output).", valueName: "file"))
  var output: String?

  @Option(help: "Pixels of the image for each of the font's, 1 to 8.")
  var scale = 1

  @Flag(help: "Light ground instead of dark (png).")
  var light = false

  @Option(help: "Begin at this speed: 0.25, 0.5, 1, 2, 4, 8 or 16.")
  var speed: Double?
  @OptionGroup var screen: ScreenOptions

  @Flag(help: "Print the events up to that time as JSON Lines instead of the frame.")
  var json = false

  func validate() throws {
    guard (1...8).contains(scale) else { throw ValidationError("--scale \(scale): expected 1 to 8") }
    if let speed, !ReplayScreen.speeds.contains(speed) {
      throw ValidationError("--speed \(speed): expected 0.25, 0.5, 1, 2, 4, 8 or 16")
    }
    if json, format != nil { throw ValidationError("--json prints events, --format a frame: give one of them") }
  }

  func run() throws {
    let path = try Services.sessionLibrary.find(session)
    var replay = try ReplayScreen(path: path)
    let log = replay.log
    for notice in log.notices { StandardStreams.error("lathe replay: \(printableLine(notice.text))\n") }
    let printsFrame = at != nil || size != nil || format != nil || output != nil
    if !printsFrame, !json, TerminalCheck.canShowScreens {
      if let speed { replay.setSpeed(speed) }
      let opening = ChatOpening(model: Services.defaultModel)
      try Workbench(
        .replay(replay), opening: opening, services: Services.standard(), appearance: screen.appearance
      ).runAndTell()
      return
    }
    let count = try (at ?? .end).eventCount(in: log, markers: replay.markers)
    if json {
      for event in log.events.prefix(count) { guard StandardStreams.output(event.json.text + "\n") else { return } }
      return
    }
    replay.theme = try ThemeLibrary().theme(named: screen.theme ?? (light ? "light" : Theme.dark.name))
    replay.move(to: count)
    let recorded = Size(columns: log.header.terminal.columns, rows: log.header.terminal.rows)
    var canvas = Canvas(size: size?.size ?? recorded)
    replay.chat.view(on: &canvas)
    try write(canvas)
  }

  private func write(_ canvas: Canvas) throws {
    if format == .png, output == nil, StandardStreams.outputIsTerminal {
      throw ValidationError("--format png: an image is no text for a terminal; give --output FILE.png")
    }
    let file = try OutputFile(output)
    switch format ?? .text {
    case .text: try file.write(canvas.text)
    case .ansi: try file.write(canvas.ansiText)
    case .png: try file.write(try canvas.image(colors: light ? .light : .dark, scale: scale).png())
    }
    try file.commit()
  }
}
