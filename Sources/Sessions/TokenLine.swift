import JSONText

/// A token's line of a log, read without building a JSON value: of a long session nearly all lines are such.
///
/// Only the plain form is read here. Whatever else stands in a line, faults too, is left to the general reader, so that
/// there is one place that says what an event is.
struct TokenLine {
  private(set) var seconds = -1.0
  private(set) var token = GeneratedToken(id: 0, text: "", logit: 0, probability: 0)

  /// Reads a line; `nil` for any that is not a token in the plain form.
  init?(_ line: UnsafeRawBufferPointer) {
    guard EventHead(line, line.indices).kind == .token else { return nil }
    var parser = JSONParser(bytes: line, limits: JSONValue.Limits())
    guard (try? read(&parser)) == true, parser.position == line.count else { return nil }
    guard seconds.isFinite, (0...1e10).contains(seconds) else { return nil }
  }

  /// The members of a token's line.
  private struct Members: OptionSet {
    let rawValue: UInt8
    static let optional = Members(rawValue: 3 << 6)
    static let all = Members(rawValue: 255)

    static func named(_ name: String) -> Members? {
      names.firstIndex(of: name).map { Members(rawValue: 1 << UInt8($0)) }
    }
    private static let names = ["seconds", "event", "token", "text", "logit", "probability", "top", "entropy"]
  }

  private mutating func read(_ parser: inout JSONParser) throws(JSONError) -> Bool {
    guard parser.consume(UInt8(ascii: "{")) else { return false }
    var seen: Members = []
    repeat {
      let name = try parser.parseMemberName()
      // Of two members with one name the last counts; that, too, is for the general reader.
      guard let member = Members.named(name), seen.insert(member).inserted else { return false }
      guard try readMember(name, &parser) else { return false }
    } while parser.consume(UInt8(ascii: ","))
    // The candidates and the entropy may be absent.
    return seen.union(.optional) == .all && parser.consume(UInt8(ascii: "}"))
  }

  private mutating func readMember(_ name: String, _ parser: inout JSONParser) throws(JSONError) -> Bool {
    switch name {
    case "seconds":
      guard !parser.isAtQuote, let value = try parser.parseNumber().double else { return false }
      seconds = value
    case "event":
      guard parser.isAtQuote else { return false }
      return try parser.parseString() == "token"
    case "token":
      guard !parser.isAtQuote, let value = try parser.parseNumber().integer, let id = Int32(exactly: value) else {
        return false
      }
      token.id = id
    case "text":
      guard parser.isAtQuote else { return false }
      token.text = try parser.parseString()
    case "logit":
      guard let value = try parser.parsePlainFloat() else { return false }
      token.logit = value
    case "probability":
      guard let value = try parser.parsePlainFloat() else { return false }
      token.probability = value
    case "entropy":
      guard let value = try parser.parsePlainFloat() else { return false }
      token.entropy = value
    default: return try readTop(&parser)
    }
    return true
  }

  private mutating func readTop(_ parser: inout JSONParser) throws(JSONError) -> Bool {
    guard parser.consume(UInt8(ascii: "[")) else { return false }
    repeat {
      guard parser.consume(UInt8(ascii: "[")), let value = try parser.parseNumber().integer,
        let id = Int32(exactly: value), parser.consume(UInt8(ascii: ",")), parser.isAtQuote
      else { return false }
      let text = try parser.parseString()
      guard parser.consume(UInt8(ascii: ",")), let logit = try parser.parsePlainFloat(),
        parser.consume(UInt8(ascii: "]"))
      else { return false }
      token.top.append(TokenCandidate(id: id, text: text, logit: logit))
    } while parser.consume(UInt8(ascii: ","))
    return parser.consume(UInt8(ascii: "]"))
  }
}

extension JSONParser {
  fileprivate var isAtQuote: Bool { position < bytes.count && bytes[position] == UInt8(ascii: "\"") }

  /// A number as a float; `nil` where something else stands.
  fileprivate mutating func parsePlainFloat() throws(JSONError) -> Float? {
    isAtQuote ? nil : try parseNumber().double.map { Float($0) }
  }
}
