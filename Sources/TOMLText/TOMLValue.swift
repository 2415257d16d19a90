public import OrderedCollections

/// A TOML value (TOML 1.0.0).
public indirect enum TOMLValue: Hashable, Sendable {
  case string(String)
  case integer(Int)
  case float(Double)
  case bool(Bool)
  /// A date, a time or both as written, checked for form and range (RFC 3339).
  case dateTime(String)
  case array([TOMLEntry])
  case table(TOMLTable)

  /// The text of a string.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The value of an integer.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  /// The value of any number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
  /// The value of a boolean.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The elements of an array.
  public var array: [TOMLEntry]? { if case .array(let elements) = self { elements } else { nil } }
  /// The table.
  public var table: TOMLTable? { if case .table(let table) = self { table } else { nil } }

  /// What kind of value this is, for error messages.
  public var kind: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .float: "a float"
    case .bool: "a boolean"
    case .dateTime: "a date or time"
    case .array: "an array"
    case .table: "a table"
    }
  }
}

/// A value with the place where it stands, so that whoever reads its meaning can name the line of a fault.
public struct TOMLEntry: Hashable, Sendable {
  /// The value.
  public var value: TOMLValue
  /// Line of its key, of the element itself in an array; from 1.
  public var line: Int

  /// Creates an entry.
  public init(_ value: TOMLValue, line: Int) {
    self.value = value
    self.line = line
  }
}

/// Keys with their values in the order written.
public struct TOMLTable: Hashable, Sendable {
  /// The keys and values.
  public var entries: OrderedDictionary<String, TOMLEntry>
  /// Line where it was first named; from 1.
  public var line: Int

  /// Creates a table.
  public init(entries: OrderedDictionary<String, TOMLEntry> = [:], line: Int = 1) {
    self.entries = entries
    self.line = line
  }

  /// The value of a key.
  public subscript(key: String) -> TOMLEntry? { entries[key] }
}

/// Why a text is not TOML, and where.
public struct TOMLError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// Line of the fault, from 1.
  public let line: Int
  /// Column of the fault in bytes, from 1.
  public let column: Int

  /// The fault in one line.
  public var description: String { "line \(line), column \(column): \(problem)" }
}
