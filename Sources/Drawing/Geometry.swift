/// A place on a canvas: `x` counts columns from the left, `y` rows from the top, both from 0.
public struct Point: Hashable, Sendable {
  /// Columns from the left.
  public var x: Int
  /// Rows from the top.
  public var y: Int

  /// Creates a point.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// Columns and rows of a canvas or a terminal.
public struct Size: Hashable, Sendable {
  /// Columns; never negative.
  public var columns: Int
  /// Rows; never negative.
  public var rows: Int

  /// Creates a size; negative values become 0.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }
}

/// A rectangle of cells; it may be empty and may reach outside a canvas, where nothing is drawn.
public struct Rectangle: Hashable, Sendable {
  /// First column.
  public var x: Int
  /// First row.
  public var y: Int
  /// Width in columns; never negative.
  public var columns: Int
  /// Height in rows; never negative.
  public var rows: Int

  /// Creates a rectangle; a negative width or height becomes 0.
  public init(x: Int, y: Int, columns: Int, rows: Int) {
    self.x = x
    self.y = y
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }

  /// The rectangle of this size at the origin.
  public init(size: Size) {
    self.init(x: 0, y: 0, columns: size.columns, rows: size.rows)
  }

  /// Its width and height.
  public var size: Size { Size(columns: columns, rows: rows) }
  /// Its upper left cell.
  public var origin: Point { Point(x: x, y: y) }
  /// The column after its last.
  public var maxX: Int { x + columns }
  /// The row after its last.
  public var maxY: Int { y + rows }
  /// Whether it holds no cell.
  public var isEmpty: Bool { columns == 0 || rows == 0 }

  /// Whether the cell at `point` lies inside.
  public func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
  }

  /// The cells of both; empty where they do not meet.
  public func intersection(_ other: Rectangle) -> Rectangle {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rectangle(
      x: left, y: top, columns: min(maxX, other.maxX) - left, rows: min(maxY, other.maxY) - top)
  }

  /// The rectangle without this many columns at both sides and rows above and below.
  public func inset(columns dx: Int = 0, rows dy: Int = 0) -> Rectangle {
    Rectangle(x: x + min(dx, columns), y: y + min(dy, rows), columns: columns - 2 * dx, rows: rows - 2 * dy)
  }

  /// The upper `count` rows (at most all of them) and the rest below.
  public func splitTop(_ count: Int) -> (top: Rectangle, rest: Rectangle) {
    let taken = min(max(0, count), rows)
    return (
      Rectangle(x: x, y: y, columns: columns, rows: taken),
      Rectangle(x: x, y: y + taken, columns: columns, rows: rows - taken)
    )
  }

  /// The lower `count` rows (at most all of them) and the rest above.
  public func splitBottom(_ count: Int) -> (rest: Rectangle, bottom: Rectangle) {
    let taken = min(max(0, count), rows)
    let (rest, bottom) = splitTop(rows - taken)
    return (rest, bottom)
  }

  /// The left `count` columns (at most all of them) and the rest to the right.
  public func splitLeft(_ count: Int) -> (left: Rectangle, rest: Rectangle) {
    let taken = min(max(0, count), columns)
    return (
      Rectangle(x: x, y: y, columns: taken, rows: rows),
      Rectangle(x: x + taken, y: y, columns: columns - taken, rows: rows)
    )
  }

  /// The right `count` columns (at most all of them) and the rest to the left.
  public func splitRight(_ count: Int) -> (rest: Rectangle, right: Rectangle) {
    let taken = min(max(0, count), columns)
    let (rest, right) = splitLeft(columns - taken)
    return (rest, right)
  }

  /// A rectangle of this size in the middle, made smaller where it does not fit.
  public func centered(_ size: Size) -> Rectangle {
    let width = min(size.columns, columns)
    let height = min(size.rows, rows)
    return Rectangle(x: x + (columns - width) / 2, y: y + (rows - height) / 2, columns: width, rows: height)
  }
}
