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

  /// Short numbers are read without the system's help: the result must be the same to the bit.
  @Test func numbersAreReadExactly() throws {
    var numbers = [
      "0", "-0", "-0.0", "0.1", "123456789012345", "1234567890123456", "0.000000000000001", "9.99999999999999",
    ]
    var state: UInt64 = 1
    for _ in 0..<5000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let digits = String(state % 10_000_000_000_000_000)
      let point = Int(state >> 60)
      numbers.append(point < digits.count && point > 0 ? "\(digits.prefix(point)).\(digits.dropFirst(point))" : digits)
      numbers.append("-" + numbers[numbers.count - 1])
    }
    for text in numbers {
      let value = try JSONValue(parsing: text)
      if let whole = Int(text) {
        #expect(value == .integer(whole))
      } else {
        #expect(value.double?.bitPattern == Double(text)?.bitPattern, "\(text)")
      }
    }
  }
}
