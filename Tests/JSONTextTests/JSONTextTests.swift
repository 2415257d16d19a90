@testable import JSONText
import Testing

@Suite struct JSONTextTests {
  @Test func keepsKeyOrderAndNumberKinds() throws {
    let value = try JSONValue(parsing: #"{"b": 1, "a": [1.0, -2e3, true, null], "c": "\u00e9\ud83d\ude00\n"}"#)
    #expect(value.text == #"{"b":1,"a":[1.0,-2000.0,true,null],"c":"é😀\n"}"#)
    #expect(value["a"]?[1]?.integer == -2000)
    #expect(value["b"] == .integer(1))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":}", "01", "1.", "1e", "-", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a", "nul",
    "[1] 2", "{\"a\" 1}", "{a:1}", "\"\u{01}\"",
  ])
  func refusesMalformedText(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func refusesInvalidUTF8AndDeepNesting() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
  }

  @Test func namesThePlace() {
    #expect(throws: JSONError(problem: "expected a value", offset: 8, line: 2)) {
      try JSONValue(parsing: "{\"a\":\n  ?}")
    }
  }

  @Test func duplicateKeys() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#)["a"] == 2)
    var strict = JSONValue.Limits()
    strict.refusesDuplicateKeys = true
    #expect(throws: JSONError.self) { try JSONValue(parsing: #"{"a":1,"a":2}"#, limits: strict) }
  }

  @Test func controlCharactersLeaveEscaped() throws {
    let value = JSONValue.string("\u{1B}[31m\u{9B}\u{7F}")
    #expect(value.text == #""\u001b[31m\u009b\u007f""#)
    #expect(try JSONValue(parsing: value.text) == value)
  }
}
