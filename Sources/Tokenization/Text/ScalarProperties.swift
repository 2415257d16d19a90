/// A set of general categories, one bit each, in the order of the Unicode standard.
struct CategorySet: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  static let letter = CategorySet(rawValue: 0x1F)
  static let mark = CategorySet(rawValue: 0xE0)
  static let number = CategorySet(rawValue: 0x700)
  static let punctuation = CategorySet(rawValue: 0x3F800)
  static let symbol = CategorySet(rawValue: 0x3C0000)
  static let separator = CategorySet(rawValue: 0x1C00000)
  static let other = CategorySet(rawValue: 0x3E000000)
  static let controlAndFormat = CategorySet(rawValue: 0x6000000)
  static let privateUse = CategorySet(rawValue: 1 << 28)
  static let nonspacingMark = CategorySet(rawValue: 1 << 5)
  static let decimalNumber = CategorySet(rawValue: 1 << 8)
  static let connectorPunctuation = CategorySet(rawValue: 1 << 11)

  static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  /// The set that a name such as `L`, `Lu` or `Letter` stands for.
  static func named(_ name: String) -> CategorySet? {
    if let index = names.firstIndex(of: name) { return CategorySet(rawValue: 1 << UInt32(index)) }
    return switch name {
    case "L", "Letter": .letter
    case "LC": CategorySet(rawValue: 7)
    case "M", "Mark": .mark
    case "N", "Number": .number
    case "P", "Punctuation", "Punct", "punct": .punctuation
    case "S", "Symbol": .symbol
    case "Z", "Separator": .separator
    case "C", "Other": .other
    default: nil
    }
  }

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The category of a scalar.
  init(of value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else {
      self.init(rawValue: 1 << 27)
      return
    }
    let index: UInt32 =
      switch scalar.properties.generalCategory {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    self.init(rawValue: 1 << index)
  }
}

func isWhiteSpace(_ value: UInt32) -> Bool {
  if value < 0x80 { return value == 0x20 || (0x09...0x0D).contains(value) }
  return Unicode.Scalar(value)?.properties.isWhitespace ?? false
}

/// Punctuation as BERT sees it: also every ASCII symbol.
func isPunctuation(_ value: UInt32) -> Bool {
  if value < 0x80 {
    return (0x21...0x2F).contains(value) || (0x3A...0x40).contains(value) || (0x5B...0x60).contains(value)
      || (0x7B...0x7E).contains(value)
  }
  return !CategorySet.punctuation.isDisjoint(with: CategorySet(of: value))
}

func isNumeric(_ value: UInt32) -> Bool {
  if value < 0x80 { return (0x30...0x39).contains(value) }
  return !CategorySet.number.isDisjoint(with: CategorySet(of: value))
}

/// A word character as Unicode's regular expressions (UTS 18, annex C) define it.
func isWordCharacter(_ value: UInt32) -> Bool {
  if value < 0x80 {
    return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
      || value == 0x5F
  }
  guard let scalar = Unicode.Scalar(value) else { return false }
  let properties = scalar.properties
  let set: CategorySet = [.mark, .decimalNumber, .connectorPunctuation]
  return properties.isAlphabetic || properties.isJoinControl || !set.isDisjoint(with: CategorySet(of: value))
}

/// The blocks that BERT sets apart with spaces; the bounds are those of the reference implementations.
func isChineseCharacter(_ value: UInt32) -> Bool {
  guard value >= 0x3400 else { return false }
  return (0x4E00...0x9FFF).contains(value) || (0x3400...0x4DBF).contains(value) || (0xF900...0xFAFF).contains(value)
    || (0x20000...0x2A6DF).contains(value) || (0x2A700...0x2B73F).contains(value)
    || (0x2B740...0x2B81F).contains(value) || (0x2B920...0x2CEAF).contains(value)
    || (0x2F800...0x2FA1F).contains(value)
}

/// Appends the lower-case form of a scalar, without regard to its neighbours.
func appendLowercase(_ value: UInt32, to output: inout [UInt8]) {
  if value < 0x80 {
    output.append(UInt8(value) + ((0x41...0x5A).contains(value) ? 0x20 : 0))
  } else if let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased {
    output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
  } else {
    appendUTF8(value, to: &output)
  }
}

/// GPT-2's reversible alphabet: every byte has a printable character (`bytes_to_unicode` of its encoder.py).
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 256
    return (0..<256).map { (byte: UInt32) in
      if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE { return byte }
      next += 1
      return next - 1
    }
  }()

  /// The byte of each character below U+0144, or -1.
  static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, value) in scalars.enumerated() { table[Int(value)] = Int16(byte) }
    return table
  }()

  /// The bytes that a token's text stands for, `nil` where it has characters outside the alphabet.
  static func unmapped(_ text: [UInt8]) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var isInside = true
    forEachScalar(text) { value in
      if value < 0x144, bytes[Int(value)] >= 0 {
        output.append(UInt8(bytes[Int(value)]))
      } else {
        isInside = false
      }
    }
    return isInside ? output : nil
  }

  /// The text with each byte as its character.
  static func mapped(_ text: some Sequence<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    for byte in text { appendUTF8(scalars[Int(byte)], to: &output) }
    return output
  }
}
