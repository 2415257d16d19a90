/// Python's character classes and the `str` operations built on them.
enum PythonUnicode {
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// Whether `repr` shows the scalar as it is.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  static func isAlpha(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDecimal(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .decimalNumber }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
  }

  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }

  static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool { isAlpha(scalar) || isNumeric(scalar) }

  static func isCased(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isUppercase || scalar.properties.isLowercase
      || scalar.properties.generalCategory == .titlecaseLetter
  }
}

extension Text {
  /// Python's `strip` family; `characters` nil strips white space.
  func stripped(_ characters: Text? = nil, start: Bool = true, end: Bool = true) -> Text {
    var set: Set<Unicode.Scalar> = []
    characters?.forEachScalar { scalar, _ in set.insert(scalar) }
    let isStripped = { (scalar: Unicode.Scalar) in
      characters == nil ? PythonUnicode.isSpace(scalar) : set.contains(scalar)
    }
    var lower = 0
    var upper = bytes.count
    while start, lower < upper {
      let (scalar, length) = scalar(at: lower)
      if !isStripped(scalar) { break }
      lower += length
    }
    while end, upper > lower {
      let (scalar, length) = scalar(before: upper)
      if !isStripped(scalar) { break }
      upper -= length
    }
    return self[lower..<upper]
  }

  /// Parts between occurrences of a separator, from the left; `limit` is the number of cuts, negative for all.
  func split(separator: Text, limit: Int) -> [Text] {
    var parts: [Text] = []
    var start = 0
    while limit < 0 || parts.count < limit, let found = find(separator, from: start) {
      parts.append(self[start..<found])
      start = found + separator.count
    }
    parts.append(self[start..<bytes.count])
    return parts
  }

  /// As `split(separator:limit:)`, cutting from the right.
  func splitFromRight(separator: Text, limit: Int) -> [Text] {
    // Occurrences are searched from the end: "aaa" by "aa" leaves "a" at the left.
    let reversed = Text(bytes: bytes.reversed(), isTrusted: true)
    let needle = Text(bytes: separator.bytes.reversed(), isTrusted: true)
    var parts: [Text] = []
    var start = 0
    while limit < 0 || parts.count < limit, let found = reversed.find(needle, from: start) {
      parts.append(self[bytes.count - found..<bytes.count - start])
      start = found + needle.count
    }
    parts.append(self[0..<bytes.count - start])
    return parts.reversed()
  }

  /// Words between runs of white space.
  func splitWords(limit: Int) -> [Text] {
    var parts: [Text] = []
    var position = 0
    while true {
      while position < bytes.count {
        let (scalar, length) = scalar(at: position)
        if !PythonUnicode.isSpace(scalar) { break }
        position += length
      }
      if position >= bytes.count { return parts }
      if limit >= 0, parts.count >= limit {
        parts.append(self[position..<bytes.count].stripped(start: false))
        return parts
      }
      let start = position
      while position < bytes.count {
        let (scalar, length) = scalar(at: position)
        if PythonUnicode.isSpace(scalar) { break }
        position += length
      }
      parts.append(self[start..<position])
    }
  }

  func splitWordsFromRight(limit: Int) -> [Text] {
    var parts: [Text] = []
    var position = bytes.count
    while true {
      while position > 0 {
        let (scalar, length) = scalar(before: position)
        if !PythonUnicode.isSpace(scalar) { break }
        position -= length
      }
      if position == 0 { return parts.reversed() }
      if limit >= 0, parts.count >= limit {
        parts.append(self[0..<position].stripped(end: false))
        return parts.reversed()
      }
      let end = position
      while position > 0 {
        let (scalar, length) = scalar(before: position)
        if PythonUnicode.isSpace(scalar) { break }
        position -= length
      }
      parts.append(self[position..<end])
    }
  }

  /// Lines without (or with) their line breaks; a final break adds no empty line.
  func splitLines(keepingEnds: Bool = false) -> [Text] {
    var lines: [Text] = []
    var start = 0
    var position = 0
    while position < bytes.count {
      let (scalar, length) = scalar(at: position)
      guard PythonUnicode.isLineBreak(scalar) else {
        position += length
        continue
      }
      let end = position
      position += length
      if scalar == "\r", position < bytes.count, bytes[position] == 0x0A { position += 1 }
      lines.append(self[start..<(keepingEnds ? position : end)])
      start = position
    }
    if start < bytes.count { lines.append(self[start..<bytes.count]) }
    return lines
  }

  /// Replaces occurrences from the left; `limit` negative for all.
  func replacing(_ old: Text, with new: Text, limit: Int = -1) -> Text {
    var builder = TextBuilder()
    var replaced = 0
    if old.isEmpty {
      // Python inserts before every scalar and at the end.
      forEachScalar { _, range in
        if limit < 0 || replaced < limit {
          builder.append(new)
          replaced += 1
        }
        builder.append(self, range)
      }
      if limit < 0 || replaced < limit { builder.append(new) }
      return builder.text
    }
    var start = 0
    while limit < 0 || replaced < limit, let found = find(old, from: start) {
      builder.append(self, start..<found)
      builder.append(new)
      start = found + old.count
      replaced += 1
    }
    if replaced == 0 { return self }
    builder.append(self, start..<bytes.count)
    return builder.text
  }

  func occurrences(of other: Text) -> Int {
    if other.isEmpty { return scalarCount + 1 }
    var count = 0
    var start = 0
    while let found = find(other, from: start) {
      count += 1
      start = found + other.count
    }
    return count
  }

  /// Maps each scalar to a string that keeps the scalar's origin.
  func mapScalars(_ transform: (Unicode.Scalar, Range<Int>) -> String) -> Text {
    var builder = TextBuilder()
    forEachScalar { scalar, range in
      builder.append(transform(scalar, range), trusted: trust(at: range.lowerBound))
    }
    return builder.text.asMarkup(isMarkup)
  }

  /// The text with the 26 letters of one case changed to the other; nil if there are letters beyond ASCII.
  private func changingASCII(from letters: ClosedRange<UInt8>) -> Text? {
    if bytes.contains(where: { $0 >= 0x80 }) { return nil }
    var copy = self
    copy.bytes = bytes.map { letters.contains($0) ? $0 ^ 0x20 : $0 }
    return copy
  }

  func uppercased() -> Text {
    changingASCII(from: 0x61...0x7A) ?? mapScalars { scalar, _ in scalar.properties.uppercaseMapping }
  }

  func lowercased() -> Text {
    changingASCII(from: 0x41...0x5A) ?? mapScalars { scalar, range in self.lowercase(scalar, range) }
  }

  /// The text `count` times.
  func repeated(_ count: Int) -> Text {
    if isEmpty || count <= 0 { return Text.empty.asMarkup(isMarkup) }
    var builder = TextBuilder()
    if spans.isEmpty {
      // Doubling copies long pieces even where the text is one letter.
      var piece = self
      var remaining = count
      while remaining > 0 {
        if remaining % 2 == 1 { builder.append(piece) }
        remaining /= 2
        if remaining > 0 { piece.bytes += piece.bytes }
      }
    } else {
      for _ in 0..<count { builder.append(self) }
    }
    return builder.text.asMarkup(isMarkup)
  }

  /// The lower case of a scalar in its place: a sigma at the end of a word has a form of its own.
  func lowercase(_ scalar: Unicode.Scalar, _ range: Range<Int>) -> String {
    guard scalar.value == 0x3A3 else { return scalar.properties.lowercaseMapping }
    let isInWord = range.lowerBound > 0 && PythonUnicode.isCased(self.scalar(before: range.lowerBound).0)
    let goesOn = range.upperBound < bytes.count && PythonUnicode.isCased(self.scalar(at: range.upperBound).0)
    return isInWord && !goesOn ? "\u{3C2}" : "\u{3C3}"
  }

  func capitalized() -> Text {
    mapScalars { scalar, range in
      range.lowerBound == 0 ? scalar.properties.titlecaseMapping : self.lowercase(scalar, range)
    }
  }

  /// Python's `str.title`: a letter behind a non-letter is upper case.
  func titlecased() -> Text {
    var isInWord = false
    return mapScalars { scalar, range in
      defer { isInWord = PythonUnicode.isCased(scalar) }
      return isInWord ? self.lowercase(scalar, range) : scalar.properties.titlecaseMapping
    }
  }

  func swappedCase() -> Text {
    mapScalars { scalar, range in
      if scalar.properties.isUppercase { return self.lowercase(scalar, range) }
      if scalar.properties.isLowercase { return scalar.properties.uppercaseMapping }
      return String(scalar)
    }
  }

  /// Whether there is a scalar and all satisfy a predicate.
  func allScalars(_ predicate: (Unicode.Scalar) -> Bool) -> Bool {
    var result = !isEmpty
    forEachScalar { scalar, _ in if !predicate(scalar) { result = false } }
    return result
  }

  /// HTML-escaped, as markupsafe does it; a `Markup` text is returned as it is.
  func escaped() -> Text {
    if isMarkup { return self }
    return mapScalars { scalar, _ in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "'": "&#39;"
      case "\"": "&#34;"
      default: String(scalar)
      }
    }.asMarkup()
  }

  /// The text with padding at its sides to a width in scalars.
  func padded(to width: Int, left: Int, right: Int, fill: Text) -> Text {
    var builder = TextBuilder()
    for _ in 0..<max(0, left) { builder.append(fill) }
    builder.append(self)
    for _ in 0..<max(0, right) { builder.append(fill) }
    return builder.text.asMarkup(isMarkup)
  }
}
