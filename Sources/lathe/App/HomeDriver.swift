import Dispatch
import Drawing
import Screens
import Sessions
import Synchronization

/// The home screen in operation: lists and pulls run on threads of their own.
final class HomeDriver: Driver {
  private(set) var home: HomeScreen
  var screen: any Screen { home }
  let mailbox: Mailbox
  private let services: Services
  private let clock = Clock()
  private let isCancelled = SharedFlag()
  private let sessions: SessionKeeper

  init(services: Services, defaultModel: String, size: TerminalSize, theme: Theme, mailbox: Mailbox) {
    home = HomeScreen(defaultModel: defaultModel, opened: Clock.now())
    home.theme = theme
    self.services = services
    self.mailbox = mailbox
    sessions = SessionKeeper(library: services.sessionLibrary, mailbox: mailbox)
    _ = handle(.resized(size))
    _ = run(HomeScreen.startEffects)
  }

  func dress(_ theme: Theme, _ bindings: KeyBindings) {
    home.theme = theme
    home.bindings = bindings
  }

  func handle(_ event: Event) -> [Effect] {
    run(home.update(TimedEvent(seconds: clock.seconds, event: event)))
  }

  private func run(_ effects: [Effect]) -> [Effect] {
    let (mailbox, catalogue) = (mailbox, services.catalogue)
    var others: [Effect] = []
    for effect in effects {
      switch effect {
      case .listModels:
        DispatchQueue.global().async {
          do {
            mailbox.post(.models(try catalogue.models()))
          } catch {
            mailbox.post(.notice(Notice(.error, "\(error)")))
          }
        }
      case .listSessions, .searchSessions, .renameSession, .tagSession, .deleteSession, .undeleteSession:
        sessions.run(effect)
      case .pullModel(let name): pull(name)
      case .cancelPull: isCancelled.set(true)
      default: others.append(effect)
      }
    }
    return others
  }

  private func pull(_ name: String) {
    let (mailbox, catalogue, isCancelled) = (mailbox, services.catalogue, isCancelled)
    isCancelled.set(false)
    DispatchQueue.global().async {
      let state: PullProgress.State
      do {
        try catalogue.pull(
          name, progress: { mailbox.post(.pull(PullProgress(name: name, state: $0))) },
          isCancelled: { isCancelled.isSet })
        state = .finished
      } catch is CancellationError {
        state = .cancelled
      } catch {
        state = .failed("\(error)")
      }
      mailbox.post(.pull(PullProgress(name: name, state: state)))
    }
  }

  func close(inGoodOrder: Bool) { isCancelled.set(true) }
}

/// A yes or no that threads share.
final class SharedFlag: Sendable {
  private let value = Atomic(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set(_ newValue: Bool) { value.store(newValue, ordering: .releasing) }
}
