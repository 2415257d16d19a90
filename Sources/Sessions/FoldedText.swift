/// Text in lower case for searching, byte for byte as long as the original, so that a place in one is a place in both.
enum FoldedText {
  /// The folded bytes of a text in UTF-8. A character whose lower case has another length is kept as it is.
  static func bytes(of text: String) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        let byte = UInt8(scalar.value)
        result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        continue
      }
      let lower = scalar.properties.lowercaseMapping.utf8
      let own = UTF8.encode(scalar)
      if let own, lower.count == own.count {
        result.append(contentsOf: lower)
      } else if let own {
        result.append(contentsOf: own)
      }
    }
    return result
  }
}
