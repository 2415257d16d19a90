/// A scalar read from UTF-8 with its length in bytes; a malformed byte reads as U+FFFD of length 1.
@inline(__always)
func scalar(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (value: UInt32, length: Int) {
  let lead = bytes[index]
  if lead < 0x80 { return (UInt32(lead), 1) }
  return multibyteScalar(in: bytes, at: index)
}

func multibyteScalar(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (value: UInt32, length: Int) {
  let lead = bytes[index]
  let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
  guard lead >= 0xC2, lead < 0xF5, index + length <= bytes.count else { return (0xFFFD, 1) }
  var value = UInt32(lead) & (0x7F >> UInt32(length))
  for offset in 1..<length {
    let byte = bytes[index + offset]
    guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
    value = value << 6 | UInt32(byte & 0x3F)
  }
  let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
  guard value >= least, value < 0x110000, !(0xD800..<0xE000).contains(value) else { return (0xFFFD, 1) }
  return (value, length)
}

/// Appends the UTF-8 of a scalar.
@inline(__always)
func appendUTF8(_ value: UInt32, to bytes: inout [UInt8]) {
  if value < 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: value))
  } else if value < 0x800 {
    bytes.append(UInt8(truncatingIfNeeded: 0xC0 | value >> 6))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
  } else if value < 0x10000 {
    bytes.append(UInt8(truncatingIfNeeded: 0xE0 | value >> 12))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
  } else {
    bytes.append(UInt8(truncatingIfNeeded: 0xF0 | value >> 18))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value >> 12 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value >> 6 & 0x3F))
    bytes.append(UInt8(truncatingIfNeeded: 0x80 | value & 0x3F))
  }
}

/// Calls the body with each scalar of a text.
@inline(__always)
func forEachScalar(_ text: [UInt8], _ body: (UInt32) -> Void) {
  text.withUnsafeBufferPointer { bytes in
    var index = 0
    while index < bytes.count {
      let (value, length) = scalar(in: bytes, at: index)
      body(value)
      index += length
    }
  }
}

/// The text with every scalar passed through `body`, which appends what stands in its place.
func mapScalars(_ text: [UInt8], _ body: (UInt32, inout [UInt8]) -> Void) -> [UInt8] {
  var output: [UInt8] = []
  output.reserveCapacity(text.count)
  forEachScalar(text) { body($0, &output) }
  return output
}

/// How many bytes at the end of a text begin a character that more bytes could complete (0...3).
func incompleteTail(_ bytes: [UInt8]) -> Int {
  for back in 1...4 where back <= bytes.count {
    let byte = bytes[bytes.count - back]
    if byte & 0xC0 == 0x80 { continue }
    let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
    guard byte >= 0xC2, byte < 0xF5, back < length else { return 0 }
    // The second byte decides already whether the sequence can become well-formed (no surrogates, no overlong form).
    guard back >= 2 else { return back }
    let second = bytes[bytes.count - back + 1]
    let allowed: ClosedRange<UInt8> =
      switch byte {
      case 0xE0: 0xA0...0xBF
      case 0xED: 0x80...0x9F
      case 0xF0: 0x90...0xBF
      case 0xF4: 0x80...0x8F
      default: 0x80...0xBF
      }
    return allowed.contains(second) ? back : 0
  }
  return 0
}
