extension Canvas {
  /// Gives the cells that left a colour to the terminal the colours of a theme's text, for themes that have their own.
  public mutating func fillStandardColors(with base: Style) {
    guard base.foreground != .standard || base.background != .standard else { return }
    let colors = Style(foreground: base.foreground, background: base.background)
    restyle(bounds) { $0.over(colors) }
  }
}
