/// Byte strings by their prefixes: finds all that begin at a place.
struct ByteTrie: Sendable {
  private var children: PairTable
  private var roots = [Int32](repeating: -1, count: 256)
  private var values: [Int32] = [-1]

  /// Builds the trie of strings with their numbers; of equal strings the last wins.
  init(_ entries: [(key: [UInt8], value: Int32)]) {
    children = PairTable(capacity: entries.reduce(1) { $0 + $1.key.count })
    for (key, value) in entries where !key.isEmpty {
      var node: Int32 = 0
      for (depth, byte) in key.enumerated() {
        var next = depth == 0 ? roots[Int(byte)] : children.find(node, Int32(byte))
        if next < 0 {
          next = Int32(values.count)
          values.append(-1)
          if depth == 0 { roots[Int(byte)] = next } else { children.set(node, Int32(byte), to: next) }
        }
        node = next
      }
      values[Int(node)] = value
    }
  }

  var isEmpty: Bool { values.count == 1 }

  /// Whether any string begins with a byte.
  @inline(__always)
  func begins(with byte: UInt8) -> Bool { roots[Int(byte)] >= 0 }

  /// Calls the body with the end and the number of each string at a place, shortest first.
  @inline(__always)
  func forEachPrefix(of bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (Int, Int32) -> Void) {
    var node = roots[Int(bytes[start])]
    var position = start
    while node >= 0 {
      position += 1
      let value = values[Int(node)]
      if value >= 0 { body(position, value) }
      if position == bytes.count { return }
      node = children.find(node, Int32(bytes[position]))
    }
  }

  /// The longest string at a place.
  @inline(__always)
  func longest(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, value: Int32)? {
    var best: (Int, Int32)?
    forEachPrefix(of: bytes, from: start) { best = ($0, $1) }
    return best
  }
}
