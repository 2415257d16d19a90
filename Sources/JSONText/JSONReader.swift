import OrderedCollections

/// Why a text is not JSON, and where.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String
  /// Offset in bytes from the start of the text.
  public let offset: Int
  /// Line (from 1) of the fault.
  public let line: Int

  /// The fault in one line.
  public var description: String { "\(problem) at byte \(offset) (line \(line))" }
}

extension JSONValue {
  /// What a reader accepts beyond the grammar, and how much of it.
  public struct Limits: Sendable {
    /// Deepest nesting of arrays and objects; deeper input is refused, the stack is never at risk.
    public var depth = 256
    /// Whether a second member of the same name is an error; else the last one wins.
    public var refusesDuplicateKeys = false
    /// Creates the default limits.
    public init() {}
  }

  /// Reads one JSON text (RFC 8259, UTF-8); trailing white space is allowed, anything else behind the value is not.
  ///
  /// - Throws: `JSONError` with the place of the fault.
  public init(parsing bytes: UnsafeRawBufferPointer, limits: Limits = Limits()) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, limits: limits)
    self = try parser.parseText()
  }

  /// Reads one JSON text from its bytes.
  public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(JSONError) in try JSONValue(parsing: buffer, limits: limits) }
    }
    self = try result.get()
  }

  /// Reads one JSON text from a string.
  public init(parsing text: String, limits: Limits = Limits()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}

/// Recursive descent over bytes; the depth limit bounds the recursion.
///
/// Readers of large texts of a known form (the head of a safetensors file) drive it themselves, so that nothing is
/// allocated for what they do not want.
package struct JSONParser {
  package let bytes: UnsafeRawBufferPointer
  let limits: JSONValue.Limits
  package var position = 0
  var depth = 0

  package init(bytes: UnsafeRawBufferPointer, limits: JSONValue.Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  package func failure(_ problem: String, at offset: Int? = nil) -> JSONError {
    let place = min(offset ?? position, bytes.count)
    let line = bytes[..<place].reduce(into: 1) { count, byte in if byte == UInt8(ascii: "\n") { count += 1 } }
    return JSONError(problem: problem, offset: place, line: line)
  }

  mutating func parseText() throws(JSONError) -> JSONValue {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    let value = try parseValue()
    skipWhiteSpace()
    if position < bytes.count { throw failure("unexpected text behind the value") }
    return value
  }

  package mutating func skipWhiteSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  mutating func parseValue() throws(JSONError) -> JSONValue {
    skipWhiteSpace()
    guard position < bytes.count else { throw failure("expected a value, got the end of the text") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try parseObject()
    case UInt8(ascii: "["): return try parseArray()
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw failure("expected a value")
    }
  }

  mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    let matches =
      position + length <= bytes.count
      && (0..<length).allSatisfy { bytes[position + $0] == word.utf8Start[$0] }
    guard matches else { throw failure("expected a value") }
    position += length
    return value
  }

  /// Moves over a value of any kind without keeping it.
  package mutating func skipValue() throws(JSONError) {
    skipWhiteSpace()
    guard position < bytes.count else { throw failure("expected a value, got the end of the text") }
    let (closing, isObject): (UInt8, Bool)
    switch bytes[position] {
    case UInt8(ascii: "{"): (closing, isObject) = (UInt8(ascii: "}"), true)
    case UInt8(ascii: "["): (closing, isObject) = (UInt8(ascii: "]"), false)
    default:
      _ = try parseValue()
      return
    }
    try enter()
    defer { depth -= 1 }
    position += 1
    skipWhiteSpace()
    if consume(closing) { return }
    while true {
      if isObject {
        _ = try parseMemberName()
      }
      try skipValue()
      skipWhiteSpace()
      if consume(closing) { return }
      guard consume(UInt8(ascii: ",")) else { throw failure("expected , or the end of the value") }
    }
  }

  /// Reads a member's name and the colon behind it.
  package mutating func parseMemberName() throws(JSONError) -> String {
    skipWhiteSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      throw failure("expected a member name in quotes")
    }
    let name = try parseString()
    skipWhiteSpace()
    guard consume(UInt8(ascii: ":")) else { throw failure("expected : behind a member name") }
    return name
  }

  mutating func enter() throws(JSONError) {
    depth += 1
    if depth > limits.depth { throw failure("nested deeper than \(limits.depth) levels") }
  }

  mutating func parseArray() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    position += 1
    var elements: [JSONValue] = []
    skipWhiteSpace()
    if consume(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try parseValue())
      skipWhiteSpace()
      if consume(UInt8(ascii: "]")) { return .array(elements) }
      guard consume(UInt8(ascii: ",")) else { throw failure("expected , or ] in an array") }
    }
  }

  mutating func parseObject() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    position += 1
    var members: OrderedDictionary<String, JSONValue> = [:]
    skipWhiteSpace()
    if consume(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipWhiteSpace()
      let start = position
      let name = try parseMemberName()
      let value = try parseValue()
      if members.updateValue(value, forKey: name) != nil, limits.refusesDuplicateKeys {
        throw failure("second member of the same name", at: start)
      }
      skipWhiteSpace()
      if consume(UInt8(ascii: "}")) { return .object(members) }
      guard consume(UInt8(ascii: ",")) else { throw failure("expected , or } in an object") }
    }
  }

  package mutating func consume(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }
}
