#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A text to be found in others, by its rarest byte: the system looks for that one faster than any loop of ours.
struct TextNeedle {
  let bytes: [UInt8]
  private let rarest: Int

  /// From frequent to rare in most languages of the Latin alphabet; what is not here is rarer.
  private static let frequent = Array(" etaoinshrdlucmfwypvbgkq".utf8)

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // In other scripts the first byte of a character is common to all of them, so the last place wins.
    rarest =
      bytes.indices.max { one, other in
        (TextNeedle.rarity(bytes[one]), one) < (TextNeedle.rarity(bytes[other]), other)
      } ?? 0
  }

  private static func rarity(_ byte: UInt8) -> Int { frequent.firstIndex(of: byte) ?? frequent.count }

  /// Where the text occurs for the first time at `start` or behind; `nil` where it does not, and for an empty one.
  func first(in text: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    guard let base = text.baseAddress, !bytes.isEmpty else { return nil }
    var place = start + rarest
    while place - rarest + bytes.count <= text.count {
      guard let found = memchr(base + place, Int32(bytes[rarest]), text.count - place) else { return nil }
      place = UnsafeRawPointer(found) - base
      let begin = place - rarest
      guard begin + bytes.count <= text.count else { return nil }
      if memcmp(base + begin, bytes, bytes.count) == 0 { return begin }
      place += 1
    }
    return nil
  }
}
