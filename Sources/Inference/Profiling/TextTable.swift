/// A table for reading: columns aligned by characters, the first to the left, the others to the right.
struct TextTable {
  private var lines: [[String]]

  init(header: [String]) { lines = [header] }

  mutating func add(_ cells: [String]) { lines.append(cells) }

  /// One line a row, each with a line feed.
  var text: String {
    let columns = lines[0].count
    let widths = (0..<columns).map { column in lines.reduce(0) { max($0, $1[column].count) } }
    return lines.map { line in
      let cells = line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}

/// A number with so many digits behind the point, zeros included.
func fixed(_ value: Double, _ places: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  var scale = 1
  for _ in 0..<places { scale *= 10 }
  let units = Int((abs(value) * Double(scale)).rounded())
  let sign = value < 0 && units > 0 ? "-" : ""
  guard places > 0 else { return sign + "\(units)" }
  let digits = String(units % scale)
  return sign + "\(units / scale)." + String(repeating: "0", count: places - digits.count) + digits
}
