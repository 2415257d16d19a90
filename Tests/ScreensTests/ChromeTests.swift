import Drawing
import Screens
import Sessions
import Testing
import Widgets

@Suite struct ChromeTests {
  private var chrome = Chrome(theme: .dark, themes: ["dark", "light", "mono"], hasMouse: true)

  private func press(_ name: String) -> KeyPress { KeyPress(name: name) ?? KeyPress(.escape) }

  private func text(_ chrome: Chrome, _ columns: Int = 80, _ rows: Int = 24) -> String {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    canvas.cursor = Point(x: 3, y: 1)
    chrome.view(on: &canvas, traffic: "12 kB/s")
    return canvas.text
  }

  /// Whether nothing lies over the screen.
  private func isBare(_ chrome: Chrome) -> Bool { text(chrome).allSatisfy { $0.isWhitespace } }

  @Test func keysOfTheScreenPass() {
    var chrome = chrome
    #expect(chrome.handle(press("enter"), over: [HomeScreen.keyMap], at: 0) == [.press(press("enter"))])
    #expect(chrome.tickInterval == nil && isBare(chrome))
  }

  @Test func thePaletteFindsAnActionAndSendsItsKey() {
    var chrome = chrome
    #expect(chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0).isEmpty)
    #expect(text(chrome).contains("commands") && text(chrome).contains("replay the session"))
    for letter in "pull" { #expect(chrome.handle(press(String(letter)), over: [HomeScreen.keyMap], at: 0).isEmpty) }
    #expect(text(chrome).contains("pull the model") && !text(chrome).contains("replay the session"))
    #expect(chrome.handle(press("enter"), over: [HomeScreen.keyMap], at: 0) == [.press(press("p"))])
    #expect(isBare(chrome))
  }

  @Test func thePaletteOffersThemesAndItsOwnActions() {
    var chrome = chrome
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0)
    let isTaken = chrome.handle(paste: "theme li")
    #expect(isTaken)
    #expect(chrome.handle(press("enter"), over: [HomeScreen.keyMap], at: 0) == [.useTheme("light")])
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0)
    _ = chrome.handle(paste: "bytes")
    #expect(chrome.handle(press("enter"), over: [HomeScreen.keyMap], at: 0).isEmpty)
    #expect(chrome.showsTraffic && text(chrome).contains("12 kB/s"))
    let isStillTaken = chrome.handle(paste: "x")
    #expect(!isStillTaken)
  }

  @Test func nothingFitsIsSaidAndEscapeCloses() {
    var chrome = chrome
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0)
    _ = chrome.handle(paste: "qqqqzz")
    #expect(text(chrome).contains("nothing fits"))
    #expect(chrome.handle(press("escape"), over: [HomeScreen.keyMap], at: 0).isEmpty)
    #expect(isBare(chrome))
  }

  @Test func themesFollowEachOther() {
    var chrome = chrome
    #expect(chrome.handle(press("f3"), over: [HomeScreen.keyMap], at: 0) == [.useTheme("light")])
    chrome.use(Theme(name: "mono", styles: [:]), at: 1)
    #expect(text(chrome).contains("theme: mono") && chrome.tickInterval != nil)
    #expect(chrome.handle(press("f3"), over: [HomeScreen.keyMap], at: 1) == [.useTheme("dark")])
    chrome.tick(at: 10)
    #expect(isBare(chrome) && chrome.tickInterval == nil)
  }

  @Test func theMouseIsSwitchedAndWorksInThePalette() {
    var chrome = chrome
    #expect(chrome.handle(press("f6"), over: [HomeScreen.keyMap], at: 0) == [.reportMouse(false)])
    chrome.tick(at: 100)
    let size = Size(columns: 80, rows: 24)
    #expect(chrome.handle(MouseInput(.press, x: 1, y: 1), in: size, at: 0) == nil)
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 100)
    let rows = text(chrome).split(separator: "\n", omittingEmptySubsequences: false)
    let row = rows.firstIndex { $0.contains("pull the model") } ?? 0
    #expect(chrome.handle(MouseInput(.press, x: 20, y: row), in: size, at: 100) == [.press(press("p"))])
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 100)
    #expect(chrome.handle(MouseInput(.wheelDown, x: 20, y: 5), in: size, at: 100) == [])
    #expect(chrome.handle(MouseInput(.press, x: 79, y: 23), in: size, at: 100) == [])
    #expect(isBare(chrome))
  }

  @Test func reboundKeysAreTranslatedAndShownInHelpAndPalette() {
    var bindings = KeyBindings.standard
    bindings.bind("pull", of: "home", to: [press("ctrl-g")])
    bindings.bind("palette", of: "everywhere", to: [press("f9")])
    var chrome = chrome
    chrome.bindings = bindings
    #expect(chrome.handle(press("ctrl-g"), over: [HomeScreen.keyMap], at: 0) == [.press(press("p"))])
    #expect(chrome.handle(press("p"), over: [HomeScreen.keyMap], at: 0).isEmpty)
    #expect(chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0) == [.press(press("f2"))])
    _ = chrome.handle(press("f9"), over: [HomeScreen.keyMap], at: 0)
    #expect(text(chrome).contains("Ctrl-G"))
    var home = HomeScreen(defaultModel: "tiny")
    home.bindings = bindings
    _ = home.update(TimedEvent(seconds: 0, event: .key(press("?"))))
    var canvas = Canvas(size: Size(columns: 80, rows: 24))
    home.view(on: &canvas)
    #expect(canvas.text.contains("Ctrl-G") && canvas.text.contains("pull the model"))
  }

  @Test(arguments: [(0, 0), (1, 1), (5, 2), (20, 5), (400, 120)]) func anySizeIsDrawn(columns: Int, rows: Int) {
    var chrome = chrome
    _ = chrome.handle(press("f4"), over: [HomeScreen.keyMap], at: 0)
    _ = chrome.handle(press("f2"), over: [HomeScreen.keyMap], at: 0)
    chrome.tell("a long notice that has to be wrapped over some lines here", kind: .error, at: 0)
    #expect(text(chrome, columns, rows).split(separator: "\n", omittingEmptySubsequences: false).count == rows + 1)
  }
}
