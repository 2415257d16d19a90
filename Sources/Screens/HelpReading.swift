import Drawing
import Sessions

/// How a help that covers the screen is read: arrows, pages and the wheel move it, any other key and a click close it.
enum HelpReading {
  /// The first row shown after a key; `nil` once the help is closed.
  static func row(_ row: Int, after press: KeyPress, of help: [KeyHelp], on size: Size) -> Int? {
    let page = max(1, size.rows - 3)
    switch press.key {
    case .up: return moved(row, by: -1, of: help)
    case .down: return moved(row, by: 1, of: help)
    case .pageUp: return moved(row, by: -page, of: help)
    case .pageDown: return moved(row, by: page, of: help)
    default: return nil
    }
  }

  /// The first row shown after what the mouse did; `nil` once the help is closed.
  static func row(_ row: Int, after mouse: MouseInput, of help: [KeyHelp]) -> Int? {
    mouse.isClick ? nil : moved(row, by: mouse.wheelDirection ?? 0, of: help)
  }

  private static func moved(_ row: Int, by distance: Int, of help: [KeyHelp]) -> Int {
    max(0, min(row + distance, help.count - 1))
  }
}
