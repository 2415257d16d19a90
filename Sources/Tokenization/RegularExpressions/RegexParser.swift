/// Reads the syntax of Oniguruma that tokenizers use; what it does not know is refused by name.
struct RegexParser {
  let pattern: [UInt32]
  var position = 0
  var tables = RegexTables()
  var ignoresCase = false
  var depth = 0
  private var setIndices: [ScalarSet: Int] = [:]

  init(_ pattern: String) {
    self.pattern = pattern.unicodeScalars.map(\.value)
  }

  func failure(_ problem: String) -> TokenizerError {
    var text = ""
    for value in pattern.prefix(60) { if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) } }
    if pattern.count > 60 { text += "…" }
    return TokenizerError("regular expression \"\(text)\": \(problem) at character \(position)")
  }

  mutating func parse() throws(TokenizerError) -> RegexNode {
    let node = try parseAlternation()
    if position < pattern.count { throw failure("unexpected )") }
    return node
  }

  mutating func index(of set: ScalarSet) throws(TokenizerError) -> Int {
    if let index = setIndices[set] { return index }
    guard tables.sets.count < 64 else { throw failure("more than 64 character classes") }
    tables.sets.append(set)
    setIndices[set] = tables.sets.count - 1
    return tables.sets.count - 1
  }

  mutating func assertion(_ assertion: RegexAssertion) -> RegexNode {
    tables.assertions.append(assertion)
    return .assertion(tables.assertions.count - 1)
  }

  mutating func place(_ test: PlaceTest) throws(TokenizerError) -> RegexNode {
    guard tables.tests.count < 8 else { throw failure("more than 8 wide look-arounds and boundaries") }
    tables.tests.append(test)
    return assertion(.place(tables.tests.count - 1))
  }

  var next: UInt32? { position < pattern.count ? pattern[position] : nil }

  func follows(_ text: String) -> Bool {
    let values = text.unicodeScalars.map(\.value)
    return position + values.count <= pattern.count && pattern[position..<position + values.count].elementsEqual(values)
  }

  mutating func consume(_ text: String) -> Bool {
    guard follows(text) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  mutating func parseAlternation() throws(TokenizerError) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    if depth > 100 { throw failure("groups nested deeper than 100 levels") }
    let outerCase = ignoresCase
    defer { ignoresCase = outerCase }
    var branches: [RegexNode] = []
    repeat {
      var sequence: [RegexNode] = []
      while let value = next, value != 0x7C, value != 0x29 {
        sequence.append(try parseQuantified())
      }
      branches.append(sequence.count == 1 ? sequence[0] : .concatenation(sequence))
    } while consume("|")
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func parseQuantified() throws(TokenizerError) -> RegexNode {
    var node = try parseAtom()
    while let (least, most) = try parseQuantifier() {
      if consume("+") {
        node = try possessive(node, least: least, most: most)
      } else {
        node = .repetition(node, least: least, most: most, isGreedy: !consume("?"))
      }
    }
    return node
  }

  /// A repetition that gives nothing back equals, for one character class, the greedy one at whose end no more of the
  /// class follows.
  private mutating func possessive(_ node: RegexNode, least: Int, most: Int?) throws(TokenizerError) -> RegexNode {
    guard case .set(let set) = node else {
      throw failure("a possessive quantifier on more than one character class is not supported")
    }
    let stop = assertion(.next(set: set, isNegated: true, atEnd: true))
    guard let most else {
      return .concatenation([.repetition(node, least: least, most: nil, isGreedy: true), stop])
    }
    let full = RegexNode.repetition(node, least: most, most: most, isGreedy: true)
    guard most > least else { return full }
    let partial = RegexNode.repetition(node, least: least, most: most - 1, isGreedy: true)
    return .alternation([full, .concatenation([partial, stop])])
  }

  private mutating func parseQuantifier() throws(TokenizerError) -> (least: Int, most: Int?)? {
    if consume("*") { return (0, nil) }
    if consume("+") { return (1, nil) }
    if consume("?") { return (0, 1) }
    guard follows("{") else { return nil }
    let start = position
    position += 1
    let least = parseNumber()
    var most = least
    if consume(",") { most = parseNumber() }
    let isOpen = most == nil
    guard consume("}"), least != nil || most != nil else {
      // Braces that are no quantifier stand for themselves.
      position = start
      return nil
    }
    guard (least ?? 0) <= 10_000, (most ?? 0) <= 10_000 else { throw failure("repeated more than 10000 times") }
    guard isOpen || (most ?? 0) >= (least ?? 0) else { throw failure("quantifier whose end is below its start") }
    return (least ?? 0, most)
  }

  private mutating func parseNumber() -> Int? {
    var value: Int?
    while let digit = next, (0x30...0x39).contains(digit) {
      value = min((value ?? 0) * 10 + Int(digit - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  private mutating func parseAtom() throws(TokenizerError) -> RegexNode {
    guard let value = next else { return .empty }
    switch value {
    case 0x28: return try parseGroup()
    case 0x5B:
      position += 1
      var set = try parseClass()
      set.ignoresCase = ignoresCase
      return .set(try index(of: set))
    case 0x2E:
      position += 1
      return .set(try index(of: ScalarSet.newline.negated))
    case 0x5E:
      position += 1
      return try place(.lineStart)
    case 0x24:
      position += 1
      return assertion(.next(set: try index(of: .newline), isNegated: false, atEnd: true))
    case 0x5C: return try parseEscape()
    case 0x2A, 0x2B, 0x3F: throw failure("nothing to repeat")
    default:
      position += 1
      return try literal(value)
    }
  }

  func literalSet(_ value: UInt32) -> ScalarSet {
    ScalarSet(ranges: [value...value], ignoresCase: ignoresCase)
  }

  mutating func literal(_ value: UInt32) throws(TokenizerError) -> RegexNode {
    .set(try index(of: literalSet(value)))
  }

  private mutating func parseGroup() throws(TokenizerError) -> RegexNode {
    position += 1
    guard consume("?") else { return try closeGroup() }
    for (opening, isBehind, isNegated) in [
      ("<=", true, false), ("<!", true, true), ("=", false, false), ("!", false, true),
    ]
    where consume(opening) {
      return try parseLookAround(isBehind: isBehind, isNegated: isNegated)
    }
    if consume(":") { return try closeGroup() }
    if follows(">") { throw failure("atomic groups are not supported") }
    if consume("<") || consume("P<") {
      while let value = next, value != 0x3E { position += value == 0x29 ? pattern.count : 1 }
      guard consume(">") else { throw failure("group name without end") }
      return try closeGroup()
    }
    let before = ignoresCase
    var isOn = true
    while let value = next, value != 0x3A, value != 0x29 {
      switch value {
      case 0x69: ignoresCase = isOn
      case 0x2D: isOn = false
      case 0x6D, 0x73, 0x78: throw failure("group option other than i is not supported")
      default: throw failure("unknown group option")
      }
      position += 1
    }
    // (?i) holds to the end of the group around it, (?i:...) for its own group.
    if consume(")") { return .empty }
    guard consume(":") else { throw failure("group without end") }
    let node = try closeGroup()
    ignoresCase = before
    return node
  }

  private mutating func closeGroup() throws(TokenizerError) -> RegexNode {
    let node = try parseAlternation()
    guard consume(")") else { throw failure("group without end") }
    return node
  }

  private mutating func parseLookAround(isBehind: Bool, isNegated: Bool) throws(TokenizerError) -> RegexNode {
    let body = try closeGroup()
    if !isBehind, case .set(let set) = body {
      return assertion(.next(set: set, isNegated: isNegated, atEnd: isNegated))
    }
    let program = try RegexProgram(isBehind ? body : body.reversed)
    return try place(.look(program, isBehind: isBehind, isNegated: isNegated))
  }
}
