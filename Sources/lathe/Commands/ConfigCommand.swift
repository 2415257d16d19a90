import ArgumentParser
import JSONText
import Screens
import Settings

/// `lathe config`: the settings in force and where each comes from.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Print the settings in force, and where each comes from.",
    discussion: """
      The output is a settings file: redirect it to start one of your own. What is wrong in the file is told on \
      standard error, and the exit status is then 1.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let settings = Configuration(maps: KeyMap.screens, everywhere: Chrome.keyMap)
    let library = ThemeLibrary()
    let maps = [Chrome.keyMap] + KeyMap.screens
    if json {
      StandardStreams.output(settings.json(maps: maps, themes: library.names).text + "\n")
    } else {
      StandardStreams.output("# themes: \(library.names.joined(separator: ", ")); your own: \(library.folder)\n")
      StandardStreams.output(settings.text(maps: maps))
    }
    var faults = settings.faults
    if let name = settings.theme.value {
      do { _ = try library.theme(named: name) } catch { faults.append(error) }
    }
    for fault in faults { StandardStreams.error("lathe config: \(fault)\n") }
    guard faults.isEmpty else { throw ExitCode(1) }
  }
}
