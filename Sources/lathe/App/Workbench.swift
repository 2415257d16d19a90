import Dispatch
import Drawing
import Files
import Screens
import Sessions
import Settings
import Terminals
import Widgets

/// The program on a terminal: one thread that takes events, lets the screen change, and draws.
final class Workbench {
  /// Where to begin.
  enum Start {
    case home
    case chat(ChatOpening)
    case resume(String)
    case replay(ReplayScreen)
    /// A screen by itself.
    case viewer(any Screen)
  }

  private let services: Services
  private let terminal: Terminal
  private let library: ThemeLibrary
  private var chrome: Chrome
  private let opening: ChatOpening
  private let clock = Clock()
  private var driver: any Driver {
    didSet {
      driver.dress(chrome.theme, chrome.bindings)
      driver.learn(display)
    }
  }
  /// Whether the home screen is what a screen is left for.
  private let hasHome: Bool
  private var isDone = false
  /// The session on screen at the end.
  private var kept: String?
  private var isDirty = true
  /// Whether the user waits to see what a key did.
  private var isEchoDue = false
  private var lastChromeTick = 0.0

  /// Opens the terminal and the first screen.
  ///
  /// - Parameters:
  ///   - opening: how chats begun from the home screen are opened.
  ///   - appearance: the colours and keys.
  init(_ start: Start, opening: ChatOpening, services: Services, appearance: Appearance) throws {
    self.services = services
    self.opening = opening
    library = appearance.library
    terminal = try Terminal(
      framesPerSecond: appearance.configuration.frameRate.value, byteCap: appearance.configuration.byteCap.value)
    let theme: Theme
    (theme, chrome) = appearance.open(on: terminal)
    let waker = terminal.waker
    let mailbox = Mailbox { waker.wake() }
    let size = TerminalSize(columns: terminal.size.columns, rows: terminal.size.rows)
    do {
      switch start {
      case .home:
        hasHome = true
        driver = HomeDriver(
          services: services, defaultModel: opening.model, size: size, theme: theme, mailbox: mailbox)
      case .chat(let opening):
        hasHome = false
        driver = try ChatDriver(opening, services: services, size: size, theme: theme, mailbox: mailbox)
        Workbench.offerUnfinished(services.sessionLibrary, mailbox)
      case .resume(let path):
        hasHome = false
        driver = try ChatDriver(resuming: path, services: services, size: size, theme: theme, mailbox: mailbox)
      case .replay(let replay):
        hasHome = false
        driver = ReplayDriver(
          replay, library: services.sessionLibrary, size: size, theme: theme, mailbox: mailbox)
      case .viewer(let screen):
        hasHome = false
        driver = ViewerDriver(screen, size: size, theme: theme, mailbox: mailbox)
      }
    } catch {
      terminal.close()
      throw error
    }
    driver.dress(theme, chrome.bindings)
    driver.learn(display)
  }

  private var display: Display {
    Display(
      colors: terminal.colors, isASCII: terminal.isASCII, cellPixels: terminal.cellPixels,
      pixels: terminal.pixelFormat)
  }

  private var theme: Theme { chrome.theme }

  /// Runs until the user or a signal ends it.
  ///
  /// - Returns: the session that was on screen, when it was kept.
  func run() -> String? {
    var lastTick = clock.seconds
    while !isDone {
      for event in terminal.nextEvents(timeout: timeout(lastTick: lastTick)) { translate(event) }
      if isDone { break }
      for event in driver.mailbox.drain() { take(event) }
      let now = clock.seconds
      if let interval = chrome.tickInterval, now - lastChromeTick >= interval {
        lastChromeTick = now
        chrome.tick(at: now)
        isDirty = true
      }
      if let interval = driver.screen.tickInterval {
        if now - lastTick >= interval {
          lastTick = now
          take(.tick)
        }
      } else {
        lastTick = now
      }
      if isDirty, !isDone, frameDelay == 0 { draw() }
    }
    terminal.close()
    return kept
  }

  private var frameDelay: Int? { isEchoDue ? terminal.echoDelay : terminal.frameDelay }

  /// Milliseconds to wait for an event; without end when nothing is to be drawn and nothing moves by itself.
  private func timeout(lastTick: Double) -> Int? {
    var seconds: Double?
    // While the line is busy, its readiness ends the wait.
    if isDirty, let delay = frameDelay { seconds = Double(delay) / 1000 }
    if let interval = chrome.tickInterval {
      seconds = min(seconds ?? .infinity, lastChromeTick + interval - clock.seconds)
    }
    if let interval = driver.screen.tickInterval {
      seconds = min(seconds ?? .infinity, lastTick + interval - clock.seconds)
    }
    return seconds.map { max(0, Int(($0 * 1000).rounded(.up))) }
  }

  private func draw() {
    var canvas = Canvas(size: terminal.size, style: theme[.text])
    driver.screen.view(on: &canvas)
    chrome.view(on: &canvas, traffic: terminal.traffic.text)
    canvas.fillStandardColors(with: theme[.text])
    terminal.present(canvas)
    isDirty = false
    isEchoDue = false
  }

  /// Attaches an image to the next question of a chat.
  func attach(_ path: String) { (driver as? ChatDriver)?.attachSoon(path) }

  private func translate(_ event: TerminalEvent) {
    switch event {
    case .key(let press):
      isDirty = true
      isEchoDue = true
      perform(chrome.handle(press, over: driver.screen.keyMaps, at: clock.seconds))
    case .mouse(let mouse):
      isDirty = true
      if let effects = chrome.handle(mouse, in: terminal.size, at: clock.seconds) {
        perform(effects)
      } else {
        take(.mouse(mouse))
      }
    case .paste(let text):
      isDirty = true
      if !chrome.handle(paste: text) { take(.paste(text)) }
    case .resized(let size):
      driver.learn(display)
      take(.resized(TerminalSize(columns: size.columns, rows: size.rows)))
    case .continued: isDirty = true
    case .abilities:
      driver.learn(display)
      isDirty = true
    case .suspendRequested:
      terminal.suspend(wholeGroup: false)
      isDirty = true
    case .interrupted: end(inGoodOrder: true)
    // The connection or the machine goes away, not the user: what is recorded waits to be continued.
    case .terminated, .hangUp: end(inGoodOrder: false)
    }
  }

  private func perform(_ effects: [Chrome.Effect]) {
    for effect in effects {
      switch effect {
      case .press(let press): take(.key(press))
      case .reportMouse(let isOn): terminal.reportsMouse = isOn
      case .useTheme(let name):
        do {
          chrome.use(try library.theme(named: name), at: clock.seconds)
          driver.dress(theme, chrome.bindings)
        } catch {
          chrome.tell("\(error)", kind: .error, at: clock.seconds)
        }
      }
    }
  }

  private func take(_ event: Event) {
    guard !isDone else { return }
    isDirty = true
    for effect in driver.handle(event) { run(effect) }
  }

  private func end(inGoodOrder: Bool) {
    guard !isDone else { return }
    isDone = true
    let path = (driver as? ChatDriver)?.path
    driver.close(inGoodOrder: inGoodOrder)
    kept = path.flatMap { FileKind(path: $0) == .folder ? $0 : nil }
  }

  private func run(_ effect: Effect) {
    guard !isDone else { return }
    switch effect {
    case .quit: end(inGoodOrder: true)
    case .leave: if hasHome { goHome() } else { end(inGoodOrder: true) }
    case .repaint: terminal.repaint()
    case .suspend: terminal.suspend()
    case .copy(let text): terminal.copy(text)
    case .editOutside(let text):
      do {
        take(.edited(try terminal.lend { try OutsideEditor.edit(text) }))
      } catch {
        take(.notice(Notice(.error, "\(error)")))
      }
    case .startChat(let model):
      var opening = opening
      if let model { opening.model = model }
      change { () throws(SessionError) in
        try ChatDriver(opening, services: services, size: size, theme: theme, mailbox: newMailbox())
      }
    case .resumeSession(let path):
      change { () throws(SessionError) in
        try ChatDriver(resuming: path, services: services, size: size, theme: theme, mailbox: newMailbox())
      }
    case .resumeUnfinished:
      guard let path = unfinished?.path else {
        take(.notice(Notice(.information, "no session waits to be continued")))
        return
      }
      run(.resumeSession(path))
    case .replaySession(let path):
      change { () throws(SessionError) in
        ReplayDriver(
          try ReplayScreen(path: path), library: services.sessionLibrary, size: size, theme: theme,
          mailbox: newMailbox())
      }
    case .happen, .attachImage, .offerImage, .keepPreference, .keepLayout, .exportChat, .loadModel, .answer,
      .stopAnswer, .listModels,
      .listSessions, .pullModel,
      .cancelPull, .searchSessions, .renameSession, .tagSession, .deleteSession, .undeleteSession, .markSession:
      // Drivers run these themselves.
      break
    }
  }

  private var size: TerminalSize { TerminalSize(columns: terminal.size.columns, rows: terminal.size.rows) }

  /// The latest session that was not ended; not the one on screen, which is locked.
  private var unfinished: SessionSummary? {
    services.sessionLibrary.summaries().first { $0.isUnfinished && $0.turns > 0 }
  }

  /// Says in a new chat that another one waits; found on a thread of its own, as there may be many sessions.
  private static func offerUnfinished(_ library: SessionLibrary, _ mailbox: Mailbox) {
    DispatchQueue.global().async {
      guard let session = library.summaries().first(where: { $0.isUnfinished && $0.turns > 0 }) else { return }
      mailbox.post(.notice(Notice(.information, "not ended last time: “\(session.title)”; /resume continues it")))
    }
  }

  private func newMailbox() -> Mailbox {
    let waker = terminal.waker
    return Mailbox { waker.wake() }
  }

  private func goHome() {
    driver.close(inGoodOrder: true)
    driver = HomeDriver(
      services: services, defaultModel: opening.model, size: size, theme: theme, mailbox: newMailbox())
  }

  /// Opens another screen in place of this one, or says here why it cannot be.
  private func change(_ open: () throws(SessionError) -> any Driver) {
    do {
      let next = try open()
      driver.close(inGoodOrder: true)
      driver = next
    } catch {
      take(.notice(Notice(.error, "\(error)")))
    }
  }
}
