/// Rewrites a text before it is split; the kinds are those of the Hugging Face tokenizers library.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  case form(NormalizationForm)
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case prepend([UInt8])
  case append([UInt8])
  case replaceText([UInt8], with: [UInt8])
  case replacePattern(RegularExpression, with: [UInt8])
  /// `allPrivateUse`: whether cleaning takes out every private character, or, as the reference library does, the
  /// first and the last of each area.
  case bert(
    cleansText: Bool, separatesChinese: Bool, stripsAccents: Bool, lowercases: Bool, allPrivateUse: Bool = false)
  case precompiled(PrecompiledMap)
  case sentencePiece(SentencePieceNormalizer)
  case nmt
  case byteLevel

  /// The text rewritten.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .sequence(let normalizers): return normalizers.reduce(text) { $1.normalize($0) }
    case .form(let form): return form.normalize(text)
    case .lowercase: return Normalizer.lowercased(text)
    case .stripAccents: return Normalizer.filtered(text) { CategorySet.mark.isDisjoint(with: CategorySet(of: $0)) }
    case .strip(let left, let right): return Normalizer.stripped(text, left: left, right: right)
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .append(let suffix): return text + suffix
    case .replaceText(let pattern, let content): return replacing(pattern, in: text, with: content)
    case .replacePattern(let expression, let content):
      return Normalizer.replaceMatches(of: expression, in: text, with: content)
    case .bert(let cleans, let separates, let strips, let lowercases, let allPrivateUse):
      let cleaned = Normalizer.cleanedForBert(text, cleans, separates, allPrivateUse)
      return Normalizer.foldedForBert(cleaned, strips: strips, lowercases: lowercases)
    case .precompiled(let map): return map.normalize(text)
    case .sentencePiece(let normalizer): return normalizer.normalize(text)
    case .nmt: return Normalizer.nmt(text)
    case .byteLevel: return ByteAlphabet.mapped(text)
    }
  }

  private static func lowercased(_ text: [UInt8]) -> [UInt8] {
    mapScalars(text) { appendLowercase($0, to: &$1) }
  }

  private static func filtered(_ text: [UInt8], _ keeps: (UInt32) -> Bool) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) { return text }
    return mapScalars(text) { value, output in
      if value < 0x80 || keeps(value) { appendUTF8(value, to: &output) }
    }
  }

  private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    var first: Int?
    var last = 0
    text.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let (value, length) = scalar(in: bytes, at: index)
        if !isWhiteSpace(value) {
          if first == nil { first = index }
          last = index + length
        }
        index += length
      }
    }
    guard let first else { return left || right ? [] : text }
    return Array(text[(left ? first : 0)..<(right ? last : text.count)])
  }

  private static func replaceMatches(of pattern: RegularExpression, in text: [UInt8], with content: [UInt8]) -> [UInt8]
  {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var rest = 0
    text.withUnsafeBufferPointer { bytes in
      pattern.withMatcher { matcher in
        matcher.forEachMatch(in: bytes) { start, end in
          output += bytes[rest..<start]
          output += content
          rest = end
        }
      }
    }
    return output + text[rest...]
  }

  /// BERT's basic tokenizer up to the splitting (`BertNormalizer` of the reference library).
  private static func cleanedForBert(
    _ text: [UInt8], _ cleans: Bool, _ separates: Bool, _ allPrivateUse: Bool
  ) -> [UInt8] {
    mapScalars(text) { value, output in
      if cleans {
        if isWhiteSpace(value) {
          output.append(0x20)
          return
        }
        if value == 0 || value == 0xFFFD || isControl(value, allPrivateUse) { return }
      }
      if separates, isChineseCharacter(value) {
        output.append(0x20)
        appendUTF8(value, to: &output)
        output.append(0x20)
      } else {
        appendUTF8(value, to: &output)
      }
    }
  }

  private static func foldedForBert(_ text: [UInt8], strips: Bool, lowercases: Bool) -> [UInt8] {
    var text = text
    if strips {
      text = filtered(NormalizationForm.nfd.normalize(text)) {
        CategorySet.nonspacingMark.isDisjoint(with: CategorySet(of: $0))
      }
    }
    return lowercases ? lowercased(text) : text
  }

  private static func isControl(_ value: UInt32, _ allPrivateUse: Bool) -> Bool {
    if value < 0x80 { return value < 0x20 || value == 0x7F }
    let category = CategorySet(of: value)
    if category == .privateUse {
      return allPrivateUse || [0xE000, 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD].contains(value)
    }
    return !CategorySet.controlAndFormat.isDisjoint(with: category)
  }

  private static func nmt(_ text: [UInt8]) -> [UInt8] {
    mapScalars(text) { value, output in
      switch value {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: output.append(0x20)
      default: appendUTF8(value, to: &output)
      }
    }
  }
}

/// The text with every occurrence of a string replaced; an empty string occurs between all characters.
func replacing(_ pattern: [UInt8], in text: [UInt8], with content: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  output.reserveCapacity(text.count)
  guard let first = pattern.first else {
    forEachScalar(text) { value in
      output += content
      appendUTF8(value, to: &output)
    }
    return output + content
  }
  text.withUnsafeBufferPointer { bytes in
    var index = 0
    while index < bytes.count {
      if bytes[index] == first, index + pattern.count <= bytes.count,
        (1..<pattern.count).allSatisfy({ bytes[index + $0] == pattern[$0] })
      {
        output += content
        index += pattern.count
      } else {
        output.append(bytes[index])
        index += 1
      }
    }
  }
  return output
}
