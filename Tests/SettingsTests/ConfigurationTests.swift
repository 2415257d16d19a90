import JSONText
import Screens
import Sessions
import TestSupport
import Testing

@testable import Settings

@Suite struct ConfigurationTests {
  private let folder: TemporaryFolder
  private let maps = [
    KeyMap(
      name: "home",
      entries: [
        .init(action: "up", presses: [KeyPress(.up), KeyPress(.character("k"))], meaning: "the line above"),
        .init(action: "down", presses: [KeyPress(.down)], meaning: "the line below"),
        .init(action: "quit", presses: [KeyPress(.character("q"))], meaning: "quit"),
      ]),
    KeyMap(
      name: "chat", entries: [.init(action: "send", presses: [KeyPress(.enter)], meaning: "send")], takesText: true),
  ]
  private let everywhere = KeyMap(
    name: "everywhere", entries: [.init(action: "palette", presses: [KeyPress(.function(2))], meaning: "commands")])

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> Configuration {
    try folder.write(text, to: "config.toml")
    return Configuration(file: folder["config.toml"], maps: maps, everywhere: everywhere)
  }

  @Test func withoutAFileAllIsStandard() {
    let settings = Configuration(file: folder["absent.toml"], maps: maps, everywhere: everywhere)
    #expect(!settings.fileExists && settings.faults.isEmpty && settings.bindings == .standard)
    #expect(settings.theme.value == nil && settings.byteCap.value == nil && settings.frameRate.value == 60)
  }

  @Test func valuesWithTheirLines() throws {
    let settings = try read(
      """
      theme = "light"
      frame-rate = 30
      byte-cap = "200 kB/s"
      mouse = false
      [keys.home]
      up = ["ctrl-p", "alt-u"]
      quit = []
      [keys.chat]
      send = "alt-enter"
      """)
    #expect(settings.faults.isEmpty)
    #expect(settings.theme == .init("light", .line(1)) && settings.frameRate == .init(30, .line(2)))
    #expect(settings.byteCap == .init(200_000, .line(3)) && settings.mouse == .init(false, .line(4)))
    let home = maps[0]
    let up = try #require(home.entry(named: "up"))
    #expect(settings.bindings.presses(of: up, in: home).map(\.name) == ["ctrl-p", "alt-u"])
    #expect(settings.bindings.translated(KeyPress(.character("p"), .control), in: [home]) == KeyPress(.up))
    // The standard keys of what others do now do nothing; keys of no action pass.
    #expect(settings.bindings.translated(KeyPress(.up), in: [home]) == nil)
    #expect(settings.bindings.translated(KeyPress(.character("q")), in: [home]) == nil)
    #expect(settings.bindings.translated(KeyPress(.down), in: [home]) == KeyPress(.down))
    #expect(settings.bindings.translated(KeyPress(.character("z")), in: [home]) == KeyPress(.character("z")))
    #expect(settings.keyLines["home"]?["up"] == 6)
  }

  /// Each fault is told with its line and leaves the standard in force.
  @Test(arguments: [
    ("theme = 3", "line 1: theme: expected the name of a theme, got 3"),
    ("\nframe-rate = 0", "line 2: frame-rate: expected frames a second, from 1 to 120, got 0"),
    ("byte-cap = \"5 parsecs\"", "line 1: byte-cap: expected bytes a second"),
    ("thme = \"x\"", "line 1: thme: no such setting; did you mean theme?"),
    ("[keys.hom]\nup = \"x\"", "line 2: keys.hom.up: there are no keys named hom; there are everywhere, home, chat"),
    ("[keys.home]\nupp = \"x\"", "line 2: keys.home.upp: home has no such action; did you mean up?"),
    ("[keys.home]\nup = \"hyper-x\"", "line 2: keys.home.up: \"hyper-x\" is no key"),
    ("[keys.home]\nup = [\n\"x\", 3]", "line 3: keys.home.up: expected the name of a key, got 3"),
    ("[keys.home]\nup = \"down\"", "line 2: keys.home.up: down is also the key of home.down (its standard key)"),
    ("[keys.home]\nup = \"x\"\ndown = \"x\"", "line 3: keys.home.down: x is also the key of home.up (line 2)"),
    ("[keys.home]\nup = \"f2\"", "line 2: keys.home.up: f2 is also the key of everywhere.palette"),
    ("[keys.everywhere]\npalette = \"enter\"", "line 2: keys.everywhere.palette: enter is also the key of chat.send"),
    ("[keys.chat]\nsend = \"x\"", "line 2: keys.chat.send: x is written into text here"),
    ("[keys.everywhere]\npalette = \"p\"", "line 2: keys.everywhere.palette: p is written into text here"),
    ("[keys.chat]\nsend = \"ctrl-m\"", "line 2: keys.chat.send: terminals send enter for ctrl-m"),
    ("theme = ", "line 1: column 9: expected a value"),
  ]) func faultsAreToldWithTheirLine(text: String, message: String) throws {
    let settings = try read(text)
    let file = folder["config.toml"]
    let fault = try #require(settings.faults.first?.description)
    #expect(fault.hasPrefix(file + " " + message), "\(fault)")
    #expect(settings.faults.count == 1)
    let holding = text.contains("x\"\ndown") ? 1 : 0
    #expect(settings.keyLines.values.reduce(0) { $0 + $1.count } == holding)
  }

  @Test func partsOfAScreenHaveTablesOfTheirOwn() throws {
    try folder.write(
      "[keys.chat]\nturns = \"ctrl-o\"\n[keys.chat-turns]\nagain = \"x\"\n[keys.chat-tree]\ngo = \"g\"\nup = \"g\"\n",
      to: "config.toml")
    let settings = Configuration(file: folder["config.toml"], maps: KeyMap.screens, everywhere: Chrome.keyMap)
    #expect(
      settings.faults.map(\.description) == [
        "\(folder["config.toml"]) line 7: keys.chat-tree.up: g is also the key of chat-tree.go (line 6); give one another key"
      ], "told for each table of its own: x is free among the turns")
    let turns = try #require(KeyMap.screens.first { $0.name == "chat-turns" })
    #expect(settings.bindings.presses(of: try #require(turns.entry(named: "again")), in: turns).map(\.name) == ["x"])
    let text = settings.text(maps: KeyMap.screens)
    #expect(text.contains("[keys.chat-turns]\n") && text.contains("[keys.editor]\n"))
    try folder.write(text, to: "config.toml")
    let again = Configuration(file: folder["config.toml"], maps: KeyMap.screens, everywhere: Chrome.keyMap)
    #expect(again.faults.isEmpty && again.keyLines["chat-turns"]?["again"] != nil)
  }

  @Test func twoActionsMayChangeTheirKeys() throws {
    let settings = try read("[keys.home]\nup = \"down\"\ndown = [\"up\", \"k\"]\n")
    #expect(settings.faults.isEmpty)
    #expect(settings.bindings.translated(KeyPress(.down), in: [maps[0]]) == KeyPress(.up))
    #expect(settings.bindings.translated(KeyPress(.up), in: [maps[0]]) == KeyPress(.down))
  }

  @Test func theTextInForceReadsBackAsItself() throws {
    let settings = try read("theme = \"light\"\nbyte-cap = 5000\n[keys.home]\nup = \"ctrl-p\"\n")
    let all = [everywhere] + maps
    let again = try read(settings.text(maps: all))
    #expect(again.faults.isEmpty)
    #expect(again.theme.value == "light" && again.byteCap.value == 5000)
    for map in all {
      for entry in map.entries {
        #expect(again.bindings.presses(of: entry, in: map) == settings.bindings.presses(of: entry, in: map))
      }
    }
    #expect(settings.text(maps: all).contains("up = [\"ctrl-p\"]"))
    #expect(settings.json(maps: all, themes: ["a"])["keys"]?["home"]?["up"]?["line"]?.integer == 4)
  }

  @Test func theProgramsOwnKeysAreFreeOfConflicts() throws {
    // Rules that repeat the standard keys are compared with all others.
    var text = ""
    for map in [Chrome.keyMap] + KeyMap.screens {
      text += "[keys.\(map.name)]\n"
      for entry in map.entries {
        text += "\(entry.action) = [\(entry.presses.map { JSONValue.string($0.name).text }.joined(separator: ", "))]\n"
      }
    }
    try folder.write(text, to: "config.toml")
    let settings = Configuration(
      file: folder["config.toml"], maps: KeyMap.screens, everywhere: Chrome.keyMap)
    #expect(settings.faults.isEmpty, "\(settings.faults)")
  }
}
