/// The rows that a line covers in each column of a grid, gathered piece by piece.
struct ColumnSpans {
  private let rows: Int
  private var tops: [Double]
  private var bottoms: [Double]
  /// The columns touched by the last call of `join`.
  private(set) var touched = 0..<0

  init(columns: Int, rows: Int) {
    self.rows = rows
    tops = Array(repeating: .infinity, count: columns)
    bottoms = Array(repeating: -.infinity, count: columns)
  }

  /// Covers two rows of a column and all between.
  mutating func extend(column: Int, _ a: Double, _ b: Double) {
    guard tops.indices.contains(column) else { return }
    tops[column] = min(tops[column], a, b)
    bottoms[column] = max(bottoms[column], a, b)
  }

  /// Covers what a straight line passes; `a` lies left of `b` or above it.
  mutating func join(_ a: (column: Double, row: Double), _ b: (column: Double, row: Double)) {
    let last = Double(tops.count - 1)
    touched = 0..<0
    guard b.column >= -0.5, a.column <= last + 0.5 else { return }
    let first = Int(min(last, max(0, a.column.rounded())))
    let end = Int(min(last, max(0, b.column.rounded())))
    guard first <= end, tops.count > 0 else { return }
    touched = first..<end + 1
    let slope = b.column > a.column ? (b.row - a.row) / (b.column - a.column) : 0
    for column in first...end {
      let left = max(a.column, Double(column) - 0.5)
      let right = min(b.column, Double(column) + 0.5)
      guard left <= right else { continue }
      // Steep lines are exact at their ends, whatever the slope's rounding.
      let from = left == a.column ? a.row : a.row + (left - a.column) * slope
      let to = right == b.column ? b.row : a.row + (right - a.column) * slope
      extend(column: column, from, to)
    }
  }

  /// The rows of a column, cut to the grid; `nil` where the line does not pass or is above or below it.
  func rows(of column: Int) -> ClosedRange<Int>? {
    let (top, bottom) = (tops[column], bottoms[column])
    guard top <= bottom, bottom > -0.5, top < Double(rows) - 0.5 else { return nil }
    let first = Int(max(0, top.rounded()))
    let last = Int(min(Double(rows - 1), bottom.rounded()))
    return first <= last ? first...last : nil
  }

  /// The rows of every column.
  var rowsOfColumns: [ClosedRange<Int>?] { tops.indices.map { rows(of: $0) } }

  /// Forgets what some columns hold.
  mutating func clear(_ columns: Range<Int>) {
    for column in columns {
      tops[column] = .infinity
      bottoms[column] = -.infinity
    }
  }
}
