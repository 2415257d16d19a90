import Drawing
import Exports
import Images
import Screens
import Sessions

/// A screen in operation: takes events, runs what the screen asks for, hands the rest to the app.
protocol Driver: AnyObject {
  var screen: any Screen { get }
  /// Where other threads leave events for this screen.
  var mailbox: Mailbox { get }
  /// Gives the screen these colours and keys.
  func dress(_ theme: Theme, _ bindings: KeyBindings)
  /// Tells the screen what the terminal can show.
  func learn(_ display: Display)
  /// Lets the screen take in an event.
  ///
  /// - Returns: effects that concern the terminal or other screens.
  func handle(_ event: Event) -> [Effect]
  /// Ends the screen's work; `inGoodOrder` when the user wanted it.
  func close(inGoodOrder: Bool)
}

extension Driver {
  /// Screens without images need not know.
  func learn(_ display: Display) {}
}

/// A chat in operation: each event is recorded, then changes the screen, then what the screen asks for is done.
final class ChatDriver: Driver {
  private(set) var chat = ChatScreen()
  var screen: any Screen { chat }
  let mailbox: Mailbox
  private let engine: any ChatEngine
  private var writer: SessionWriter?
  private let isNew: Bool
  private var clock: Clock
  private let images: ImageKeeper
  /// The user's preference file, beside the folder of sessions.
  private let preferences: String
  private let header: SessionHeader
  private let layout: LayoutKeeper?
  private var memory: MemoryWatch

  /// Begins a chat, recorded in the library's first folder.
  init(
    _ opening: ChatOpening, services: Services, size: TerminalSize, theme: Theme, mailbox: Mailbox
  ) throws(SessionError) {
    header = SessionHeader(kind: "chat", model: opening.model, created: Clock.now(), terminal: size)
    writer = try SessionWriter.create(in: services.sessionLibrary.folders[0], header: header)
    preferences = PreferenceFile.path(besideSessions: services.sessionLibrary.folders[0])
    engine = services.engine
    layout = services.layout
    memory = MemoryWatch(services.residentBytes)
    self.mailbox = mailbox
    images = ImageKeeper(mailbox: mailbox)
    clock = Clock()
    isNew = true
    chat.theme = theme
    var opening = opening
    // Drawn here and written down, so that every answer can be drawn again; 53 bits survive any JSON reader.
    if opening.settings.seed == nil { opening.settings.seed = UInt64.random(in: 0..<1 << 53) }
    arrange(size)
    _ = handle(.opened(opening))
  }

  /// Continues a recorded chat.
  init(
    resuming path: String, services: Services, size: TerminalSize, theme: Theme, mailbox: Mailbox
  ) throws(SessionError) {
    let (writer, log) = try SessionWriter.resume(path: services.sessionLibrary.adopt(path))
    guard log.header.kind == "chat" else {
      throw SessionError(
        operation: "continue", subject: path, reason: "it is a session of kind \(log.header.kind), not a chat")
    }
    self.writer = writer
    header = log.header
    layout = services.layout
    memory = MemoryWatch(services.residentBytes)
    preferences = PreferenceFile.path(besideSessions: services.sessionLibrary.folders[0])
    engine = services.engine
    self.mailbox = mailbox
    images = ImageKeeper(mailbox: mailbox)
    clock = Clock(at: max(log.seconds, Clock.now() - log.header.created))
    isNew = false
    chat.theme = theme
    chat.shelf = ImageShelf(reading: log)
    _ = chat.update(TimedEvent(seconds: 0, event: .resized(log.header.terminal)))
    for event in log.events { _ = chat.update(event) }
    arrange(size)
    for notice in log.notices { _ = handle(.notice(notice)) }
    _ = handle(.resumed)
  }

  /// Tells the screen what surrounds it: events like all others, so that a replay has the same.
  private func arrange(_ size: TerminalSize) {
    _ = handle(.resized(size))
    if let path { _ = handle(.sessionNamed(SessionLibrary.name(ofPath: path))) }
    do {
      if let remembered = try layout?.read() { _ = handle(.arranged(remembered)) }
    } catch {
      _ = handle(.notice(Notice(.warning, "\(error); the panes lie as at first")))
    }
  }

  /// The session's folder; `nil` once it can be recorded no more.
  var path: String? { writer?.path }

  /// Seconds since the session began.
  var seconds: Double { clock.seconds }

  func dress(_ theme: Theme, _ bindings: KeyBindings) {
    chat.theme = theme
    chat.bindings = bindings
  }

  func learn(_ display: Display) { chat.display = display }

  func handle(_ event: Event) -> [Effect] {
    if case .attached(let image) = event, let pixels = images.take(image) {
      chat.shelf.add(pixels, sha256: image.sha256)
    }
    let timed = TimedEvent(seconds: clock.seconds, event: event)
    do {
      try writer?.append(timed)
    } catch {
      // What cannot be recorded is still shown; a log with a gap would not replay, so it ends here.
      writer = nil
      _ = chat.update(
        TimedEvent(
          seconds: timed.seconds, event: .notice(Notice(.error, "\(error); this chat is recorded no further"))))
    }
    let others = run(chat.update(timed))
    guard let bytes = memory.bytes(behind: event, at: timed.seconds) else { return others }
    return others + handle(.memoryUsed(bytes))
  }

  /// Asks a question as if it had been written on the screen.
  func ask(_ text: String) -> [Effect] {
    handle(.asked(Question(text: text, place: chat.nextPlace, images: chat.attachments)))
  }

  /// Attaches an image to the next question; what is wrong with it is told in the chat.
  func attachSoon(_ path: String) { _ = run([.attachImage(path)]) }

  /// Attaches an image to the next question, before this returns.
  ///
  /// - Throws: an error that says in one line why it cannot be.
  func attach(_ path: String) throws {
    guard let writer else { return }
    _ = handle(.attached(try images.keep(path, in: writer.path)))
  }

  private func run(_ effects: [Effect]) -> [Effect] {
    let mailbox = mailbox
    var others: [Effect] = []
    for effect in effects {
      switch effect {
      case .attachImage(let path):
        if let writer {
          images.attach(path, to: writer.path)
        } else {
          others += handle(.notice(Notice(.error, "an image cannot be kept: this chat is recorded no further")))
        }
      case .offerImage(let path): images.offer(path)
      case .keepPreference(let pair): others += keep(pair)
      case .keepLayout(let kept): layout?.keep(kept) { mailbox.post(.notice(Notice(.warning, $0))) }
      case .exportChat(let name): others += export(to: name)
      case .happen(let event): others += handle(event)
      case .loadModel(let request): engine.load(request) { mailbox.post($0) }
      case .answer(var request):
        request.session = writer?.path
        let asked = request
        engine.answer(asked) { mailbox.post($0.placed(as: asked)) }
      case .stopAnswer: engine.stop()
      default: others.append(effect)
      }
    }
    return others
  }

  private func keep(_ pair: PreferencePair) -> [Effect] {
    do {
      try PreferenceFile.append(pair, to: preferences)
      return handle(.notice(Notice(.information, "the preference is kept in preferences.jsonl, beside the sessions")))
    } catch {
      return handle(.notice(Notice(.error, "\(error)")))
    }
  }

  private func export(to name: String) -> [Effect] {
    let question = chat.conversation.entries.first { $0.kind == .question && $0.isTurn }?.text ?? ""
    let tags = path.flatMap { try? SessionDetails(path: $0) }?.tags ?? []
    let document = ConversationDocument(
      chat, header: header, seconds: seconds, title: printableLine(String(question.prefix(200))), tags: tags,
      folder: path)
    let export = ChatExport(document: document, folder: ChatExport.currentFolder)
    do {
      let written = try export.write(to: name, standard: path.map { SessionLibrary.name(ofPath: $0) } ?? "chat")
      return handle(.notice(Notice(.information, "exported: \(written.path), \(written.bytes) bytes")))
    } catch {
      return handle(.notice(Notice(.error, "\(error)")))
    }
  }

  func close(inGoodOrder: Bool) {
    engine.stop()
    layout?.finish()
    guard let writer else { return }
    if inGoodOrder, isNew, !chat.hasContent {
      writer.discard()
    } else if inGoodOrder {
      _ = handle(.ended)
    }
    // Otherwise the session stays unfinished, to be offered at the next start.
    writer.synchronise()
    self.writer = nil
  }
}

extension Event {
  /// The event with the place in the conversation that an answer was asked for: engines need not know of branches.
  fileprivate func placed(as request: AnswerRequest) -> Event {
    guard case .answerStarted(var start) = self else { return self }
    start.place = request.place
    return .answerStarted(start)
  }
}
