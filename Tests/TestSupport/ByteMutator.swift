/// Damages files for fuzzing, the same way for the same seed.
///
/// What a file's own structure says matters most (lengths, counts, offsets, types) is named by `fields`; half of the
/// changes aim there, the rest anywhere.
public struct ByteMutator {
  /// The bytes of a number in a file, little-endian.
  public typealias Field = Range<Int>

  private var state: UInt64

  /// Starts a sequence of damages.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next random number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A random number from 0 up to, without, `bound`.
  public mutating func below(_ bound: Int) -> Int {
    bound <= 1 ? 0 : Int(next() % UInt64(bound))
  }

  /// A number at which arithmetic on sizes goes wrong, or a small one.
  public mutating func interestingNumber() -> UInt64 {
    let edges: [UInt64] = [
      0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 64, 127, 128, 255, 256, 4095, 32767, 32768, 65535, 65536, 0x7FFF_FFFF,
      0x8000_0000,
      0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 60, 1 << 61, 1 << 62, 1 << 63, .max - 7, .max - 1, .max, .max / 8, .max / 24,
    ]
    switch below(3) {
    case 0: return edges[below(edges.count)]
    case 1: return edges[below(edges.count)] &+ UInt64(below(5)) &- 2
    default: return UInt64(below(1 << 12))
    }
  }

  /// A damaged copy: one to four changes.
  public mutating func mutate(_ original: [UInt8], fields: [Field] = []) -> [UInt8] {
    var bytes = original
    for _ in 0...below(4) {
      if !fields.isEmpty, below(2) == 0 {
        overwrite(fields[below(fields.count)], in: &bytes)
      } else {
        damage(&bytes)
      }
    }
    return bytes
  }

  private mutating func overwrite(_ field: Field, in bytes: inout [UInt8]) {
    guard field.upperBound <= bytes.count else { return }
    var old: UInt64 = 0
    for index in field.reversed() { old = old << 8 | UInt64(bytes[index]) }
    let value = below(3) == 0 ? old &+ UInt64(below(9)) &- 4 : interestingNumber()
    for (shift, index) in field.enumerated() { bytes[index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * shift)) }
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let place = below(bytes.count)
    switch below(8) {
    case 0, 1, 2:
      if !bytes.isEmpty { bytes[place] ^= 1 << UInt8(below(8)) }
    case 3:
      if !bytes.isEmpty { bytes[place] = UInt8(truncatingIfNeeded: interestingNumber()) }
    case 4: bytes.removeLast(bytes.count - place)
    case 5:
      let count = min(1 + below(16), bytes.count - place)
      bytes.removeSubrange(place..<place + count)
    case 6:
      let count = min(1 + below(64), bytes.count - place)
      bytes.insert(contentsOf: Array(bytes[place..<place + count]), at: below(bytes.count + 1))
    default:
      let size = [1, 2, 4, 8][below(4)]
      if place + size <= bytes.count { overwrite(place..<place + size, in: &bytes) }
    }
  }
}

extension Fixtures {
  /// How many damaged inputs a fuzz test tries: LATHE_FUZZ_ITERATIONS, else `usual`.
  public static func fuzzIterations(usual: Int) -> Int {
    environment("LATHE_FUZZ_ITERATIONS").flatMap { Int($0) } ?? usual
  }
}
