#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A string of the template language: UTF-8 with the origin of every byte.
///
/// Nearly all texts have one origin and then `spans` is empty. Positions of the language count Unicode scalars, as Python's do;
/// those of this type count bytes and lie on scalar boundaries.
struct Text: Sendable {
  /// A stretch of one origin, given by its end; it starts where the one before it ends.
  struct Span: Sendable {
    var end: Int
    var isTrusted: Bool
  }

  var bytes: [UInt8]
  /// Empty where the whole text has one origin.
  var spans: [Span] = []
  /// The origin of the whole where `spans` is empty.
  var isTrusted: Bool
  /// Whether this is a `Markup` string, which escapes what is joined to it.
  var isMarkup = false

  init(bytes: [UInt8], isTrusted: Bool) {
    self.bytes = bytes
    self.isTrusted = isTrusted
  }

  init(_ string: String, isTrusted: Bool = true) {
    self.init(bytes: Array(string.utf8), isTrusted: isTrusted)
  }

  static let empty = Text("")

  var string: String { String(decoding: bytes, as: UTF8.self) }
  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }
  /// Whether no part came from outside the template.
  var isWhollyTrusted: Bool { spans.isEmpty ? (isTrusted || bytes.isEmpty) : spans.allSatisfy(\.isTrusted) }

  /// The length as Python counts it.
  var scalarCount: Int { bytes.reduce(into: 0) { $0 += ($1 & 0xC0) != 0x80 ? 1 : 0 } }

  /// The same text as `str`, not `Markup`.
  var plain: Text {
    var copy = self
    copy.isMarkup = false
    return copy
  }

  func asMarkup(_ isMarkup: Bool = true) -> Text {
    var copy = self
    copy.isMarkup = isMarkup
    return copy
  }

  /// Calls back for each stretch of one origin, in order.
  func forEachSpan(in range: Range<Int>? = nil, _ body: (Range<Int>, Bool) -> Void) {
    let range = range ?? 0..<bytes.count
    if range.isEmpty { return }
    if spans.isEmpty { return body(range, isTrusted) }
    var index = spanIndex(at: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound, index < spans.count {
      let end = min(spans[index].end, range.upperBound)
      body(start..<end, spans[index].isTrusted)
      start = end
      index += 1
    }
  }

  /// The span that holds a byte offset; spans are searched in halves, as a text may have very many.
  private func spanIndex(at offset: Int) -> Int {
    var lower = 0
    var upper = spans.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if spans[middle].end <= offset { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }

  /// The origin of the byte at an offset.
  func trust(at offset: Int) -> Bool {
    if spans.isEmpty { return isTrusted }
    let index = spanIndex(at: offset)
    return index < spans.count && spans[index].isTrusted
  }

  /// A part, cut at byte offsets that are scalar boundaries.
  subscript(range: Range<Int>) -> Text {
    if range.lowerBound == 0, range.upperBound == bytes.count { return self }
    var result = Text(bytes: Array(bytes[range]), isTrusted: isTrusted)
    result.isMarkup = isMarkup
    if !spans.isEmpty {
      var builder = TextBuilder()
      forEachSpan(in: range) { builder.note(trusted: $1, count: $0.count) }
      result.spans = builder.spans
      result.isTrusted = builder.lastTrust
      result.normalise()
    }
    return result
  }

  mutating func normalise() {
    if spans.count == 1 {
      isTrusted = spans[0].isTrusted
      spans = []
    }
  }

  static func + (left: Text, right: Text) -> Text {
    var builder = TextBuilder()
    builder.append(left)
    builder.append(right)
    return builder.text
  }

  /// The scalars with the byte range of each.
  func forEachScalar(_ body: (Unicode.Scalar, Range<Int>) -> Void) {
    var position = 0
    while position < bytes.count {
      let (scalar, length) = self.scalar(at: position)
      body(scalar, position..<position + length)
      position += length
    }
  }

  /// The scalar that starts at a byte offset, and its length.
  func scalar(at position: Int) -> (Unicode.Scalar, Int) {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for offset in 1..<length where position + offset < bytes.count {
      value = value << 6 | UInt32(bytes[position + offset] & 0x3F)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", min(length, bytes.count - position))
  }

  /// The scalar that ends before a byte offset, and its length.
  func scalar(before position: Int) -> (Unicode.Scalar, Int) {
    var start = position - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start)
  }

  /// The byte offset of a scalar index, at most the end.
  func offset(ofScalar index: Int) -> Int {
    var remaining = index
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
      if remaining == 0 { return offset }
      remaining -= 1
    }
    return bytes.count
  }

  /// The scalar index of a byte offset.
  func scalarIndex(ofByte offset: Int) -> Int {
    bytes[..<offset].reduce(into: 0) { $0 += ($1 & 0xC0) != 0x80 ? 1 : 0 }
  }

  /// The byte offset of the first occurrence of a text at or behind `start`; linear in the length of both.
  func find(_ other: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
    let end = end ?? bytes.count
    if start > end || other.count > end - start { return nil }
    if other.isEmpty { return start }
    return bytes.withUnsafeBufferPointer { haystack in
      other.bytes.withUnsafeBufferPointer { needle in
        needle.count <= 16
          ? Text.findShort(needle, in: haystack, start, end) : Text.findLong(needle, in: haystack, start, end)
      }
    }
  }

  private typealias Bytes = UnsafeBufferPointer<UInt8>

  /// Tries every place that starts with the right byte.
  private static func findShort(_ needle: Bytes, in haystack: Bytes, _ start: Int, _ end: Int) -> Int? {
    guard let base = haystack.baseAddress, let pattern = needle.baseAddress else { return nil }
    var place = start
    while end - place >= needle.count {
      guard let candidate = memchr(base + place, Int32(needle[0]), end - place - needle.count + 1) else { return nil }
      place = UnsafeRawPointer(candidate) - UnsafeRawPointer(base)
      if memcmp(base + place, pattern, needle.count) == 0 { return place }
      place += 1
    }
    return nil
  }

  /// Knuth, Morris and Pratt: never looks at a byte of the haystack twice, whatever the needle repeats.
  private static func findLong(_ needle: Bytes, in haystack: Bytes, _ start: Int, _ end: Int) -> Int? {
    var borders = [Int](repeating: 0, count: needle.count)
    var matched = 0
    for index in 1..<needle.count {
      while matched > 0, needle[index] != needle[matched] { matched = borders[matched - 1] }
      if needle[index] == needle[matched] { matched += 1 }
      borders[index] = matched
    }
    matched = 0
    for place in start..<end {
      while matched > 0, haystack[place] != needle[matched] { matched = borders[matched - 1] }
      if haystack[place] == needle[matched] { matched += 1 }
      if matched == needle.count { return place + 1 - matched }
    }
    return nil
  }

  func hasPrefix(_ other: Text, at offset: Int = 0) -> Bool {
    bytes.count - offset >= other.count && bytes[offset..<offset + other.count] == other.bytes[...]
  }

  func hasSuffix(_ other: Text) -> Bool {
    bytes.count >= other.count && bytes[(bytes.count - other.count)...] == other.bytes[...]
  }
}

/// Collects text with its origins.
struct TextBuilder {
  private(set) var bytes: [UInt8] = []
  /// Complete only where origins differ; else empty, and `lastTrust` holds for all.
  private(set) var spans: [Text.Span] = []
  private(set) var lastTrust = true
  private var noted = 0

  var count: Int { bytes.count }

  /// Records the origin of the next `count` bytes.
  mutating func note(trusted: Bool, count: Int) {
    if count == 0 { return }
    if noted == 0 {
      lastTrust = trusted
    } else if trusted != lastTrust || !spans.isEmpty {
      if spans.isEmpty { spans.append(Text.Span(end: noted, isTrusted: lastTrust)) }
      if trusted == lastTrust {
        spans[spans.count - 1].end = noted + count
      } else {
        spans.append(Text.Span(end: noted + count, isTrusted: trusted))
      }
      lastTrust = trusted
    }
    noted += count
  }

  mutating func append(_ text: Text) {
    if text.spans.isEmpty {
      note(trusted: text.isTrusted, count: text.count)
    } else {
      text.forEachSpan { note(trusted: $1, count: $0.count) }
    }
    bytes += text.bytes
  }

  mutating func append(_ text: Text, _ range: Range<Int>) {
    if text.spans.isEmpty {
      note(trusted: text.isTrusted, count: range.count)
    } else {
      text.forEachSpan(in: range) { note(trusted: $1, count: $0.count) }
    }
    bytes += text.bytes[range]
  }

  mutating func append(_ string: String, trusted: Bool) {
    let before = bytes.count
    bytes += string.utf8
    note(trusted: trusted, count: bytes.count - before)
  }

  mutating func append(_ scalar: Unicode.Scalar, trusted: Bool) {
    let before = bytes.count
    if scalar.isASCII {
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
    note(trusted: trusted, count: bytes.count - before)
  }

  mutating func append(byte: UInt8, count: Int, trusted: Bool) {
    if count <= 0 { return }
    bytes.append(contentsOf: repeatElement(byte, count: count))
    note(trusted: trusted, count: count)
  }

  var text: Text {
    var text = Text(bytes: bytes, isTrusted: lastTrust)
    text.spans = spans
    text.normalise()
    return text
  }
}
