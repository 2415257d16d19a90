extension RegexParser {
  /// Reads `\...` outside a class.
  mutating func parseEscape() throws(TokenizerError) -> RegexNode {
    let name = position + 1 < pattern.count ? pattern[position + 1] : 0
    switch name {
    case UInt32(UInt8(ascii: "b")), UInt32(UInt8(ascii: "B")):
      position += 2
      return try place(.wordBoundary(set: try index(of: .word), isNegated: name == UInt32(UInt8(ascii: "B"))))
    case UInt32(UInt8(ascii: "A")):
      position += 2
      return try place(.textStart)
    case UInt32(UInt8(ascii: "z")):
      position += 2
      return assertion(.next(set: try index(of: .any), isNegated: true, atEnd: true))
    case UInt32(UInt8(ascii: "Z")):
      position += 2
      return try place(.finalNewline)
    case 0x31...0x39: throw failure("back references are not supported")
    default:
      var set = try parseClassEscape()
      set.ignoresCase = ignoresCase
      return .set(try index(of: set))
    }
  }

  /// Reads `\...` that stands for one character or a class, inside or outside brackets.
  private mutating func parseClassEscape() throws(TokenizerError) -> ScalarSet {
    position += 1
    guard let name = next, let scalar = Unicode.Scalar(name) else { throw failure("\\ at the end") }
    position += 1
    switch Character(scalar) {
    case "s": return .whiteSpace
    case "S": return ScalarSet.whiteSpace.negated
    case "d": return .digit
    case "D": return ScalarSet.digit.negated
    case "w": return .word
    case "W": return ScalarSet.word.negated
    case "h": return ScalarSet(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "p", "P": return try parseProperty(isNegated: scalar == "P")
    case "n": return single(0x0A)
    case "r": return single(0x0D)
    case "t": return single(0x09)
    case "f": return single(0x0C)
    case "v": return single(0x0B)
    case "a": return single(0x07)
    case "e": return single(0x1B)
    case "0": return single(0)
    case "x", "u": return single(try parseHexadecimal(digits: scalar == "x" ? 2 : 4))
    case "a"..."z", "A"..."Z", "1"..."9": throw failure("unknown escape \\\(scalar)")
    default: return single(name)
    }
  }

  private func single(_ value: UInt32) -> ScalarSet { ScalarSet(ranges: [value...value]) }

  private mutating func parseHexadecimal(digits: Int) throws(TokenizerError) -> UInt32 {
    let isBraced = consume("{")
    var value: UInt32 = 0
    var count = 0
    while count < (isBraced ? 8 : digits), let digit = next, let scalar = Unicode.Scalar(digit),
      let number = Character(scalar).hexDigitValue, digit < 0x80
    {
      value = value << 4 | UInt32(number)
      position += 1
      count += 1
    }
    guard count > 0, !isBraced || consume("}"), value <= 0x10FFFF else { throw failure("malformed \\x or \\u") }
    return value
  }

  private mutating func parseProperty(isNegated: Bool) throws(TokenizerError) -> ScalarSet {
    var name = ""
    if consume("{") {
      while let value = next, value != 0x7D, name.utf8.count < 40, let scalar = Unicode.Scalar(value) {
        name.unicodeScalars.append(scalar)
        position += 1
      }
      guard consume("}") else { throw failure("property without }") }
    } else if let value = next, let scalar = Unicode.Scalar(value) {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    var isNegated = isNegated
    if name.hasPrefix("^") {
      isNegated.toggle()
      name.removeFirst()
    }
    guard let set = ScalarSet.named(name) else { throw failure("unknown character property \(name)") }
    return isNegated ? set.negated : set
  }

  /// Reads a class behind its `[`.
  mutating func parseClass(depth: Int = 0) throws(TokenizerError) -> ScalarSet {
    if depth > 20 { throw failure("classes nested deeper than 20 levels") }
    var set = ScalarSet(isNegated: consume("^"))
    var isFirst = true
    while true {
      guard let value = next else { throw failure("character class without ]") }
      if value == 0x5D, !isFirst { break }
      isFirst = false
      if follows("&&") { throw failure("intersection of character classes is not supported") }
      if follows("[:") {
        set.subsets.append(try parseBracketName())
        continue
      }
      if value == 0x5B {
        position += 1
        set.subsets.append(try parseClass(depth: depth + 1))
        continue
      }
      let item = try parseClassItem()
      guard let low = item.onlyScalar, follows("-"), position + 1 < pattern.count, pattern[position + 1] != 0x5D else {
        set.merge(item)
        continue
      }
      position += 1
      guard let high = try parseClassItem().onlyScalar else { throw failure("a range needs two characters") }
      guard low <= high else { throw failure("range whose end is below its start") }
      set.ranges.append(low...high)
    }
    position += 1
    return set
  }

  private mutating func parseClassItem() throws(TokenizerError) -> ScalarSet {
    guard let value = next else { throw failure("character class without ]") }
    if value == 0x5C {
      if position + 1 < pattern.count, pattern[position + 1] == UInt32(UInt8(ascii: "b")) {
        position += 2
        return single(0x08)
      }
      return try parseClassEscape()
    }
    position += 1
    return single(value)
  }

  private mutating func parseBracketName() throws(TokenizerError) -> ScalarSet {
    position += 2
    let isNegated = consume("^")
    var name = ""
    while let value = next, value != 0x3A, name.utf8.count < 20, let scalar = Unicode.Scalar(value) {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard consume(":]"), let set = ScalarSet.named(name) else { throw failure("unknown bracket name \(name)") }
    return isNegated ? set.negated : set
  }
}

extension ScalarSet {
  /// The scalar of a set that is written as one character.
  fileprivate var onlyScalar: UInt32? {
    guard ranges.count == 1, ranges[0].count == 1, categories.isEmpty, !includesWhiteSpace, subsets.isEmpty, !isNegated
    else { return nil }
    return ranges[0].lowerBound
  }

  fileprivate mutating func merge(_ other: ScalarSet) {
    if other.isNegated || !other.subsets.isEmpty {
      subsets.append(other)
    } else {
      ranges += other.ranges
      categories.formUnion(other.categories)
      includesWhiteSpace = includesWhiteSpace || other.includesWhiteSpace
    }
  }
}
