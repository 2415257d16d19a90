/// SentencePiece's compiled character map: a double array of prefixes and a block of replacements that end in NUL.
///
/// Entries are as in Darts-clone: bits 0...7 the label, 8 whether a value follows, 9 a wide offset, 10... the offset.
struct PrecompiledMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// - Throws: `TokenizerError` where the sizes do not fit the data.
  init(_ bytes: [UInt8]) throws(TokenizerError) {
    guard bytes.count >= 4 else {
      throw TokenizerError("precompiled character map: \(bytes.count) bytes, want at least 4")
    }
    let size = (0..<4).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard size % 4 == 0, size <= bytes.count - 4 else {
      throw TokenizerError(
        "precompiled character map: table of \(size) bytes announced, \(bytes.count - 4) bytes there, want a multiple of 4"
      )
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { start in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }
    replacements = Array(bytes[(4 + size)...])
  }

  /// The replacement for the shortest or the longest prefix of a text that the map knows.
  func replacement(
    for text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, longest: Bool
  ) -> (text: ArraySlice<UInt8>, length: Int)? {
    guard !units.isEmpty else { return nil }
    var node = PrecompiledMap.offset(units[0])
    var found: (ArraySlice<UInt8>, Int)?
    var position = start
    while position < end, text[position] != 0 {
      let label = UInt32(text[position])
      node ^= label
      guard Int(node) < units.count else { break }
      let unit = units[Int(node)]
      guard unit & (1 << 31 | 0xFF) == label else { break }
      node ^= PrecompiledMap.offset(unit)
      position += 1
      if unit >> 8 & 1 == 1, Int(node) < units.count {
        if let content = content(at: Int(units[Int(node)] & 0x7FFF_FFFF)) { found = (content, position - start) }
        if !longest, found != nil { break }
      }
    }
    return found
  }

  private static func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & (1 << 9)) >> 6) }

  private func content(at start: Int) -> ArraySlice<UInt8>? {
    guard start < replacements.count else { return nil }
    let end = replacements[start...].firstIndex(of: 0) ?? replacements.count
    return replacements[start..<end]
  }

  /// As the Hugging Face library does it: a grapheme cluster of less than 6 bytes is looked up whole, else each scalar.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 8)
    text.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        // Of ASCII only CR LF is a cluster of two; every other character before ASCII stands alone.
        var end = index + 1
        while end < bytes.count, bytes[end] < 0x80, bytes[end - 1] < 0x80 {
          if bytes[end] == 0x0A, bytes[end - 1] == 0x0D { break }
          appendScalar(bytes, index, end, &output)
          index = end
          end += 1
        }
        if end == bytes.count, bytes[index] < 0x80 {
          appendScalar(bytes, index, end, &output)
          return
        }
        while end < bytes.count, bytes[end] >= 0x80 { end += 1 }
        while end < bytes.count, bytes[end] < 0x80, end - index < 2, bytes[index] == 0x0D { end += 1 }
        let run = String(decoding: bytes[index..<end], as: UTF8.self)
        for character in run { appendCluster(character, &output) }
        index = end
      }
    }
    return output
  }

  private func appendScalar(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ output: inout [UInt8]) {
    if let found = replacement(for: bytes, from: start, to: end, longest: false) {
      appendValid(found.text, &output)
    } else {
      output += bytes[start..<end]
    }
  }

  private func appendCluster(_ character: Character, _ output: inout [UInt8]) {
    Array(character.utf8).withUnsafeBufferPointer { bytes in
      if bytes.count < 6, let found = replacement(for: bytes, from: 0, to: bytes.count, longest: false) {
        appendValid(found.text, &output)
        return
      }
      var index = 0
      while index < bytes.count {
        let length = scalar(in: bytes, at: index).length
        appendScalar(bytes, index, index + length, &output)
        index += length
      }
    }
  }

  private func appendValid(_ text: ArraySlice<UInt8>, _ output: inout [UInt8]) {
    if text.allSatisfy({ $0 < 0x80 }) {
      output += text
    } else {
      output += Array(String(decoding: text, as: UTF8.self).utf8)
    }
  }
}

/// The normalizer of a SentencePiece model as GGUF files describe it (llama.cpp's `llm_tokenizer_ugm_session`).
struct SentencePieceNormalizer: Sendable {
  var map: PrecompiledMap?
  /// Tokens that no rule changes.
  var userDefined: ByteTrie
  var addsSpacePrefix: Bool
  var removesExtraSpaces: Bool
  var spaceIsSuffix: Bool

  func normalize(_ text: [UInt8]) -> [UInt8] {
    let space: [UInt8] = [0xE2, 0x96, 0x81]
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 2)
    var isPrepended = false
    var isInWord = false
    func put(_ byte: UInt8) {
      if byte != 0x20 {
        if !isInWord {
          isInWord = true
          if (addsSpacePrefix && !spaceIsSuffix && !isPrepended) || removesExtraSpaces {
            output += space
            isPrepended = true
          }
        }
        output.append(byte)
      } else {
        isInWord = false
        if !removesExtraSpaces { output += space }
      }
    }
    text.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        if let (end, _) = userDefined.longest(in: bytes, from: index) {
          bytes[index..<end].forEach(put)
          index = end
        } else if let found = map?.replacement(for: bytes, from: index, to: bytes.count, longest: true) {
          found.text.forEach(put)
          index += found.length
        } else {
          let length = scalar(in: bytes, at: index).length
          bytes[index..<index + length].forEach(put)
          index += length
        }
      }
    }
    if addsSpacePrefix, spaceIsSuffix { output += space }
    return output
  }
}
