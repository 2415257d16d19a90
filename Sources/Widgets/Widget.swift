public import Drawing

/// A value that draws itself into a rectangle of a canvas; it draws nothing outside, whatever the rectangle's size.
public protocol Widget {
  /// Draws into `area`.
  func draw(in area: Rectangle, on canvas: inout Canvas)
}
