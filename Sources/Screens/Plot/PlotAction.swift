import Sessions

/// What keys do with charts.
enum PlotAction: String, Hashable, Sendable {
  case cursorLeft, cursorRight, cursorFarLeft, cursorFarRight, cursorAway, eventForward, eventBack
  case zoomIn, zoomOut, zoomInVertically, zoomOutVertically, panLeft, panRight, panUp, panDown, back, reset
  case line, scatter, histogram, marks, xScale, yScale, overlay, nextChart, previousChart, single
  case copy, help, repaint, suspend, leave, quit
}

extension PlotScreen {
  static let table = KeyTable<PlotAction>([
    .init(.cursorLeft, [KeyPress(.left), KeyPress(.character("h"))], "the cursor to the left"),
    .init(.cursorRight, [KeyPress(.right), KeyPress(.character("l"))], "the cursor to the right"),
    .init(.cursorFarLeft, [KeyPress(.pageUp)], "the cursor far to the left"),
    .init(.cursorFarRight, [KeyPress(.pageDown)], "the cursor far to the right"),
    .init(.eventForward, [KeyPress(.character("n"))], "the cursor to the next NaN or infinity"),
    .init(.eventBack, [KeyPress(.character("N"))], "the cursor to the NaN or infinity before"),
    .init(.cursorAway, [KeyPress(.character("c"))], "the cursor away"),
    .init(
      .zoomIn, [KeyPress(.character("+")), KeyPress(.character("="))], "closer, around the cursor (also the wheel)"),
    .init(.zoomOut, [KeyPress(.character("-"))], "farther off"),
    .init(.panLeft, [KeyPress(.left, .shift), KeyPress(.character("H"))], "move to the left (also the right button)"),
    .init(.panRight, [KeyPress(.right, .shift), KeyPress(.character("L"))], "move to the right"),
    .init(.zoomInVertically, [KeyPress(.character("]"))], "closer vertically"),
    .init(.zoomOutVertically, [KeyPress(.character("["))], "farther off vertically; in the end all values fit again"),
    .init(.panUp, [KeyPress(.up), KeyPress(.character("k"))], "move up, while zoomed vertically"),
    .init(.panDown, [KeyPress(.down), KeyPress(.character("j"))], "move down, while zoomed vertically"),
    .init(.back, [KeyPress(.backspace)], "the view before"),
    .init(.reset, [KeyPress(.character("0")), KeyPress(.home)], "all of the data"),
    .init(.xScale, [KeyPress(.character("x"))], "horizontal axis logarithmic or even"),
    .init(.yScale, [KeyPress(.character("y"))], "vertical axis logarithmic or even"),
    .init(.line, [KeyPress(.character("i"))], "draw lines"),
    .init(.scatter, [KeyPress(.character("s"))], "draw points"),
    .init(.histogram, [KeyPress(.character("b"))], "count the values: a histogram"),
    .init(.marks, [KeyPress(.character("m"))], "draw with braille, with blocks or with ASCII"),
    .init(.overlay, [KeyPress(.character("o"))], "all in one chart, or a chart for each column"),
    .init(.nextChart, [KeyPress(.tab)], "the next chart"),
    .init(.previousChart, [KeyPress(.tab, .shift)], "the chart before"),
    .init(.single, [KeyPress(.enter), KeyPress(.character("z"))], "this chart alone, or all again"),
    .init(.copy, [KeyPress(.character("v"))], "copy the values at the cursor (OSC 52)"),
    .init(.help, [KeyPress(.character("?")), KeyPress(.function(1))], "this help"),
    .init(.repaint, [KeyPress(.character("l"), .control)], "draw the screen anew"),
    .init(.suspend, [KeyPress(.character("z"), .control)], "stop the program; fg brings it back"),
    .init(.leave, [KeyPress(.character("q")), KeyPress(.escape)], "leave"),
    .init(.quit, [KeyPress(.character("c"), .control), KeyPress(.character("d"), .control)], "quit"),
  ])

  /// The actions that keys have here.
  public static let keyMap = table.map(named: "plot")

  /// The help with the user's own keys.
  var help: [KeyHelp] {
    bindings.help(of: PlotScreen.keyMap) + [
      KeyHelp("1 … 9", "hide or show a series (also a click on its name)"),
      KeyHelp("mouse", "a click puts the cursor, dragging draws a box to look into"),
      KeyHelp("wheel", "zoom; with Shift move, with Ctrl zoom vertically"),
    ]
  }
}
