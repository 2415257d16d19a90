import Drawing
import Sessions
import Testing

@testable import Screens

@Suite struct HelpReadingTests {
  private let help = (0..<20).map { KeyHelp("\($0)", "line") }
  private let size = Size(columns: 80, rows: 10)

  private func row(_ row: Int, after key: Key) -> Int? {
    HelpReading.row(row, after: KeyPress(key), of: help, on: size)
  }

  @Test func arrowsAndPagesMoveIt() {
    #expect(row(3, after: .down) == 4)
    #expect(row(3, after: .up) == 2)
    #expect(row(3, after: .pageDown) == 10, "a page is what the box shows")
    #expect(row(9, after: .pageUp) == 2)
  }

  @Test func itStopsAtBothEnds() {
    #expect(row(0, after: .up) == 0)
    #expect(row(19, after: .down) == 19)
    #expect(row(18, after: .pageDown) == 19)
    #expect(HelpReading.row(0, after: KeyPress(.down), of: [], on: size) == 0)
  }

  @Test func otherKeysAndAClickCloseIt() {
    #expect(row(3, after: .escape) == nil)
    #expect(row(3, after: .character("q")) == nil)
    #expect(HelpReading.row(3, after: MouseInput(.press, x: 1, y: 1), of: help) == nil)
  }

  @Test func theWheelMovesIt() {
    #expect(HelpReading.row(3, after: MouseInput(.wheelDown, x: 1, y: 1), of: help) == 4)
    #expect(HelpReading.row(0, after: MouseInput(.wheelUp, x: 1, y: 1), of: help) == 0)
    #expect(HelpReading.row(3, after: MouseInput(.release, x: 1, y: 1), of: help) == 3)
  }
}
