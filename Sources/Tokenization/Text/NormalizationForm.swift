@_spi(_Unicode) import Swift

/// The normalization forms of Unicode standard annex 15.
enum NormalizationForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  /// The text in this form.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    // Below U+0300 nothing composes; below U+00A0 nothing decomposes either.
    let unchanged: UInt8 = self == .nfc ? 0xCC : 0x80
    if text.allSatisfy({ $0 < unchanged }) { return text }
    let isCompatible = self == .nfkc || self == .nfkd
    let source = String(decoding: isCompatible ? CompatibilityTable.shared.decompose(text) : text, as: UTF8.self)
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 4)
    if self == .nfc || self == .nfkc {
      for scalar in source._nfc { appendUTF8(scalar.value, to: &output) }
    } else {
      for scalar in source._nfd { appendUTF8(scalar.value, to: &output) }
    }
    return output
  }
}

/// The compatibility decompositions, unpacked at first use.
struct CompatibilityTable: Sendable {
  static let shared = CompatibilityTable()

  private var targets: [UInt32: [UInt8]] = [:]

  private init() {
    compatibilityDecompositions.withUTF8Buffer { bytes in
      for entry in bytes.split(separator: UInt8(ascii: ";")) {
        let sides = entry.split(separator: UInt8(ascii: "="))
        guard sides.count == 2 else { continue }
        let source = sides[0].split(separator: UInt8(ascii: "+")).map(CompatibilityTable.number)
        let target = sides[1].split(separator: UInt8(ascii: " ")).map(CompatibilityTable.number)
        for offset in 0..<(source.count > 1 ? source[1] : 1) {
          var bytes: [UInt8] = []
          for value in target { appendUTF8(value + offset, to: &bytes) }
          targets[source[0] + offset] = bytes
        }
      }
    }
  }

  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
    digits.reduce(0) { value, digit in
      value << 4 | UInt32(digit < 0x40 ? digit - 0x30 : digit - 0x37)
    }
  }

  func decompose(_ text: [UInt8]) -> [UInt8] {
    mapScalars(text) { value, output in
      if value >= 0xA0, let target = targets[value] {
        output += target
      } else {
        appendUTF8(value, to: &output)
      }
    }
  }
}
