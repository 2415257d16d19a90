import ArgumentParser
import Drawing
import Screens
import Settings
import Terminals
import Widgets

/// How screens look and which keys they have: the user's settings, and what the command line asks for.
struct Appearance {
  let configuration: Configuration
  let library: ThemeLibrary
  /// The theme that `--theme` names.
  let requestedTheme: String?

  /// Reads the user's settings.
  init(theme: String? = nil) {
    configuration = Configuration(maps: KeyMap.screens, everywhere: Chrome.keyMap)
    library = ThemeLibrary()
    requestedTheme = theme
  }

  /// The theme and what lies around the screens, on a terminal that has just been opened; what is wrong in the settings
  /// is told there, and never keeps the program from starting.
  func open(on terminal: Terminal) -> (theme: Theme, chrome: Chrome) {
    var problems = configuration.faults
    var theme = Theme.dark
    // Without colours a theme made of them would say nothing.
    let standard = terminal.colors == 0 ? Theme.monochrome.name : configuration.theme.value ?? Theme.dark.name
    do {
      theme = try library.theme(named: requestedTheme ?? standard)
    } catch {
      problems.append(error)
    }
    var chrome = Chrome(theme: theme, themes: library.names, hasMouse: configuration.mouse.value)
    chrome.bindings = configuration.bindings
    terminal.reportsMouse = configuration.mouse.value
    for problem in problems.prefix(3) { chrome.tell("\(problem)", kind: .warning, at: 0) }
    if problems.count > 3 { chrome.tell("lathe config lists \(problems.count - 3) more", kind: .warning, at: 0) }
    return (theme, chrome)
  }
}

/// Options of every command that can open screens.
struct ScreenOptions: ParsableArguments {
  @Option(help: "The colours: a theme's name; lathe config lists them.")
  var theme: String?

  func validate() throws {
    guard let theme else { return }
    do {
      _ = try ThemeLibrary().theme(named: theme)
    } catch {
      throw ValidationError("--theme: \(error)")
    }
  }

  var appearance: Appearance { Appearance(theme: theme) }
}
