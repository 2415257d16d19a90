import OrderedCollections

/// A table while a document is read: TOML lets a table be named in several places, under rules that ask how it came.
final class TableBuilder {
  /// How a table came to be, which decides who may add to it.
  enum Origin {
    /// Only named on the way to another: `[a.b]` makes `a` so; a header may still define it.
    case implied
    /// By its own header, or as an element of an array of tables.
    case header
    /// By a dotted key: `a.b = 1` makes `a` so; no header may open it.
    case dotted
    /// Between braces: complete.
    case inline
  }

  enum Item {
    case value(TOMLEntry)
    case table(TableBuilder)
    case tables([TableBuilder])
  }

  var items: OrderedDictionary<String, Item> = [:]
  var origin: Origin
  let line: Int

  init(_ origin: Origin, line: Int) {
    self.origin = origin
    self.line = line
  }

  /// The finished table.
  var table: TOMLTable {
    let entries = items.mapValues { item in
      switch item {
      case .value(let entry): entry
      case .table(let table): TOMLEntry(.table(table.table), line: table.line)
      case .tables(let tables):
        TOMLEntry(
          .array(tables.map { TOMLEntry(.table($0.table), line: $0.line) }), line: tables.first?.line ?? line)
      }
    }
    return TOMLTable(entries: entries, line: line)
  }

  /// The table of a key on the way of a header; made where it is absent. `nil` where a value is in the way.
  func step(header key: String, line: Int) -> TableBuilder? {
    switch items[key] {
    case .table(let table): return table.origin == .inline ? nil : table
    case .tables(let tables): return tables.last
    case .value: return nil
    case nil:
      let table = TableBuilder(.implied, line: line)
      items[key] = .table(table)
      return table
    }
  }

  /// The table of a key on the way of a dotted key; made where it is absent. `nil` where that is not allowed.
  func step(dotted key: String, line: Int) -> TableBuilder? {
    switch items[key] {
    case .table(let table): return table.origin == .dotted ? table : nil
    case .tables, .value: return nil
    case nil:
      let table = TableBuilder(.dotted, line: line)
      items[key] = .table(table)
      return table
    }
  }
}
