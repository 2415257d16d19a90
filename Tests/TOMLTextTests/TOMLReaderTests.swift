import OrderedCollections
import Testing

@testable import TOMLText

@Suite struct TOMLReaderTests {
  private func value(_ text: String) throws -> TOMLValue? { try TOMLTable(parsing: "v = " + text)["v"]?.value }

  @Test func tablesArraysAndKeysKeepOrderAndLines() throws {
    let table = try TOMLTable(
      parsing: """
        # a comment
        name = "x"   # behind
        "quoted key" = 1
        a.b.c = true

        [servers.alpha]
        ip = '10.0.0.1'
        [servers]
        count = 2
        [[steps]]
        n = 1
        [steps.inner]
        k = { x = 1, y.z = [1, [2, 3]] }
        [[steps]]
        n = [
          1,
          2, # the last comma is allowed
        ]
        """)
    #expect(Array(table.entries.keys) == ["name", "quoted key", "a", "servers", "steps"])
    #expect(table["name"] == TOMLEntry(.string("x"), line: 2))
    #expect(table["a"]?.value.table?["b"]?.value.table?["c"] == TOMLEntry(.bool(true), line: 4))
    let servers = try #require(table["servers"]?.value.table)
    #expect(servers["alpha"]?.value.table?["ip"] == TOMLEntry(.string("10.0.0.1"), line: 7))
    #expect(servers["count"]?.line == 9)
    let steps = try #require(table["steps"]?.value.array)
    #expect(steps.map(\.line) == [10, 14])
    let inner = steps[0].value.table?["inner"]?.value.table?["k"]?.value.table
    #expect(inner?["y"]?.value.table?["z"]?.value.array?[1].value.array?.map(\.value) == [.integer(2), .integer(3)])
    #expect(steps[1].value.table?["n"]?.value.array?.map(\.line) == [16, 17])
  }

  @Test(arguments: [
    (#""a\tb\u00e9\U0001F600\"\\""#, "a\tbé😀\"\\"), (#"'C:\no'"#, #"C:\no"#), ("\"\"\"\na\r\nb\"\"\"", "a\nb"),
    ("\"\"\"a \\\n   \n  b\"\"\"", "a b"), ("'''\nit''s\\n'''", "it''s\\n"),
    ("\"\"\"\"quoted\"\"\"\"\"", "\"quoted\"\""),
    ("\"\"", ""), ("\"\"\"\"\"\"", ""),
  ]) func strings(text: String, expected: String) throws {
    #expect(try value(text) == .string(expected))
  }

  @Test(arguments: [
    ("0", TOMLValue.integer(0)), ("+99", .integer(99)), ("-17", .integer(-17)), ("1_000", .integer(1000)),
    ("0xDEAD_beef", .integer(0xDEAD_BEEF)), ("0o755", .integer(0o755)), ("0b1101", .integer(13)),
    ("-9223372036854775808", .integer(.min)), ("3.14", .float(3.14)), ("-0.5e-3", .float(-0.0005)),
    ("5e+22", .float(5e22)), ("1e1_0", .float(1e10)), ("inf", .float(.infinity)), ("-inf", .float(-.infinity)),
    ("true", .bool(true)), ("1979-05-27T07:32:00Z", .dateTime("1979-05-27T07:32:00Z")),
    ("1979-05-27 07:32:00.5-07:00", .dateTime("1979-05-27 07:32:00.5-07:00")), ("2024-02-29", .dateTime("2024-02-29")),
    ("07:32:00", .dateTime("07:32:00")),
  ]) func scalars(text: String, expected: TOMLValue) throws {
    #expect(try value(text) == expected)
  }

  /// Every fault with the line and column it is reported at.
  @Test(arguments: [
    ("a = 1\na = 2", 2, 3), ("a = ", 1, 5), ("a = word", 1, 5), ("= 1", 1, 1), ("a 1", 1, 3), ("a = 1 b = 2", 1, 7),
    ("a = \"x", 1, 7), ("a = \"x\ny\"", 1, 7), ("a = \"\\q\"", 1, 7), ("a = \"\\ud800\"", 1, 8), ("a = [1, 2", 1, 10),
    ("a = [1 2]", 1, 8), ("a = { x = 1, }", 1, 14), ("a = { x = 1\n}", 1, 12), ("[t]\n[t]", 2, 4), ("[t", 1, 3),
    ("a = 1\n[a]", 2, 4), ("a.b = 1\n[a]", 2, 4), ("a = {}\n[a.b]", 2, 6), ("a = []\n[[a]]", 2, 6), ("a = 01", 1, 5),
    ("a = 1__0", 1, 5), ("a = 1.", 1, 5), ("a = .5", 1, 5), ("a = 0x", 1, 5), ("a = 9223372036854775808", 1, 5),
    ("a = 2023-02-29", 1, 5), ("a = 25:00:00", 1, 5), ("a = \"\u{1}\"", 1, 6), ("# \u{1}", 1, 3), ("a = '''x", 1, 9),
    ("[a]\nb.c = 1\n[a.b]\nd = 1", 3, 6), ("[a.b]\n[a]\nb.c = 1", 3, 5),
  ]) func faultsAreNamedByPlace(text: String, line: Int, column: Int) throws {
    let error = try #require(throws: TOMLError.self) { try TOMLTable(parsing: text) }
    #expect("\(error.line):\(error.column)" == "\(line):\(column)", "\(error)")
  }

  @Test func textThatIsNotUTF8IsRefusedWithItsPlace() throws {
    let error = try #require(throws: TOMLError.self) {
      try TOMLTable(parsing: Array("a = 1\nb = '".utf8) + [0xFF, 0x27])
    }
    #expect(error.line == 2 && error.column == 6)
  }

  @Test func deepNestingIsRefusedWithoutRiskToTheStack() throws {
    let deep = "a = " + String(repeating: "[", count: 100_000)
    #expect(throws: TOMLError.self) { try TOMLTable(parsing: deep) }
  }

  @Test func windowsLineEndsAndAByteOrderMark() throws {
    let table = try TOMLTable(parsing: "\u{FEFF}a = 1\r\n\r\n[b]\r\nc = 2 # x\r\n")
    #expect(table["a"]?.value == .integer(1) && table["b"]?.value.table?["c"]?.line == 4)
  }
}
