import TestSupport
import Testing

@testable import lathe

@Suite struct DataTableTests {
  func table(_ text: String) throws -> DataTable { try DataTable(Array(text.utf8)) }

  @Test func csv() throws {
    let table = try table("\u{FEFF}step, loss,\"a \"\"quoted\"\", name\"\r\n1,2.5,x\r\n\r\n2,,\"y\nz\"\n3,nan,\n")
    #expect(table.names == ["step", "loss", "a \"quoted\", name"] && table.rowCount == 3)
    #expect(try table.numbers("step") == [1, 2, 3])
    let loss = try table.numbers("loss")
    #expect(loss[0] == 2.5 && loss[1] == nil && loss[2]?.isNaN == true)
    #expect(try table.texts("a \"quoted\", name") == ["x", "y\nz", ""])
    #expect(try self.table("a\tb\n1\t2\n").numbers("b") == [2])
    #expect(try self.table("a;b\n1;2\na;b\n3;4").numbers("b") == [2, 4])
  }

  @Test func jsonLines() throws {
    let table = try table(
      """
      {"step":1,"eval":{"loss":2.5},"note":"NaN in a text","tags":[1]}
      {"step":2,"eval":{"loss":NaN},"extra":-Infinity}

      {"step":3,"eval":{"loss":null}}
      {"step":4,"ev
      """)
    #expect(table.names == ["step", "eval.loss", "note", "extra"] && table.rowCount == 3)
    #expect(table.notice == "line 5 is not complete and was left out")
    let loss = try table.numbers("eval.loss")
    #expect(loss[0] == 2.5 && loss[1]?.isNaN == true && loss[2]?.isNaN == true)
    #expect(try table.numbers("extra") == [nil, -.infinity, nil])
    #expect(try table.texts("note") == ["NaN in a text", "", ""])
    #expect(try self.table("[{\"a\":1},{\"a\":2}]").numbers("a") == [1, 2])
  }

  @Test(arguments: [
    ("", "expected CSV or JSON Lines, got an empty file"), ("a,b\n", "expected rows, got none"),
    ("a,b\n1,2\n3\n4,5\n", "line 3: expected 2 fields, got 1"), ("a,a\n1,2\n", "line 1: two columns are called a"),
    ("a\n\"x\n", "line 2: a quoted field has no end"), ("{\"a\":}\n{\"a\":1}\n", "line 1: expected a value at byte 5"),
    ("{\"a\":1}\n[1]\n", "line 2: expected an object, got an array"),
  ])
  func faultsNameTheirLine(text: String, problem: String) {
    let error = #expect(throws: DataTableError.self) { try table(text) }
    #expect(error?.description == problem)
  }

  @Test func wrongColumns() throws {
    let table = try table("a,b\n1,x\u{1B}y\n")
    #expect(throws: DataTableError.self) { try table.numbers("c") }
    let error = #expect(throws: DataTableError.self) { try table.numbers("b") }
    #expect(error?.description == "column b, row 1: expected a number, got \"x␛y\"")
  }

  @Test func damagedTablesNeverTrap() {
    let originals = ["a,b\n1,\"2\"\n3,4\n", "{\"a\":1,\"b\":{\"c\":NaN}}\n{\"a\":null}\n", "[{\"a\":[1]}]"].map {
      Array($0.utf8)
    }
    var mutator = ByteMutator(seed: 21)
    for round in 0..<Fixtures.fuzzIterations(usual: 2000) {
      let bytes = mutator.mutate(originals[round % originals.count])
      guard let table = try? DataTable(bytes) else { continue }
      for name in table.names { #expect((try? table.column(name))?.count == table.rowCount) }
    }
  }
}
