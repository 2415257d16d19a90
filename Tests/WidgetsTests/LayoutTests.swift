import Drawing
import Testing
import Widgets

@Suite struct LayoutTests {
  private let area = Rectangle(x: 2, y: 1, columns: 61, rows: 20)

  @Test func sharesFillTheAreaWithALineBetween() {
    let split = Split(.columns, fractions: [1, 2, 3])
    let areas = split.areas(in: area)
    #expect(areas.map(\.columns) == [10, 20, 29] && areas.map(\.x) == [2, 13, 34] && areas[2].maxX == area.maxX)
    #expect(split.dividers(in: area).map(\.x) == [12, 33])
    #expect(areas.allSatisfy { $0.rows == 20 })
  }

  @Test func aLineIsDraggedAndRememberedAsFractions() {
    var split = Split(.columns, fractions: [0.5, 0.5])
    let isHeld = split.beginDrag(at: Point(x: 5, y: 5), in: area)
    #expect(!isHeld)
    let line = split.dividers(in: area)[0]
    let isNowHeld = split.beginDrag(at: Point(x: line.x, y: 9), in: area)
    #expect(isNowHeld)
    split.drag(to: Point(x: 22, y: 0), in: area)
    #expect(split.areas(in: area)[0].columns == 20)
    split.drag(to: Point(x: -100, y: 0), in: area)
    #expect(split.areas(in: area)[0].columns == split.minimum)
    split.endDrag()
    split.drag(to: Point(x: 40, y: 0), in: area)
    #expect(split.areas(in: area)[0].columns == split.minimum)
    var remembered = Split(.columns, fractions: [0.5, 0.5])
    remembered.setFractions(split.fractions)
    #expect(remembered.areas(in: area) == split.areas(in: area))
  }

  @Test(arguments: 0...70) func anySizeIsFilledWithoutOverlap(columns: Int) {
    let area = Rectangle(x: 0, y: 0, columns: columns, rows: 3)
    for fractions in [[1.0], [1, 1], [1, 100, 1], [0.2, 0.3, 0.1, 0.4], [.nan, 1], [0, 1]] {
      let split = Split(.columns, fractions: fractions)
      let shown = split.areas(in: area).filter { !$0.isEmpty }
      let lines = split.dividers(in: area).filter { !$0.isEmpty }
      #expect(shown.reduce(0) { $0 + $1.columns } + lines.count == columns)
      #expect(shown.last.map { $0.maxX == columns } ?? (columns == 0))
      #expect(shown.count <= 1 || shown.allSatisfy { $0.columns >= split.minimum })
    }
  }

  private func panes() -> Panes {
    Panes(
      .split(
        Split(.columns, fractions: [1, 1]),
        [.pane("list"), .split(Split(.rows, fractions: [1, 1], minimum: 2), [.pane("chat"), .pane("tokens")])]))
  }

  @Test func focusGoesAroundAndAClickTakesIt() {
    var panes = panes()
    #expect(panes.focused == "list" && panes.names == ["list", "chat", "tokens"])
    panes.focusNext(by: -1)
    #expect(panes.focused == "tokens")
    panes.focusNext()
    #expect(panes.focused == "list")
    panes.press(at: Point(x: 50, y: 3), in: area)
    #expect(panes.focused == "chat")
    panes.focus("nothing")
    #expect(panes.focused == "chat")
  }

  @Test func aZoomedPaneIsAlone() {
    var panes = panes()
    panes.focus("tokens")
    panes.toggleZoom()
    #expect(panes.areas(in: area).map(\.name) == ["tokens"] && panes.areas(in: area)[0].area == area)
    #expect(panes.dividers(in: area).isEmpty)
    panes.toggleZoom()
    #expect(panes.areas(in: area).count == 3 && panes.dividers(in: area).count == 2)
  }

  @Test func linesOfInnerSplitsAreDraggedToo() throws {
    var panes = panes()
    let line = try #require(panes.dividers(in: area).first { $0.axis == .rows }).area
    panes.press(at: line.origin, in: area)
    panes.drag(to: Point(x: line.x, y: line.y + 4), in: area)
    panes.release()
    let moved = try #require(panes.dividers(in: area).first { $0.axis == .rows }).area
    #expect(moved.y == line.y + 4 && panes.focused == "list")
    var again = self.panes()
    again.setFractions(panes.fractions)
    #expect(again.dividers(in: area).map(\.area) == panes.dividers(in: area).map(\.area))
    again.setFractions([[1], [0.5, 0.5, 0.5]])
    #expect(again.dividers(in: area).map(\.area) == panes.dividers(in: area).map(\.area))
  }

  @Test func theFocusedPaneGrowsAtItsNeighboursCost() {
    var panes = panes()
    func columns(_ name: String) -> Int { panes.areas(in: area).first { $0.name == name }?.area.columns ?? 0 }
    func rows(_ name: String) -> Int { panes.areas(in: area).first { $0.name == name }?.area.rows ?? 0 }
    panes.grow(by: 3, in: area)
    #expect(columns("list") == 33 && columns("chat") == 27 && columns("tokens") == 27)
    panes.focus("tokens")
    let before = rows("tokens")
    panes.grow(by: 2, in: area)
    #expect(rows("tokens") == before + 2 && columns("list") == 33, "in its own split only")
    panes.grow(by: -100, in: area)
    #expect(rows("tokens") == 2)
    panes.toggleZoom()
    let zoomed = panes
    panes.grow(by: 4, in: area)
    #expect(panes == zoomed)
  }

  @Test func aHeldLineIsKnown() throws {
    var panes = panes()
    let line = try #require(panes.dividers(in: area).first { $0.axis == .rows }).area
    #expect(!panes.isDragged)
    panes.press(at: line.origin, in: area)
    #expect(panes.isDragged)
    panes.release()
    #expect(!panes.isDragged)
  }

  @Test func placesOfATableAreFound() {
    var selection = ListSelection(count: 100)
    selection.select(50)
    let table = TableView(
      [.init("a", .fixed(4)), .init("b", .share(1)), .init("c", .fixed(6), isRightAligned: true)], selection,
      order: (column: 2, isDescending: true)
    ) { ["\($0)", "x", "y"] }
    var canvas = Canvas(size: Size(columns: 40, rows: 11))
    table.draw(in: canvas.bounds, on: &canvas)
    #expect(canvas.lines[0].hasPrefix("  a    b") && canvas.lines[0].hasSuffix("c▼"))
    let found = (0..<40).map { table.column(at: Point(x: $0, y: 0), in: canvas.bounds) }
    #expect(found[0] == 0 && found[6] == 0 && found[7] == 1 && found[33] == 2 && found[39] == 2)
    #expect(table.column(at: Point(x: 3, y: 1), in: canvas.bounds) == nil)
    let row = table.row(at: Point(x: 3, y: 4), in: canvas.bounds)
    #expect(row != nil && canvas.lines[4].contains("\(row ?? -1)"))
    #expect(table.row(at: Point(x: 3, y: 0), in: canvas.bounds) == nil)
  }

  @Test func tabsAreMarkedAndFound() {
    let tabs = TabBar(["chat", "tokens", "branches"], selected: 1)
    var canvas = Canvas(size: Size(columns: 40, rows: 1))
    tabs.draw(in: canvas.bounds, on: &canvas)
    #expect(canvas.lines[0] == " chat  [tokens]  branches")
    #expect(tabs.tab(at: Point(x: 9, y: 0), in: canvas.bounds) == 1)
    #expect(tabs.tab(at: Point(x: 39, y: 0), in: canvas.bounds) == nil)
    var narrow = Canvas(size: Size(columns: 10, rows: 1))
    TabBar(["chat", "tokens", "branches"], selected: 2).draw(in: narrow.bounds, on: &narrow)
    #expect(narrow.lines[0] == "[branches]")
  }

  @Test func aMillionRowsCostWhatIsInSight() {
    var asked: [Int] = []
    var selection = ListSelection(count: 1_000_000)
    selection.select(777_777)
    let table = TableView(
      [.init("step", .fixed(8), isRightAligned: true), .init("text", .share(1)), .init("end", .share(2))], selection
    ) { row in
      asked.append(row)
      return ["\(row)", "row \(row) 你好", "\u{1B}[31m"]
    }
    var canvas = Canvas(size: Size(columns: 60, rows: 12))
    table.draw(in: canvas.bounds, on: &canvas)
    #expect(asked.count == 11 && asked.contains(777_777))
    #expect(canvas.lines[0].hasPrefix("      step text") && canvas.text.contains("▸   777777 row 777777 你好"))
    #expect(!canvas.text.contains("\u{1B}"))
    for size in [(0, 0), (1, 1), (4, 2), (20, 5)] {
      var small = Canvas(size: Size(columns: size.0, rows: size.1))
      table.draw(in: small.bounds, on: &small)
    }
  }
}
