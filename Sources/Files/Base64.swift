/// Bytes in Base64 (RFC 4648, section 4) with padding, as ASCII.
public func base64(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  let bytes = Array(bytes)
  return [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text, count in
    for start in stride(from: 0, to: bytes.count, by: 3) {
      var bits = Int(bytes[start]) << 16
      if start + 1 < bytes.count { bits |= Int(bytes[start + 1]) << 8 }
      if start + 2 < bytes.count { bits |= Int(bytes[start + 2]) }
      for digit in 0..<4 {
        text[count] = start + digit > bytes.count ? UInt8(ascii: "=") : base64Digits[bits >> (18 - 6 * digit) & 63]
        count += 1
      }
    }
  }
}

private let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
