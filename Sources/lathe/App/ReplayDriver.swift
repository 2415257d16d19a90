import Drawing
import Exports
import Screens
import Sessions

/// A replay in operation: it needs nothing from outside, and only markers are ever written.
final class ReplayDriver: Driver {
  private var replay: ReplayScreen
  var screen: any Screen { replay }
  let mailbox: Mailbox
  private let library: SessionLibrary
  private let clock = Clock()

  /// Plays a session from its start, on a terminal of this size.
  init(_ replay: ReplayScreen, library: SessionLibrary, size: TerminalSize, theme: Theme, mailbox: Mailbox) {
    self.replay = replay
    self.replay.theme = theme
    self.library = library
    self.mailbox = mailbox
    _ = handle(.resized(size))
  }

  func dress(_ theme: Theme, _ bindings: KeyBindings) {
    replay.theme = theme
    replay.bindings = bindings
  }

  func learn(_ display: Display) { replay.display = display }

  func handle(_ event: Event) -> [Effect] {
    var others: [Effect] = []
    for effect in replay.update(TimedEvent(seconds: clock.seconds, event: event)) {
      guard case .markSession(let path, let marker) = effect else {
        others.append(effect)
        continue
      }
      do {
        try library.changeDetails(of: path) { $0.add(marker) }
      } catch {
        mailbox.post(.notice(Notice(.warning, "the marker is not kept: \(error)")))
      }
    }
    return others
  }

  func close(inGoodOrder: Bool) {}
}

extension ReplayScreen {
  /// Reads a session to be played, with its markers; without them where they cannot be read.
  init(path: String) throws(SessionError) {
    let log = try SessionLog(path: path)
    let markers = (try? SessionDetails(path: path))?.markers ?? []
    self.init(log: log, markers: markers, shelf: ImageShelf(reading: log))
  }
}
