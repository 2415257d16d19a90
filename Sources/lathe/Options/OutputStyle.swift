import ArgumentParser
import Drawing
import Terminals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How commands print drawings: colours only where somebody looks and has not refused them.
struct OutputStyle {
  /// Colours of the terminal that standard output is; 0 elsewhere, and with NO_COLOR.
  var colors: Int
  /// Whether only ASCII can be shown.
  var isASCII: Bool
  /// The terminal's cells; `nil` where standard output is none.
  var size: Size?
  /// Pixels of a cell, where the terminal tells.
  var cellPixels: (width: Int, height: Int)?

  /// What standard output can show, from the environment.
  static var current: OutputStyle {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    let locale = [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")].first { !$0.isEmpty } ?? ""
    // An unset locale (common over SSH) says nothing of the terminal.
    let isUTF8 = locale.lowercased().filter { $0 != "-" }.contains("utf8") || locale.isEmpty
    var style = OutputStyle(colors: 0, isASCII: !isUTF8)
    guard StandardStreams.outputIsTerminal else { return style }
    var window = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 {
      style.size = Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
      let (width, height) = (Int(window.ws_xpixel / window.ws_col), Int(window.ws_ypixel / window.ws_row))
      if width > 0, height > 0 { style.cellPixels = (width, height) }
    }
    let terminal = variable("TERM")
    guard variable("NO_COLOR").isEmpty, !["", "dumb", "unknown"].contains(terminal) else { return style }
    if ["truecolor", "24bit"].contains(variable("COLORTERM")) || terminal.hasSuffix("-direct") {
      style.colors = 1 << 24
    } else {
      style.colors = terminal.contains("256color") ? 256 : terminal == "linux" ? 8 : 16
    }
    return style
  }

  /// Prints a canvas.
  ///
  /// - Parameter always: whether styles are written also where no terminal is, because the user asked for colours.
  func print(_ canvas: Canvas, always: Bool = false) {
    let hasStyles = always || StandardStreams.outputIsTerminal
    StandardStreams.output(StyledText(canvas, colors: colors, isASCII: isASCII, hasStyles: hasStyles).bytes)
  }
}
