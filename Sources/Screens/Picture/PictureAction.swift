import Sessions

/// What keys do with an image.
enum PictureAction: String, Hashable, Sendable {
  case left, right, up, down, pageUp, pageDown, start, end, zoomIn, zoomOut, fit, actualSize, nextMode, previousMode
  case help, repaint, suspend, leave, quit
}

extension PictureScreen {
  static let table = KeyTable<PictureAction>([
    .init(.left, [KeyPress(.left), KeyPress(.character("h"))], "to the left"),
    .init(.right, [KeyPress(.right), KeyPress(.character("l"))], "to the right"),
    .init(.up, [KeyPress(.up), KeyPress(.character("k"))], "up"),
    .init(.down, [KeyPress(.down), KeyPress(.character("j"))], "down"),
    .init(.pageUp, [KeyPress(.pageUp)], "a screen up"),
    .init(.pageDown, [KeyPress(.pageDown), KeyPress(.character(" "))], "a screen down"),
    .init(.start, [KeyPress(.home)], "the upper left corner"),
    .init(.end, [KeyPress(.end)], "the lower right corner"),
    .init(.zoomIn, [KeyPress(.character("+")), KeyPress(.character("="))], "closer (also the wheel)"),
    .init(.zoomOut, [KeyPress(.character("-"))], "farther off"),
    .init(.fit, [KeyPress(.character("0")), KeyPress(.character("f"))], "the whole image"),
    .init(.actualSize, [KeyPress(.character("1"))], "one pixel for each of the image's"),
    .init(.nextMode, [KeyPress(.character("m"))], "pixels, half blocks, quarter blocks, braille, ASCII"),
    .init(.previousMode, [KeyPress(.character("M"))], "the same backwards"),
    .init(.help, [KeyPress(.character("?")), KeyPress(.function(1))], "this help"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
    .init(.leave, [KeyPress(.character("q")), KeyPress(.escape)], "leave"),
    .init(.quit, [KeyPress(.character("c"), .control), KeyPress(.character("d"), .control)], "quit"),
  ])

  /// The actions that keys have here.
  public static let keyMap = table.map(named: "picture")

  /// The help with the user's own keys.
  var help: [KeyHelp] {
    bindings.help(of: PictureScreen.keyMap) + [KeyHelp("mouse", "dragging moves the image")]
  }
}
