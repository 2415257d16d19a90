public import Drawing

/// Panes beside or above each other, with a line between two that can be dragged.
///
/// Shares are fractions, so that they can be remembered and mean the same in a window of any size.
public struct Split: Hashable, Sendable {
  /// How panes lie.
  public enum Axis: String, Hashable, Sendable {
    /// Beside each other.
    case columns
    /// Above each other.
    case rows
  }

  /// How the panes lie.
  public let axis: Axis
  /// The panes' shares; they add up to 1.
  public private(set) var fractions: [Double]
  /// Fewest cells of a pane while there is room for all.
  public let minimum: Int
  /// The line that is being dragged: the one behind the pane of this index.
  public private(set) var dragged: Int?

  /// Creates a split. Fractions that are not positive numbers become equal shares.
  public init(_ axis: Axis, fractions: [Double], minimum: Int = 8) {
    self.axis = axis
    self.minimum = max(1, minimum)
    self.fractions = []
    setFractions(fractions)
  }

  /// Takes other shares, as remembered; they are made to add up to 1.
  public mutating func setFractions(_ new: [Double]) {
    let sum = new.reduce(0, +)
    let isSound = sum.isFinite && new.allSatisfy { $0 > 0 }
    fractions = new.map { isSound ? $0 / sum : 1 / Double(new.count) }
  }

  /// The panes' rectangles; where there is no room for all, the last are empty.
  public func areas(in area: Rectangle) -> [Rectangle] {
    var start = 0
    return lengths(in: area).map { length in
      defer { start += length + 1 }
      return part(of: area, from: start, length: length)
    }
  }

  /// The lines between the panes, each one cell wide; empty beside an empty pane.
  public func dividers(in area: Rectangle) -> [Rectangle] {
    let lengths = lengths(in: area)
    var start = 0
    return lengths.dropLast().enumerated().map { index, length in
      start += length + 1
      return part(of: area, from: start - 1, length: lengths[index + 1] > 0 ? 1 : 0)
    }
  }

  /// Takes hold of the line at a place.
  ///
  /// - Returns: whether there is one.
  public mutating func beginDrag(at point: Point, in area: Rectangle) -> Bool {
    dragged = dividers(in: area).firstIndex { $0.contains(point) }
    return dragged != nil
  }

  /// Moves the line that is held to a place, no nearer to the next than the fewest cells of a pane.
  public mutating func drag(to point: Point, in area: Rectangle) {
    guard let index = dragged else { return }
    let areas = areas(in: area)
    let target = axis == .columns ? point.x - areas[index].x : point.y - areas[index].y
    resize(index, to: target, in: area)
  }

  /// Lets the line go.
  public mutating func endDrag() { dragged = nil }

  /// Makes a pane so many cells larger (smaller: negative) at the cost of the one behind it, for keys.
  public mutating func grow(_ index: Int, by cells: Int, in area: Rectangle) {
    guard fractions.count > 1, fractions.indices.contains(index) else { return }
    let first = min(index, fractions.count - 2)
    let lengths = lengths(in: area)
    resize(first, to: lengths[first] + (first == index ? cells : -cells), in: area)
  }

  private mutating func resize(_ index: Int, to length: Int, in area: Rectangle) {
    var lengths = lengths(in: area)
    let both = lengths[index] + lengths[index + 1]
    guard both >= 2 * minimum else { return }
    lengths[index] = min(max(minimum, length), both - minimum)
    lengths[index + 1] = both - lengths[index]
    setFractions(lengths.map { max(Double($0), 0.001) })
  }

  /// Cells of each pane along the axis.
  private func lengths(in area: Rectangle) -> [Int] {
    let total = axis == .columns ? area.columns : area.rows
    // As many panes as there is room for; a line is left out together with the pane behind it.
    let count = max(1, min(fractions.count, (total + 1) / (minimum + 1)))
    let room = max(0, total - (count - 1))
    let shown = fractions.prefix(count)
    let sum = shown.reduce(0, +)
    var lengths = shown.map { max(count > 1 ? minimum : 0, Int((Double(room) * $0 / sum).rounded())) }
    // Rounding and the fewest cells of small panes are paid by the largest.
    while let difference = Optional(room - lengths.reduce(0, +)), difference != 0,
      let largest = lengths.indices.max(by: { lengths[$0] < lengths[$1] })
    {
      let change = difference > 0 ? difference : max(difference, -max(1, lengths[largest] - minimum))
      lengths[largest] += change
    }
    return lengths + Array(repeating: 0, count: fractions.count - count)
  }

  private func part(of area: Rectangle, from start: Int, length: Int) -> Rectangle {
    switch axis {
    case .columns:
      Rectangle(x: area.x + start, y: area.y, columns: length, rows: length == 0 ? 0 : area.rows)
    case .rows:
      Rectangle(x: area.x, y: area.y + start, columns: length == 0 ? 0 : area.columns, rows: length)
    }
  }
}
