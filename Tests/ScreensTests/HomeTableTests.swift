import Drawing
import Screens
import Sessions
import Testing

/// Sessions and models as a table that is ordered by its columns.
@Suite struct HomeTableTests {
  private static let day = 86_400.0

  private func session(_ number: Int, _ title: String, tags: [String] = [], unfinished: Bool = false) -> SessionSummary
  {
    SessionSummary(
      name: "s\(number)", path: "/s\(number).session", title: title, model: "tiny", created: Double(number) * Self.day,
      seconds: 5, turns: number % 7, isUnfinished: unfinished, isOpenElsewhere: false, tags: tags)
  }

  private func home(_ sessions: [SessionSummary], columns: Int = 100, rows: Int = 12) -> HomeScreen {
    var home = HomeScreen(defaultModel: "tiny", opened: 100 * Self.day)
    let models = [
      ModelListing(name: "tiny", path: "/tiny.gguf", bytes: 1, details: "d"),
      ModelListing(name: "small", path: "/small.gguf", bytes: 98_000_000, details: "llama Q4_1"),
      ModelListing(name: "large", path: nil, bytes: 5_000_000_000, details: ""),
    ]
    feed(&home, .resized(TerminalSize(columns: columns, rows: rows)))
    feed(&home, .models(models))
    feed(&home, .sessions(sessions))
    return home
  }

  @discardableResult
  private func feed(_ home: inout HomeScreen, _ event: Event) -> [Effect] {
    home.update(TimedEvent(seconds: 1, event: event))
  }

  @discardableResult
  private func press(_ home: inout HomeScreen, _ key: Key) -> [Effect] { feed(&home, .key(KeyPress(key))) }

  private func lines(_ home: HomeScreen, _ columns: Int = 100, _ rows: Int = 12) -> [String] {
    var canvas = Canvas(size: Size(columns: columns, rows: rows))
    home.view(on: &canvas)
    return canvas.lines
  }

  /// The titles of the sessions in sight.
  private func titles(_ home: HomeScreen, _ columns: Int = 100) -> [String] {
    lines(home, columns).filter { $0.contains(" session ") }.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("about") }.map(String.init)
    }
  }

  @Test func columnsHoldWhatIsKnown() {
    let home = home([session(97, "about-b", tags: ["good", "第二"]), session(99, "about-a")])
    let shown = lines(home)
    #expect(shown[2].contains("name") && shown[2].contains("turns") && shown[2].contains("age/size"))
    #expect(shown.contains { $0.contains("model    small  llama Q4_1") && $0.contains("98.0 MB") })
    #expect(shown.contains { $0.contains("pull     large") && $0.contains("5.0 GB") })
    let row = shown.first { $0.contains("about-b") } ?? ""
    #expect(row.contains("6 tiny") && row.contains("good 第二") && row.contains("3 d"))
    #expect(lines(home, 150).contains { $0.contains("about-b") && $0.contains("s97") }, "its name where there is room")
    let narrow = lines(home, 60).first { $0.contains("about-b") } ?? ""
    #expect(narrow.contains("#good #第二 about-b") && narrow.contains("3 d"))
    #expect(lines(home, 40).contains { $0.contains("about-a") })
  }

  @Test func aKeyOrdersByOneColumnAfterTheOther() {
    var home = home([session(9, "about-B"), session(8, "about-c", tags: ["z"]), session(5, "about-a", tags: ["y"])])
    #expect(titles(home) == ["about-B", "about-c", "about-a"], "from the newest on")
    press(&home, .character("s"))
    #expect(titles(home) == ["about-a", "about-B", "about-c"] && lines(home)[2].contains("name▲"))
    press(&home, .character("S"))
    #expect(titles(home) == ["about-c", "about-B", "about-a"] && lines(home)[2].contains("name▼"))
    press(&home, .character("s"))
    #expect(titles(home) == ["about-a", "about-B", "about-c"] && lines(home)[2].contains("turns▼"), "5, 2 and 1 turns")
    press(&home, .character("s"))
    press(&home, .character("s"))
    #expect(
      titles(home) == ["about-a", "about-c", "about-B"] && lines(home)[2].contains("tags▲"), "untagged ones last")
    press(&home, .character("s"))
    #expect(titles(home) == ["about-B", "about-c", "about-a"])
    press(&home, .character("s"))
    #expect(!lines(home)[2].contains("▼") && !lines(home)[2].contains("▲"))
  }

  @Test func aClickOnATitleOrders() throws {
    var home = home([session(9, "about-b"), session(8, "about-c"), session(5, "about-a")])
    let header = lines(home)[2]
    func click(_ title: String) throws {
      let x = try #require(header.firstRange(of: title)?.lowerBound.utf16Offset(in: header))
      feed(&home, .mouse(MouseInput(.press, x: x, y: 2)))
    }
    try click("name")
    #expect(titles(home) == ["about-a", "about-b", "about-c"])
    try click("name")
    #expect(titles(home) == ["about-c", "about-b", "about-a"])
    try click("age/size")
    #expect(titles(home) == ["about-b", "about-c", "about-a"])
    let shown = lines(home)
    let places = ["large", "small"].map { name in shown.firstIndex { $0.contains(name) } ?? 0 }
    #expect(places[0] < places[1], "models by their size")
    try click("name")
    #expect(press(&home, .enter) == [.startChat(model: nil)], "what was chosen stays chosen")
  }

  @Test func theChosenSessionStaysChosen() {
    var home = home([session(9, "about-b"), session(8, "about-c"), session(5, "about-a")])
    press(&home, .end)
    press(&home, .character("s"))
    #expect(press(&home, .enter) == [.resumeSession("/s5.session")])
    feed(&home, .sessions([session(20, "about-0"), session(9, "about-b"), session(5, "about-a")]))
    #expect(press(&home, .enter) == [.resumeSession("/s5.session")])
  }

  @Test func tenThousandSessionsAreListedOrderedAndFound() {
    var sessions = (0..<10_000).reversed().map { session($0, "about-\($0 * 7919 % 10_000)") }
    sessions[5000].isUnfinished = true
    sessions[5000].turns = 3
    var home = home(sessions)
    #expect(lines(home)[3].contains("continue about-"))
    press(&home, .end)
    #expect(lines(home).contains { $0.contains("about-0 ") }, "the oldest is the last")
    press(&home, .character("s"))
    press(&home, .home)
    press(&home, .end)
    #expect(lines(home).contains { $0.contains("▸ session  about-9999 ") })
    for _ in 0..<3 { press(&home, .pageUp) }
    #expect(!lines(home).contains { $0.contains("about-9999 ") })
    let matches = sessions.prefix(4000).map { SessionMatch(summary: $0, excerpt: "…\($0.name)…", hits: 1) }
    press(&home, .character("/"))
    press(&home, .character("a"))
    feed(&home, .sessionMatches(SessionMatches(query: "a", matches: matches)))
    #expect(lines(home)[0].contains("4000 sessions with a"))
    let shown = lines(home).filter { $0.contains("…") && $0.contains("session") }
    #expect(!shown.isEmpty, "excerpts stand with their own sessions in any order")
    press(&home, .enter)
    press(&home, .character("S"))
    press(&home, .home)
    let first = lines(home)[3]
    guard case .resumeSession(let path)? = press(&home, .enter).first else {
      Issue.record("nothing chosen in \(first)")
      return
    }
    #expect(first.contains("…" + path.dropFirst().dropLast(".session".count) + "…"))
  }
}
