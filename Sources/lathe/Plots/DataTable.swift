import Drawing
import JSONText
import OrderedCollections

/// Columns of numbers and texts, read from CSV or JSON Lines.
struct DataTable {
  enum Cell: Hashable {
    case missing
    case number(Double)
    case text(String)
  }

  /// The columns' names, in the order met.
  private(set) var names: [String] = []
  private(set) var rowCount = 0
  /// What was passed over, for the user to know.
  private(set) var notice: String?
  private var columns: [[Cell]] = []
  private var positions: [String: Int] = [:]

  /// Reads a table.
  ///
  /// What begins with `{` is JSON Lines, with `[` a JSON array of objects, anything else CSV with a header. Members of
  /// nested objects are named with points: `eval.loss`. `NaN` and `Infinity`, which JSON does not know but many loggers
  /// write, are numbers here; `null` is NaN.
  ///
  /// - Throws: `DataTableError` with the line of the fault.
  init(_ bytes: [UInt8]) throws(DataTableError) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    switch bytes[start...].first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
    case nil: throw DataTableError("expected CSV or JSON Lines, got an empty file")
    case UInt8(ascii: "{"): try readLines(bytes[start...])
    case UInt8(ascii: "["): try readArray(bytes[start...])
    default: try readCSV(bytes[start...])
    }
    guard rowCount > 0 else { throw DataTableError("expected rows, got none") }
  }

  /// The cells of a column, one a row.
  ///
  /// - Throws: `DataTableError` that lists the columns there are.
  func column(_ name: String) throws(DataTableError) -> [Cell] {
    guard let position = positions[name] else {
      let known = names.prefix(20).map(printableLine).joined(separator: ", ")
      throw DataTableError(
        "no column \(printableLine(name)); there are: \(known)\(names.count > 20 ? " and \(names.count - 20) more" : "")"
      )
    }
    return columns[position]
  }

  /// A column as numbers, `nil` where a row has none.
  ///
  /// - Throws: `DataTableError` when a cell is a text.
  func numbers(_ name: String) throws(DataTableError) -> [Double?] {
    var numbers: [Double?] = []
    for (row, cell) in try column(name).enumerated() {
      switch cell {
      case .missing: numbers.append(nil)
      case .number(let number): numbers.append(number)
      case .text(let text):
        let shown = printableLine(String(text.prefix(40)))
        throw DataTableError("column \(printableLine(name)), row \(row + 1): expected a number, got \"\(shown)\"")
      }
    }
    return numbers
  }

  /// A column as texts.
  func texts(_ name: String) throws(DataTableError) -> [String] {
    try column(name).map { cell in
      switch cell {
      case .missing: ""
      case .number(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
      case .text(let text): text
      }
    }
  }

  private mutating func set(_ name: String, _ cell: Cell) {
    let position: Int
    if let known = positions[name] {
      position = known
    } else {
      position = names.count
      positions[name] = position
      names.append(name)
      columns.append(Array(repeating: .missing, count: rowCount))
    }
    // Of two members with one name the last counts.
    if columns[position].count > rowCount { columns[position][rowCount] = cell } else { columns[position].append(cell) }
  }

  private mutating func endRow() {
    rowCount += 1
    for index in columns.indices where columns[index].count < rowCount { columns[index].append(.missing) }
  }
}

/// Why a table cannot be read or used.
struct DataTableError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

// MARK: - JSON

extension DataTable {
  private mutating func readLines(_ bytes: ArraySlice<UInt8>) throws(DataTableError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() where !InputLines.isBlank(Array(line)) {
      do {
        try add(try JSONValue(parsing: DataTable.quotingNumbers(line)), line: number + 1)
      } catch let error as JSONError {
        // A logger may be at work on the last line.
        if number == lines.count - 1 {
          notice = "line \(number + 1) is not complete and was left out"
          return
        }
        throw DataTableError("line \(number + 1): \(error.problem) at byte \(error.offset)")
      } catch let error as DataTableError {
        throw error
      } catch {
        throw DataTableError("line \(number + 1): \(error)")
      }
    }
  }

  private mutating func readArray(_ bytes: ArraySlice<UInt8>) throws(DataTableError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: DataTable.quotingNumbers(bytes))
    } catch {
      throw DataTableError("\(error)")
    }
    for (row, element) in (value.array ?? []).enumerated() { try add(element, line: row + 1) }
  }

  private mutating func add(_ value: JSONValue, line: Int) throws(DataTableError) {
    guard case .object = value else { throw DataTableError("line \(line): expected an object, got \(value.kind)") }
    add(members: value, prefix: "")
    endRow()
  }

  private mutating func add(members value: JSONValue, prefix: String) {
    for (key, member) in value.object ?? [:] {
      switch member {
      case .object: add(members: member, prefix: prefix + key + ".")
      case .null: set(prefix + key, .number(.nan))
      case .bool(let flag): set(prefix + key, .number(flag ? 1 : 0))
      case .integer, .double: set(prefix + key, .number(member.double ?? .nan))
      case .string(let text): set(prefix + key, DataTable.cell(text))
      case .array: break
      }
    }
  }

  /// The text with bare NaN, Infinity and -Infinity, as Python writes them, in quotes.
  private static func quotingNumbers(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(where: { $0 == UInt8(ascii: "N") || $0 == UInt8(ascii: "I") }) else { return Array(bytes) }
    var result: [UInt8] = []
    var rest = bytes
    var isInString = false
    while let byte = rest.first {
      if isInString {
        let length = byte == UInt8(ascii: "\\") ? min(2, rest.count) : 1
        if byte == UInt8(ascii: "\"") { isInString = false }
        result += rest.prefix(length)
        rest = rest.dropFirst(length)
        continue
      }
      if let word = ["NaN", "Infinity", "-Infinity"].first(where: { rest.starts(with: Array($0.utf8)) }) {
        result += Array("\"\(word)\"".utf8)
        rest = rest.dropFirst(word.utf8.count)
        continue
      }
      isInString = byte == UInt8(ascii: "\"")
      result.append(byte)
      rest = rest.dropFirst()
    }
    return result
  }
}

// MARK: - CSV

extension DataTable {
  /// RFC 4180, with tabs or semicolons where the header has no comma; a header that is repeated after a restart is
  /// passed over.
  private mutating func readCSV(_ bytes: ArraySlice<UInt8>) throws(DataTableError) {
    var reader = CSVReader(bytes)
    guard let header = try reader.nextRecord() else { throw DataTableError("expected a header line, got none") }
    for (index, name) in header.enumerated() {
      let shown = name.isEmpty ? "column \(index + 1)" : name
      guard positions[shown] == nil else {
        throw DataTableError("line 1: two columns are called \(printableLine(shown))")
      }
      positions[shown] = index
      names.append(shown)
      columns.append([])
    }
    while let record = try reader.nextRecord() {
      if record == header { continue }
      guard record.count == header.count else {
        if reader.isAtEnd, reader.endsWithinLine {
          notice = "line \(reader.line) is not complete and was left out"
          return
        }
        throw DataTableError("line \(reader.line): expected \(header.count) fields, got \(record.count)")
      }
      for (index, field) in record.enumerated() { columns[index].append(DataTable.cell(field)) }
      rowCount += 1
    }
  }

  private static func cell(_ text: String) -> Cell {
    if text.isEmpty { return .missing }
    if let number = Double(text) { return .number(number) }
    switch text.lowercased() {
    case "nan": return .number(.nan)
    case "infinity", "+infinity": return .number(.infinity)
    case "-infinity": return .number(-.infinity)
    default: return .text(text)
    }
  }
}

/// Records of comma-separated text.
private struct CSVReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let separator: UInt8
  /// The line the last record began on, from 1.
  private(set) var line = 0
  private var nextLine = 1

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
    let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    separator = candidates.first { header.contains($0) } ?? candidates[0]
  }

  var isAtEnd: Bool { position >= bytes.endIndex }
  var endsWithinLine: Bool { bytes.last != UInt8(ascii: "\n") }

  /// The fields of the next line that is not empty; `nil` after the last.
  mutating func nextRecord() throws(DataTableError) -> [String]? {
    while position < bytes.endIndex, bytes[position] == 0x0A || bytes[position] == 0x0D {
      if bytes[position] == 0x0A { nextLine += 1 }
      position += 1
    }
    guard position < bytes.endIndex else { return nil }
    line = nextLine
    var fields: [String] = []
    while true {
      fields.append(try nextField())
      guard position < bytes.endIndex, bytes[position] == separator else { break }
      position += 1
    }
    return fields
  }

  private mutating func nextField() throws(DataTableError) -> String {
    if position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") { return try quotedField() }
    let start = position
    while position < bytes.endIndex, bytes[position] != separator, bytes[position] != 0x0A { position += 1 }
    var field = bytes[start..<position]
    while let last = field.last, last == 0x0D || last == 0x20 { field.removeLast() }
    while field.first == 0x20 { field.removeFirst() }
    return String(decoding: field, as: UTF8.self)
  }

  private mutating func quotedField() throws(DataTableError) -> String {
    var field: [UInt8] = []
    position += 1
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") else {
          while position < bytes.endIndex, bytes[position] == 0x0D || bytes[position] == 0x20 { position += 1 }
          return String(decoding: field, as: UTF8.self)
        }
        position += 1
      }
      if byte == 0x0A { nextLine += 1 }
      field.append(byte)
    }
    throw DataTableError("line \(line): a quoted field has no end")
  }
}
