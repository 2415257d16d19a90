import CTerminal
public import Drawing
import Files
import Images

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The terminal: shows canvases and tells what happens at the keyboard.
///
/// Use it from one thread; only `waker` serves others. One can be open in a process at a time. However the program ends
/// (return, `exit`, a trap, a crash signal), the terminal is restored.
public final class Terminal {
  /// Columns and rows now.
  public private(set) var size: Size
  /// Colours that can be shown: 0 (none, or NO_COLOR is set), 8, 16, 88, 256 or 2^24.
  public let colors: Int
  /// Whether only ASCII is sent, because the locale is not UTF-8.
  public let isASCII: Bool
  /// What the terminal says it can do; the event `abilities` tells when it has.
  public var abilities: TerminalAbilities { query.abilities }
  /// Whether clicks and the wheel come as events; the terminal then does not select text by itself.
  public var reportsMouse = false {
    didSet {
      guard isOpen, reportsMouse != oldValue else { return }
      terminal_report_mouse(reportsMouse)
      send()
    }
  }
  /// Ends `nextEvents` from other threads.
  public let waker: Waker

  private let line: OutputLine
  private var pace: LinePace
  private var meter = TrafficMeter()
  private var query: AbilityQuery
  /// When the questions were sent.
  private let asked: Int
  /// The frame that the line is taking: its length, when it began, and whether its arrival will be told.
  private var frame: (bytes: Int, begun: Int, isAsked: Bool)?
  private var receipts = FrameReceipts()
  let input: Int32
  private let signals: Waker
  private var decoder: KeyDecoder
  /// When the latest bytes came, in milliseconds: what is unfinished waits from then on, whatever else happens meanwhile.
  private var lastInput = 0
  /// Bytes that were typed before raw mode, of which the terminal had made Enter a line feed.
  private var typedAhead = 0
  private var isOpen = true
  private var hasVanished = false
  private var shown: Canvas?
  private(set) var encoder: CellEncoder
  private var pictures = PictureLayer()

  /// Takes the terminal: raw mode, the alternate screen, bracketed paste.
  ///
  /// - Parameters:
  ///   - input: where keys come from.
  ///   - output: where the screen is.
  ///   - type: the terminal's name in terminfo; `nil` takes TERM.
  ///   - framesPerSecond: most frames sent in a second.
  ///   - byteCap: most bytes sent in a second; `nil` is as many as the line takes.
  ///   - environment: what else is known of the terminal; `nil` takes the process's.
  public init(
    input: Int32 = 0, output: Int32 = 1, type: String? = nil, framesPerSecond: Int = 60, byteCap: Int? = nil,
    environment: TerminalEnvironment? = nil
  ) throws(TerminalError) {
    guard isatty(input) == 1, isatty(output) == 1 else { throw .notATerminal }
    let name = type ?? Self.environment("TERM")
    guard !name.isEmpty, name != "dumb", name != "unknown" else { throw .unusableType(name) }
    isASCII = !terminal_set_locale()
    let charset = isASCII ? ByteCharset.current : nil
    decoder = KeyDecoder(charset: charset)
    waker = try Waker()
    signals = try Waker()
    self.input = input
    line = OutputLine(terminal: output)
    pace = LinePace(framesPerSecond: framesPerSecond, byteCap: byteCap)
    let known = environment ?? .current
    let described = AbilityQuery.Environment(type: name, colors: known.colors, isTmux: known.isTmux)
    query = AbilityQuery(described)
    asked = Self.now()
    let depth = known.refusesColor ? TERMINAL_PALETTE : described.depth
    switch terminal_open(name, depth, input, output, signals.writeEnd) {
    case TERMINAL_OK: break
    case TERMINAL_BUSY: throw .alreadyOpen
    case TERMINAL_NOT_A_TERMINAL: throw .notATerminal
    case TERMINAL_UNKNOWN_TYPE: throw .unusableType(name)
    default: throw .system(operation: "tcgetattr or dup", code: errno)
    }
    colors = known.refusesColor ? 0 : Int(terminal_colors())
    encoder = CellEncoder(colors: colors, isASCII: isASCII, extras: charset?.printable ?? [])
    size = Self.askSize()
    typedAhead = waitingBytes()
    // Before the first frame, which draws over whatever a terminal shows of questions it does not know.
    line.append(Array(query.request.utf8))
    send()
  }

  deinit { close() }

  /// Gives the terminal back for good. Harmless when closed.
  public func close() {
    guard isOpen else { return }
    leave()
    isOpen = false
    terminal_close()
  }

  /// Answers that come later would be read by whoever has the terminal then.
  private func awaitAnswers() {
    let (now, patience) = (Self.now(), AbilityQuery.patience)
    let abilitiesEnd = min(now + 300, asked + patience)
    while !hasVanished {
      let end = max(query.isDone ? 0 : abilitiesEnd, receipts.isWaiting ? now + patience : 0)
      guard Self.now() < end else { return }
      var polled = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      if poll(&polled, 1, Int32(max(1, end - Self.now()))) > 0 { _ = readKeys() }
    }
  }

  /// Milliseconds until the next frame may be presented; `nil` while the line has not taken the last one: `nextEvents`
  /// returns when it has.
  public var frameDelay: Int? { takesFrames ? pace.delay(at: Self.now()) : nil }

  /// The same for a frame that shows what a key did, which on a quick line may begin at once.
  public var echoDelay: Int? { takesFrames ? pace.echoDelay(at: Self.now()) : nil }

  /// Whether the line has taken the last frame, and the terminal what was sent some time ago.
  private var takesFrames: Bool {
    line.isEmpty && !receipts.isBehind(at: Self.now(), interval: pace.currentInterval)
  }

  /// What has been sent, for the status line.
  public var traffic: Traffic {
    let rates = meter.rates(at: Self.now())
    return Traffic(
      bytesPerSecond: rates.bytes, framesPerSecond: rates.frames, totalBytes: meter.totalBytes,
      totalFrames: meter.totalFrames, colors: encoder.colors, stepsDown: pace.step)
  }

  /// Shows a canvas: only what differs from the last is sent. While the line has not taken the last frame, nothing is:
  /// the newest canvas is worth more than every one in between.
  public func present(_ canvas: Canvas) {
    guard isOpen, !hasVanished, line.isEmpty else { return }
    takePace()
    let change = pictures.change(to: canvas, way: pictureWay, cell: cellPixels)
    let masked = change.canvas
    for rows in change.staleRows { terminal_redraw_rows(Int32(rows.lowerBound), Int32(rows.count)) }
    let sameSize = shown?.size == masked.size
    for y in 0..<size.rows {
      if sameSize, let shown, shown.row(y) == masked.row(y) { continue }
      for x in 0..<size.columns { put(masked[x, y], x, y) }
    }
    shown = masked
    let cursor = masked.cursor.flatMap { masked.bounds.contains($0) ? $0 : nil }
    terminal_refresh(Int32(cursor?.x ?? -1), Int32(cursor?.y ?? 0))
    send(isFrame: true, before: change.before, behind: change.behind)
  }

  /// Fewer colours on a slow line, all of them again on a quick one.
  private func takePace() {
    let colors = min(colors, pace.colors)
    guard colors != encoder.colors else { return }
    // What is shown in fewer colours is drawn again in all of them, but not the other way round: that would be slower.
    if colors > encoder.colors { shown = nil }
    encoder = encoder.with(colors: colors)
  }

  /// Hands what has been drawn on to the line.
  ///
  /// - Parameters:
  ///   - before: bytes of pictures that go before the cells.
  ///   - behind: those that go behind them.
  private func send(isFrame: Bool = false, before: [UInt8] = [], behind: [UInt8] = []) {
    var bytes: UnsafePointer<UInt8>?
    let count = terminal_take(&bytes)
    if count + before.count + behind.count > 0 {
      let synchronizes = isFrame && abilities.synchronizesOutput
      if synchronizes { line.append("\u{1B}[?2026h".utf8) }
      line.append(before)
      if let bytes { line.append(UnsafeBufferPointer(start: bytes, count: count)) }
      line.append(behind)
      if synchronizes { line.append("\u{1B}[?2026l".utf8) }
      if isFrame {
        let now = Self.now()
        var sent = count + before.count + behind.count + (synchronizes ? 16 : 0)
        let isAsked = receipts.asks(behind: sent, at: now)
        if isAsked {
          line.append(FrameReceipts.question.utf8)
          sent += FrameReceipts.question.utf8.count
        }
        meter.add(bytes: sent, at: now)
        frame = (sent, now, isAsked)
      }
    }
    drain()
  }

  private func drain() {
    line.drain()
    if line.isBroken { hasVanished = true }
    guard line.isEmpty, let sent = frame else { return }
    frame = nil
    if sent.isAsked || receipts.isWaiting {
      pace.frameAccepted(bytes: sent.bytes, begun: sent.begun)
    } else {
      pace.frameSent(bytes: sent.bytes, begun: sent.begun, now: Self.now())
    }
  }

  /// Makes the next `present` send every cell, for when something else has drawn on the terminal.
  public func repaint() {
    shown = nil
    pictures.forget()
    terminal_repaint()
  }

  /// Puts text into the clipboard of the terminal, which may be far away: OSC 52 of xterm's ctlseqs.
  ///
  /// There is no answer: a terminal that does not allow it stays silent.
  public func copy(_ text: String) {
    guard isOpen, !hasVanished else { return }
    line.append(Clipboard.sequence(for: text, inTmux: abilities.isTmux).utf8)
    send()
  }

  /// Sounds the bell.
  public func beep() {
    terminal_beep()
    send()
  }

  /// Gives the terminal to something else (an editor, a pager) while `body` runs, then takes it back.
  public func lend<Result>(_ body: () throws -> Result) rethrows -> Result {
    leave()
    defer { enter() }
    return try body()
  }

  /// Stops the program as Ctrl-Z does elsewhere; returns when it is continued, with the terminal taken again.
  ///
  /// - Parameter wholeGroup: whether the processes that started this one for the same job stop too, as they would had
  ///   the key been pressed without raw mode. `false` answers `suspendRequested`.
  public func suspend(wholeGroup: Bool = true) {
    guard isOpen else { return }
    leave()
    terminal_stop(wholeGroup)
    enter()
  }

  /// Ends the present or the next wait; other threads use `waker`.
  public func wake() { waker.wake() }

  /// Waits for events; returns an empty list when the time is over or `wake` was called.
  ///
  /// - Parameter timeout: milliseconds; `nil` waits without end and uses no CPU meanwhile.
  public func nextEvents(timeout: Int?) -> [TerminalEvent] {
    guard isOpen, !hasVanished else { return [.hangUp] }
    let deadline = timeout.map { Self.now() + max(0, $0) }
    while true {
      let now = Self.now()
      let left = deadline.map { max(0, $0 - now) }
      let patience = decoder.patience.map { max(0, lastInput + $0 - now) }
      let overdue = receipts.deadline.map { max(0, $0 - now) }
      let wait = [left, patience, overdue].compactMap { $0 }.min() ?? -1
      var polled = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: waker.readEnd, events: Int16(POLLIN), revents: 0),
        // A negative descriptor is not waited for.
        pollfd(fd: line.isEmpty ? -1 : line.pollDescriptor, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&polled, nfds_t(polled.count), Int32(min(wait, 1 << 30)))
      if ready < 0 && errno != EINTR { return vanish() }
      var events: [TerminalEvent] = []
      if receipts.giveUp(at: Self.now()) { return [] }
      if ready > 0 {
        if polled[1].revents != 0 { events += signalEvents() }
        // When everything has arrived that a frame had to wait for, it has its turn.
        let isBehind = receipts.isBehind(at: Self.now(), interval: pace.currentInterval)
        if polled[0].revents != 0 { events += readKeys() }
        var woken = polled[2].revents != 0 || isBehind && !receipts.isWaiting
        if polled[2].revents != 0 { _ = waker.drain() }
        if polled[3].revents != 0 {
          drain()
          if hasVanished { return events + vanish() }
          woken = woken || line.isEmpty
        }
        // Wakes may come faster than an unfinished sequence is given up: its time runs on through them.
        if polled[0].revents == 0 { events += flushIfOverdue() }
        if woken || !events.isEmpty { return events }
      } else if ready == 0 {
        events = flushIfOverdue()
        let isOver = deadline.map { Self.now() >= $0 } ?? false
        if !events.isEmpty || isOver { return events }
      }
    }
  }

  /// Decides what an unfinished sequence means once no byte has followed for long enough.
  private func flushIfOverdue() -> [TerminalEvent] {
    guard let patience = decoder.patience, Self.now() >= lastInput + patience else { return [] }
    // A paste that stands still is asked again after another such time.
    lastInput = Self.now()
    return decoder.flush()
  }

  private func readKeys() -> [TerminalEvent] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = read(input, &buffer, buffer.count)
    if count > 0 {
      lastInput = Self.now()
      // Enter is Enter whenever it was typed: a question written ahead is sent, not broken into lines.
      for index in 0..<min(typedAhead, count) where buffer[index] == 0x0A { buffer[index] = 0x0D }
      typedAhead -= min(typedAhead, count)
      let events = decoder.feed(buffer[..<count])
      return events + takeAnswers()
    }
    if count < 0 && (errno == EINTR || errno == EAGAIN) { return [] }
    return vanish()
  }

  private func takeAnswers() -> [TerminalEvent] {
    let (wasDone, now) = (query.isDone, Self.now())
    for report in decoder.takeReports() {
      guard case .ready = report else {
        query.take(report)
        continue
      }
      if let receipt = receipts.answer(at: now) {
        pace.frameArrived(bytes: receipt.bytes, took: receipt.took, now: now)
      }
    }
    guard query.isDone, !wasDone else { return [] }
    if abilities.hasAnswered { receipts.begin(roundTrip: now - asked) }
    return [.abilities(abilities)]
  }

  private func vanish() -> [TerminalEvent] {
    hasVanished = true
    return decoder.flush() + [.hangUp]
  }

  private func signalEvents() -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    for byte in signals.drain() {
      switch Int32(byte) {
      case SIGWINCH: events += updateSize()
      case SIGTSTP: events.append(.suspendRequested)
      case SIGCONT:
        // Stopped from outside (SIGSTOP): the shell may have changed the modes meanwhile.
        enter()
        events += updateSize() + [.continued]
      case SIGTERM: events.append(.terminated)
      case SIGINT: events.append(.interrupted)
      case SIGHUP: events.append(.hangUp)
      default: break
      }
    }
    return events
  }

  private func updateSize() -> [TerminalEvent] {
    let new = Self.askSize()
    guard new != size else { return [] }
    size = new
    repaint()
    return [.resized(new)]
  }

  private func leave() {
    awaitAnswers()
    let removal = pictures.removal
    pictures.forget()
    terminal_leave()
    send(before: removal)
    // A line that takes nothing for so long is gone; the modes are restored all the same.
    line.drain(patience: 500)
    terminal_restore_modes()
  }

  private func enter() {
    guard isOpen else { return }
    terminal_enter()
    typedAhead = waitingBytes()
    send()
    repaint()
  }

  /// Bytes that can be read now.
  private func waitingBytes() -> Int {
    var count: Int32 = 0
    return ioctl(input, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
  }

  private func put(_ cell: Cell, _ x: Int, _ y: Int) {
    encoder.forEachPiece(of: cell) { piece, dx in
      piece.withUnsafeBufferPointer { scalars in
        terminal_put(
          Int32(x + dx), Int32(y), scalars.baseAddress, Int32(scalars.count), UInt32(cell.style.attributes.rawValue),
          Int32(encoder.index(of: cell.style.foreground)), Int32(encoder.index(of: cell.style.background)))
      }
    }
  }
}
