/// A character class of a regular expression.
struct ScalarSet: Hashable, Sendable {
  var ranges: [ClosedRange<UInt32>] = []
  var categories: CategorySet = []
  var includesWhiteSpace = false
  var subsets: [ScalarSet] = []
  var isNegated = false
  var ignoresCase = false

  static let whiteSpace = ScalarSet(includesWhiteSpace: true)
  static let digit = ScalarSet(categories: .decimalNumber)
  /// `\w` as Oniguruma defines it for Unicode.
  static let word = ScalarSet(categories: [.letter, .mark, .decimalNumber, .connectorPunctuation])
  static let newline = ScalarSet(ranges: [0x0A...0x0A])
  static let any = ScalarSet(ranges: [0...0x10FFFF])

  var negated: ScalarSet {
    var set = self
    set.isNegated.toggle()
    return set
  }

  func contains(_ value: UInt32) -> Bool {
    var isInside = containsExactly(value)
    if !isInside, ignoresCase {
      isInside = ScalarSet.caseVariants(of: value).contains { containsExactly($0) }
    }
    return isInside != isNegated
  }

  private func containsExactly(_ value: UInt32) -> Bool {
    ranges.contains { $0.contains(value) }
      || (!categories.isEmpty && !categories.isDisjoint(with: CategorySet(of: value)))
      || (includesWhiteSpace && isWhiteSpace(value)) || subsets.contains { $0.contains(value) }
  }

  /// The other scalars that fold to the same one.
  private static func caseVariants(of value: UInt32) -> [UInt32] {
    guard let scalar = Unicode.Scalar(value) else { return [] }
    var variants: [UInt32] = []
    for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
      if mapping.unicodeScalars.count == 1, let variant = mapping.unicodeScalars.first {
        variants.append(variant.value)
      }
    }
    switch value {
    case 0x53, 0x73: variants.append(0x17F)
    case 0x4B, 0x6B: variants.append(0x212A)
    case 0x17F: variants += [0x53, 0x73]
    case 0x212A: variants += [0x4B, 0x6B]
    default: break
    }
    return variants
  }

  /// The set that the name in `\p{NAME}` stands for.
  static func named(_ name: String) -> ScalarSet? {
    if let categories = CategorySet.named(name) { return ScalarSet(categories: categories) }
    switch name.lowercased() {
    case "alpha", "alphabetic":
      return ScalarSet(ranges: [0x345...0x345], categories: [.letter, CategorySet(rawValue: 1 << 9)])
    case "digit": return .digit
    case "space", "white_space", "whitespace": return .whiteSpace
    case "word": return .word
    case "alnum": return ScalarSet(categories: [.letter, .decimalNumber])
    case "upper", "uppercase": return ScalarSet(categories: CategorySet(rawValue: 1))
    case "lower", "lowercase": return ScalarSet(categories: CategorySet(rawValue: 2))
    case "cntrl": return ScalarSet(categories: CategorySet(rawValue: 1 << 25))
    case "xdigit": return ScalarSet(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "any": return .any
    case "ascii": return ScalarSet(ranges: [0...0x7F])
    case "han", "script=han": return ScalarSet(ranges: han)
    case "hiragana", "script=hiragana":
      return ScalarSet(ranges: [0x3041...0x3096, 0x309D...0x309F, 0x1B001...0x1B11F, 0x1F200...0x1F200])
    case "katakana", "script=katakana":
      return ScalarSet(
        ranges: [
          0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0x32D0...0x32FE, 0x3300...0x3357, 0xFF66...0xFF6F,
          0xFF71...0xFF9D, 0x1B000...0x1B000, 0x1B120...0x1B122, 0x1B164...0x1B167,
        ])
    case "hangul", "script=hangul":
      return ScalarSet(
        ranges: [
          0x1100...0x11FF, 0x302E...0x302F, 0x3131...0x318E, 0x3200...0x321E, 0x3260...0x327E, 0xA960...0xA97C,
          0xAC00...0xD7A3, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB, 0xFFA0...0xFFBE, 0xFFC2...0xFFC7, 0xFFCA...0xFFCF,
          0xFFD2...0xFFD7, 0xFFDA...0xFFDC,
        ])
    default: return nil
    }
  }

  /// The scalars whose script is Han.
  private static let han: [ClosedRange<UInt32>] = [
    0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029,
    0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D, 0xFA70...0xFAD9, 0x16FE2...0x16FE3,
    0x16FF0...0x16FF1, 0x20000...0x2A6DF, 0x2A700...0x2EE5D, 0x2F800...0x2FA1D, 0x30000...0x323AF,
  ]
}
