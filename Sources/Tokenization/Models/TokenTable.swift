/// Byte strings with numbers, found by hash: a vocabulary. The strings lie in one block.
struct TokenTable: Sendable {
  private var arena: [UInt8] = []
  private var starts: [UInt32] = [0]
  private var values: [Int32] = []
  private var slots: [Int32]
  private var mask: Int
  /// Bytes of the longest string.
  private(set) var longest = 0

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    mask = size - 1
    starts.reserveCapacity(capacity + 1)
    values.reserveCapacity(capacity)
  }

  var count: Int { values.count }

  /// The string of an entry, in order of insertion.
  func bytes(at entry: Int) -> ArraySlice<UInt8> {
    arena[Int(starts[entry])..<Int(starts[entry + 1])]
  }

  func value(at entry: Int) -> Int32 { values[entry] }

  /// The number of a string, or -1.
  @inline(__always)
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32 {
    let slot = slots[self.slot(of: key)]
    return slot < 0 ? -1 : values[Int(slot)]
  }

  func find(_ key: some Collection<UInt8>) -> Int32 {
    key.withContiguousStorageIfAvailable { find($0) } ?? Array(key).withUnsafeBufferPointer { find($0) }
  }

  /// Adds a string unless it is there; returns the number it then has.
  @discardableResult
  mutating func insert(_ key: UnsafeBufferPointer<UInt8>, value: Int32) -> Int32 {
    if (count + 1) * 2 > slots.count { grow() }
    let place = slot(of: key)
    if slots[place] >= 0 { return values[Int(slots[place])] }
    slots[place] = Int32(values.count)
    arena.append(contentsOf: key)
    starts.append(UInt32(arena.count))
    values.append(value)
    longest = max(longest, key.count)
    return value
  }

  @discardableResult
  mutating func insert(_ key: [UInt8], value: Int32) -> Int32 {
    key.withUnsafeBufferPointer { insert($0, value: value) }
  }

  @inline(__always)
  private func slot(of key: UnsafeBufferPointer<UInt8>) -> Int {
    var place = Int(truncatingIfNeeded: hashOfBytes(key)) & mask
    return arena.withUnsafeBufferPointer { arena in
      while true {
        let entry = Int(slots[place])
        if entry < 0 { return place }
        let start = Int(starts[entry])
        if Int(starts[entry + 1]) - start == key.count, matches(arena, start, key) { return place }
        place = (place + 1) & mask
      }
    }
  }

  @inline(__always)
  private func matches(_ arena: UnsafeBufferPointer<UInt8>, _ start: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in 0..<key.count where arena[start + index] != key[index] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    mask = slots.count - 1
    for entry in 0..<count {
      var place = bytes(at: entry).withUnsafeBufferPointer { Int(truncatingIfNeeded: hashOfBytes($0)) } & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(entry)
    }
  }
}

/// A 64-bit hash of a byte string, eight bytes a step.
@inline(__always)
func hashOfBytes(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(key.count)
  let raw = UnsafeRawBufferPointer(key)
  var index = 0
  while index + 8 <= raw.count {
    hash = (hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 32
    index += 8
  }
  var tail: UInt64 = 0
  while index < raw.count {
    tail = tail << 8 | UInt64(raw[index])
    index += 1
  }
  hash = (hash ^ tail) &* 0xC4CE_B9FE_1A85_EC53
  return hash ^ hash >> 29
}

/// Pairs of numbers with a number each, found by hash.
struct PairTable: Sendable {
  private var keys: [UInt64]
  private var values: [Int32]
  private let mask: Int

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    keys = [UInt64](repeating: .max, count: size)
    values = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    var hash = key &* 0x9E37_79B9_7F4A_7C15
    hash ^= hash >> 32
    var place = Int(truncatingIfNeeded: hash) & mask
    while keys[place] != key, keys[place] != .max { place = (place + 1) & mask }
    return place
  }

  /// The number of a pair, or -1.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Int32 {
    values[slot(PairTable.key(left, right))]
  }

  /// Sets the number of a pair; the capacity given at the start must not be exceeded.
  mutating func set(_ left: Int32, _ right: Int32, to value: Int32) {
    let key = PairTable.key(left, right)
    let place = slot(key)
    keys[place] = key
    values[place] = value
  }
}
