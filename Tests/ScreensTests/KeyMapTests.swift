import Drawing
import Screens
import Sessions
import Testing

/// Every table of keys can be rebound, is told in the help, and is offered by the palette where it applies.
@Suite struct KeyMapTests {
  private func press(_ name: String) -> KeyPress { KeyPress(name: name) ?? KeyPress(.escape) }

  /// A chat that takes keys as the program does.
  private func send(_ name: String, to chat: inout ScriptedChat, through bindings: KeyBindings) {
    if let press = bindings.translated(press(name), in: chat.screen.keyMaps) { chat.press(press) }
  }

  private func chat() -> ScriptedChat {
    var chat = ScriptedChat()
    chat.answers = [["a1"], ["a2"]]
    chat.ask("q1")
    chat.ask("q2")
    return chat
  }

  @Test func allTablesHaveNames() {
    let names = KeyMap.screens.map(\.name)
    #expect(
      Set(names).isSuperset(of: [
        "home", "chat", "chat-panes", "chat-turns", "chat-tree", "chat-tokens", "chat-sampling", "chat-about",
        "chat-comparison", "editor", "replay",
      ]))
    #expect(Set(names).count == names.count)
    for map in KeyMap.screens { #expect(Set(map.entries.map(\.action)).count == map.entries.count, "\(map.name)") }
  }

  /// A key that a table before takes away must not be the only one of an action.
  @Test func noActionIsOutOfReach() {
    var chat = chat()
    let ways: [[KeyPress]] = [
      [], [press("x")], [press("backspace"), press("tab")], [press("t")], [press("escape"), press("f5")],
      [press("escape"), press("tab"), press("i")],
    ]
    for way in ways {
      for key in way { chat.press(key) }
      let maps = chat.screen.keyMaps
      for (index, map) in maps.enumerated() {
        for entry in map.entries {
          let taken = maps[..<index].flatMap(\.entries).flatMap(\.presses)
          let isScrolling = ["page-up", "page-down"].contains(entry.action)
          #expect(!entry.presses.allSatisfy(taken.contains) || isScrolling, "\(map.name) \(entry.action)")
        }
      }
    }
  }

  @Test func keysAreThoseOfWhatIsLookedAt() {
    var bindings = KeyBindings.standard
    bindings.bind("up", of: "chat-turns", to: [press("w")])
    bindings.bind("turns", of: "chat", to: [press("ctrl-t")])
    bindings.bind("kill-to-start", of: "editor", to: [press("ctrl-x")])
    var chat = chat()
    for name in ["w", "e"] { send(name, to: &chat, through: bindings) }
    #expect(chat.canvas().text.contains("❯ we"), "letters are text while one writes")
    send("ctrl-u", to: &chat, through: bindings)
    #expect(chat.canvas().text.contains("❯ we"), "what others do now does nothing")
    send("ctrl-x", to: &chat, through: bindings)
    #expect(!chat.canvas().text.contains("❯ we"))
    send("tab", to: &chat, through: bindings)
    #expect(!chat.canvas().text.contains("▶ "))
    send("ctrl-t", to: &chat, through: bindings)
    let atTheEnd = chat.screen
    send("up", to: &chat, through: bindings)
    #expect(chat.screen == atTheEnd)
    send("w", to: &chat, through: bindings)
    #expect(chat.screen != atTheEnd)
    #expect(ScriptedChat(continuing: chat.events).screen == chat.screen, "the log knows standard keys only")
  }

  @Test func anActionBehindAnotherTableKeepsAKeyThatReachesIt() {
    var chat = chat()
    var bindings = KeyBindings.standard
    // Ctrl-D quits an empty chat; the editor's own Ctrl-D must still delete once that is elsewhere.
    bindings.bind("end-of-input", of: "chat", to: [press("ctrl-q")])
    for name in ["x", "y", "home", "ctrl-d"] { send(name, to: &chat, through: bindings) }
    #expect(chat.canvas().text.contains("❯ y"))
    send("ctrl-q", to: &chat, through: bindings)
    #expect(chat.canvas().text.contains("❯ y"), "nothing is deleted by the key that quits")
    send("delete", to: &chat, through: bindings)
    send("ctrl-q", to: &chat, through: bindings)
    #expect(chat.effects.last == .quit)
  }

  @Test func theHelpAndTheHintsShowTheUsersKeys() {
    var chat = ScriptedChat(columns: 120, rows: 100)
    chat.ask("q")
    var bindings = KeyBindings.standard
    bindings.bind("again", of: "chat-turns", to: [press("ctrl-r")])
    bindings.bind("go", of: "chat-tree", to: [])
    chat.screen.bindings = bindings
    chat.press(press("tab"))
    #expect(chat.canvas(columns: 120).text.contains("Ctrl-R again") && chat.canvas().text.contains("e change"))
    chat.press(press("escape"), press("f1"))
    let help = chat.canvas(columns: 120, rows: 180).text
    #expect(help.contains("Ctrl-R") && help.contains("(no key)") && help.contains("F8"))
  }

  @Test func thePaletteOffersWhatApplies() {
    var chat = chat()
    func offers(_ words: String) -> [Chrome.Effect] {
      var chrome = Chrome(theme: .dark, themes: ["dark"], hasMouse: true)
      _ = chrome.handle(press("f2"), over: chat.screen.keyMaps, at: 0)
      _ = chrome.handle(paste: words)
      return chrome.handle(press("enter"), over: chat.screen.keyMaps, at: 0)
    }
    #expect(offers("draw another answer").isEmpty, "not while one writes")
    #expect(offers("delete to the end of the line") == [.press(press("ctrl-k"))])
    #expect(offers("show or hide the side pane") == [.press(press("f8"))])
    chat.press(press("tab"))
    #expect(offers("draw another answer") == [.press(press("r"))])
    #expect(offers("delete to the end of the line").isEmpty)
    #expect(offers("give the other pane the keys") == [.press(press("f9"))])
  }

  @Test func writingAtTheFootOfHomeIsNotItsKeys() {
    var home = HomeScreen(defaultModel: "tiny")
    var bindings = KeyBindings.standard
    bindings.bind("pull", of: "home", to: [press("ctrl-g")])
    _ = home.update(TimedEvent(seconds: 0, event: .key(press("/"))))
    let translated = bindings.translated(press("p"), in: home.keyMaps)
    #expect(translated == press("p"), "a letter of the search, though another key pulls now")
  }
}
