import Sessions

/// What keys do while a session plays.
enum ReplayAction: String, Hashable, Sendable {
  case pause, back, forward, farBack, farForward, eventBack, eventForward, turnBack, turnForward, markerBack
  case markerForward, mark, start, end, slower, faster, pauses
  case resume, help, repaint, suspend, leave, quit
}

extension ReplayScreen {
  static let table = KeyTable<ReplayAction>(
    [
      .init(.pause, [KeyPress(.character(" "))], "pause and go on"),
      .init(.back, [KeyPress(.left)], "5 seconds back"),
      .init(.forward, [KeyPress(.right)], "5 seconds on"),
      .init(.farBack, [KeyPress(.pageUp)], "a tenth of the whole back"),
      .init(.farForward, [KeyPress(.pageDown)], "a tenth of the whole on"),
      .init(.eventBack, [KeyPress(.character(","))], "one event back"),
      .init(.eventForward, [KeyPress(.character("."))], "one event on"),
      .init(.turnBack, [KeyPress(.character("["))], "to the question before"),
      .init(.turnForward, [KeyPress(.character("]"))], "to the next question"),
      .init(.markerBack, [KeyPress(.character("{"))], "to the marker before"),
      .init(.markerForward, [KeyPress(.character("}"))], "to the next marker"),
      .init(.mark, [KeyPress(.character("m"))], "set a marker here"),
      .init(.start, [KeyPress(.home)], "to the start"),
      .init(.end, [KeyPress(.end)], "to the end"),
      .init(.slower, [KeyPress(.character("-"))], "half the speed"),
      .init(.faster, [KeyPress(.character("+")), KeyPress(.character("="))], "twice the speed"),
      .init(.pauses, [KeyPress(.character("i"))], "long pauses as recorded, or 2 seconds at most"),
      .init(.resume, [KeyPress(.character("c"))], "continue the session as a chat"),
      .init(.help, [KeyPress(.character("?")), KeyPress(.function(1))], "this help"),
      .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
      .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
      .init(.leave, [KeyPress(.character("q")), KeyPress(.escape)], "leave"),
      .init(.quit, [KeyPress(.character("c"), .control), KeyPress(.character("d"), .control)], "quit"),
    ])

  /// The keys of the screen, for its help.
  var help: [KeyHelp] {
    bindings.help(of: ReplayScreen.keyMap) + [KeyHelp("0 … 9", "to 0 % … 90 % of the whole")]
  }

  mutating func handle(_ press: KeyPress) -> [Effect] {
    if let row = helpRow {
      helpRow = HelpReading.row(row, after: press, of: help, on: size)
      return []
    }
    let tenth = ReplayScreen.tenth(press)
    let action = ReplayScreen.table.action(for: press)
    guard tenth != nil || action != nil else { return [] }
    notice = nil
    ticked = nil
    if let tenth { seek(toPlayed: length * Double(tenth) / 10) }
    guard let action else { return [] }
    switch action {
    case .mark: return mark()
    case .help: helpRow = 0
    case .resume: return [.resumeSession(log.path)]
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .leave: return [.leave]
    case .quit: return [.quit]
    default: navigate(action)
    }
    return []
  }

  /// The tenth of the whole that a digit stands for; nil for other keys.
  private static func tenth(_ press: KeyPress) -> Int? {
    guard press.modifiers.isEmpty, case .character(let character) = press.key, ("0"..."9").contains(character) else {
      return nil
    }
    return character.wholeNumberValue
  }

  private mutating func navigate(_ action: ReplayAction) {
    let end = log.events.count
    switch action {
    case .pause: if position == end, !isPaused { move(to: 0) } else { isPaused.toggle() }
    case .back: seek(toPlayed: played - 5)
    case .forward: seek(toPlayed: played + 5)
    case .farBack: seek(toPlayed: played - length / 10)
    case .farForward: seek(toPlayed: played + length / 10)
    case .eventBack: step(to: position - 1)
    case .eventForward: step(to: position + 1)
    case .turnBack: step(to: questions.last { $0 < position } ?? 0)
    case .turnForward: step(to: questions.first { $0 > position } ?? end)
    case .markerBack: if let place = markerPositions.last(where: { $0 < position }) { step(to: place) }
    case .markerForward: if let place = markerPositions.first(where: { $0 > position }) { step(to: place) }
    case .start: move(to: 0)
    case .end: move(to: end)
    case .slower: speedIndex = max(0, speedIndex - 1)
    case .faster: speedIndex = min(ReplayScreen.speeds.count - 1, speedIndex + 1)
    case .pauses: shortensPauses.toggle()
    default: break
    }
  }

  /// Who steps wants to look, so the session stands still from then on.
  private mutating func step(to target: Int) {
    isPaused = true
    move(to: target)
  }

  /// Positions at the marked times.
  var markerPositions: [Int] { markers.map { log.count(at: $0.seconds) } }

  private mutating func mark() -> [Effect] {
    // The time of the latest event, so that the marker's place is exactly what is shown.
    let time = position == 0 ? 0 : log.events[position - 1].seconds
    guard !markers.contains(where: { $0.seconds == time }) else {
      notice = Notice(.information, "there is a marker here already")
      return []
    }
    let marker = SessionMarker(seconds: time, label: "marker \(markers.count + 1)")
    markers = (markers + [marker]).sorted { $0.seconds < $1.seconds }
    notice = Notice(.information, "\(marker.label) set; { and } go to it")
    return [.markSession(log.path, marker)]
  }
}
