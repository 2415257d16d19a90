import Drawing
import Screens
import Sessions

/// A screen in operation that needs nothing from outside: a plot, an image.
final class ViewerDriver: Driver {
  private(set) var screen: any Screen
  let mailbox: Mailbox
  private let clock = Clock()

  init(_ screen: any Screen, size: TerminalSize, theme: Theme, mailbox: Mailbox) {
    self.screen = screen
    self.screen.theme = theme
    self.mailbox = mailbox
    _ = handle(.resized(size))
  }

  func dress(_ theme: Theme, _ bindings: KeyBindings) {
    screen.theme = theme
    screen.bindings = bindings
  }

  func learn(_ display: Display) { screen.display = display }

  func handle(_ event: Event) -> [Effect] { screen.update(TimedEvent(seconds: clock.seconds, event: event)) }

  func close(inGoodOrder: Bool) {}
}
