import Drawing
import Screens
import Sessions
import Testing

@Suite struct HomeScreenTests {
  static let here = ModelListing(name: "tiny", path: "/tiny.gguf", bytes: 98_000_000, details: "llama 135M Q4_1")
  static let away = ModelListing(name: "large", path: nil, bytes: 5_000_000_000, details: "")

  private func session(_ name: String, unfinished: Bool, turns: Int = 1, open: Bool = false) -> SessionSummary {
    SessionSummary(
      name: name, path: "/\(name).session", title: "About \(name) 你好", model: "tiny", created: 0, seconds: 5,
      turns: turns, isUnfinished: unfinished, isOpenElsewhere: open)
  }

  private func home(models: [ModelListing] = [here, away], sessions: [SessionSummary] = []) -> HomeScreen {
    var home = HomeScreen(defaultModel: "tiny")
    _ = home.update(TimedEvent(seconds: 0, event: .resized(TerminalSize(columns: 80, rows: 24))))
    _ = home.update(TimedEvent(seconds: 0, event: .models(models)))
    _ = home.update(TimedEvent(seconds: 0, event: .sessions(sessions)))
    return home
  }

  private func press(_ home: inout HomeScreen, _ key: Key) -> [Effect] {
    home.update(TimedEvent(seconds: 1, event: .key(KeyPress(key))))
  }

  private func text(_ home: HomeScreen, _ columns: Int = 80, _ rows: Int = 24) -> String {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    home.view(on: &canvas)
    return canvas.text
  }

  @Test func enterBeginsAChat() {
    var home = home()
    #expect(text(home).contains("▸ chat     new chat with tiny"))
    #expect(press(&home, .enter) == [.startChat(model: nil)])
  }

  @Test func theUnfinishedSessionIsOfferedFirst() {
    var home = home(sessions: [session("new", unfinished: false), session("old", unfinished: true)])
    #expect(text(home).contains("▸ continue About old 你好"))
    #expect(press(&home, .enter) == [.resumeSession("/old.session")])
    #expect(press(&home, .character("r")) == [.replaySession("/old.session")])
    _ = press(&home, .end)
    #expect(press(&home, .enter) == [.resumeSession("/new.session")])
  }

  @Test func aSessionInUseIsNotContinued() {
    var home = home(sessions: [session("busy", unfinished: false, open: true)])
    _ = press(&home, .end)
    #expect(press(&home, .enter).isEmpty)
    #expect(text(home).contains("another lathe is recording this session"))
  }

  @Test func aMissingDefaultModelIsPulledWithProgress() {
    var home = home(models: [ModelListing(name: "tiny", path: nil, bytes: 98_000_000, details: "")])
    #expect(text(home).contains("▸ pull     tiny"))
    #expect(press(&home, .enter) == [.pullModel("tiny")])
    _ = home.update(
      TimedEvent(
        seconds: 2, event: .pull(PullProgress(name: "tiny", state: .receiving(bytes: 49_000_000, total: 98_000_000)))))
    #expect(text(home).contains("pulling tiny ██████████░░░░░░░░░░ 50 %  49.0 MB of 98.0 MB"))
    #expect(press(&home, .escape) == [.cancelPull])
    let failed = Event.pull(PullProgress(name: "tiny", state: .failed("no network")))
    #expect(home.update(TimedEvent(seconds: 3, event: failed)) == [.listModels])
    #expect(text(home).contains("no network"))
    let finished = Event.pull(PullProgress(name: "tiny", state: .finished))
    #expect(home.update(TimedEvent(seconds: 4, event: finished)) == [.listModels])
    _ = home.update(TimedEvent(seconds: 5, event: .models([HomeScreenTests.here])))
    #expect(press(&home, .enter) == [.startChat(model: nil)])
  }

  @Test(arguments: [(0, 0), (1, 1), (20, 5), (80, 24), (400, 120)]) func everySizeIsDrawn(columns: Int, rows: Int) {
    var home = home(sessions: (0..<200).map { session("s\($0)\u{1B}[2J", unfinished: $0 == 7) })
    for key in [Key.pageDown, .end, .pageUp, .character("?")] {
      _ = press(&home, key)
      let frame = text(home, columns, rows)
      #expect(!frame.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }

  private func type(_ home: inout HomeScreen, _ text: String) -> [Effect] {
    text.flatMap { press(&home, .character($0)) }
  }

  private func matches(_ query: String, _ session: SessionSummary) -> Event {
    .sessionMatches(
      SessionMatches(query: query, matches: [SessionMatch(summary: session, excerpt: "…by the fjord…", hits: 1)]))
  }

  @Test func searchingNarrowsTheListWhileTyping() {
    let (one, two) = (session("one", unfinished: false), session("two", unfinished: false))
    var home = home(sessions: [one, two])
    #expect(press(&home, .character("/")).isEmpty)
    #expect(type(&home, "fj") == [.searchSessions("f"), .searchSessions("fj")])
    _ = home.update(TimedEvent(seconds: 1, event: matches("f", one)))
    #expect(text(home).contains("About one"), "an answer to less than what is typed changes nothing")
    _ = home.update(TimedEvent(seconds: 1, event: matches("fj", two)))
    let shown = text(home)
    #expect(shown.contains("…by the fjord…") && shown.contains("1 session with fj") && !shown.contains("About one"))
    #expect(press(&home, .enter).isEmpty)
    #expect(press(&home, .enter) == [.resumeSession("/two.session")])
    _ = press(&home, .escape)
    #expect(text(home).contains("About one"))
  }

  @Test func sessionsAreNamedTaggedDeletedAndBroughtBack() {
    let one = session("one", unfinished: true)
    var home = home(sessions: [one])
    _ = press(&home, .character("n"))
    _ = type(&home, " q")
    #expect(press(&home, .enter) == [.renameSession("/one.session", to: "one q")])
    _ = press(&home, .character("t"))
    _ = type(&home, "good  q")
    #expect(press(&home, .enter) == [.tagSession("/one.session", tags: ["good", "q"])])
    _ = press(&home, .character("n"))
    #expect(press(&home, .escape).isEmpty, "given up")
    #expect(press(&home, .delete) == [.deleteSession("/one.session")])
    #expect(press(&home, .character("u")) == [.undeleteSession])
  }

  @Test func tagsStandBeforeTheTitle() {
    var one = session("one", unfinished: false)
    one.tags = ["good", "第二"]
    #expect(text(home(sessions: [one]), 60).contains("#good #第二 About one"))
  }

  @Test func promptsFitAtAnySize() {
    for (columns, rows) in [(1, 1), (5, 3), (20, 5), (400, 120)] {
      var home = home(sessions: [session("one", unfinished: false)])
      _ = press(&home, .character("/"))
      _ = type(&home, "a long query 你好")
      #expect(text(home, columns, rows).split(separator: "\n", omittingEmptySubsequences: false).count == rows + 1)
    }
  }
}
