import Crypto

/// The SHA-256 of some bytes.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The hexadecimal digits.
  public var description: String { hex }
}

/// SHA-256 of bytes that come in pieces.
public struct SHA256Stream {
  private var state = SHA256()

  /// Starts with no bytes.
  public init() {}

  /// Appends bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  /// Appends bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// The digest of all bytes so far; more may follow.
  public func digest() -> SHA256Digest {
    SHA256Digest(bytes: Array(state.finalize()))
  }
}

/// The SHA-256 of bytes.
public func sha256(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
  var stream = SHA256Stream()
  stream.update(bytes)
  return stream.digest()
}

/// The SHA-256 of bytes as 64 lower-case hexadecimal digits.
public func sha256Hex(of bytes: UnsafeRawBufferPointer) -> String {
  sha256(of: bytes).hex
}

/// The SHA-256 of bytes as 64 lower-case hexadecimal digits.
public func sha256Hex(of bytes: [UInt8]) -> String {
  bytes.withUnsafeBytes { sha256Hex(of: $0) }
}

extension MappedFile {
  /// The SHA-256 of the whole file as 64 lower-case hexadecimal digits.
  ///
  /// What was read is given back piece by piece, so that hashing a file needs no memory of its size.
  public func sha256Hex() -> String {
    let piece = 16 << 20
    var stream = SHA256Stream()
    for start in stride(from: 0, to: count, by: piece) {
      let range = start..<min(start + piece, count)
      withBytes { stream.update(UnsafeRawBufferPointer(rebasing: $0[range])) }
      releaseMemory(of: range)
    }
    return stream.digest().hex
  }
}

/// The SHA-256 of a file's bytes as 64 lower-case hexadecimal digits.
///
/// - Throws: `FileError` when the file cannot be mapped.
public func sha256Hex(ofFile path: String) throws(FileError) -> String {
  try MappedFile(path: path).sha256Hex()
}
